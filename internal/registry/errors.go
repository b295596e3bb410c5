package registry

import (
	"fmt"
	"net/http"
)

// Error is an answer that says no. Source: rest.exceptions.Errors.
type Error struct {
	Status  int    `json:"-"`
	Code    int    `json:"error_code"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return fmt.Sprintf("%s; error code: %d", e.Message, e.Code) }

func missing(code int, format string, args ...any) *Error {
	return &Error{http.StatusNotFound, code, fmt.Sprintf(format, args...)}
}

func unprocessable(code int, format string, args ...any) *Error {
	return &Error{http.StatusUnprocessableEntity, code, fmt.Sprintf(format, args...)}
}

func noSubject(subject string) *Error { return missing(40401, "Subject '%s' not found.", subject) }
func noVersion(v any) *Error          { return missing(40402, "Version %v not found.", v) }
func noSchema() *Error                { return missing(40403, "Schema not found") }
func noSchemaOf(id any) *Error        { return missing(40403, "Schema %v not found", id) }

func softDeleted(subject string) *Error {
	return missing(40404, "Subject '%s' was soft deleted.Set permanent=true to delete permanently", subject)
}

func notSoftDeleted(subject string) *Error {
	return missing(40405, "Subject '%s' was not deleted first before being permanently deleted", subject)
}

func versionSoftDeleted(subject string, v int) *Error {
	return missing(40406, "Subject '%s' Version %d was soft deleted.Set permanent=true to delete permanently", subject, v)
}

func versionNotSoftDeleted(subject string, v int) *Error {
	return missing(40407, "Subject '%s' Version %d was not deleted first before being permanently deleted", subject, v)
}

func noLevel(subject string) *Error {
	return missing(40408, "Subject '%s' does not have subject-level compatibility configured", subject)
}

func noMode(subject string) *Error {
	return missing(40409, "Subject '%s' does not have subject-level mode configured", subject)
}

func invalidVersion(text string) *Error {
	return unprocessable(42202, "The specified version '%s' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"", text)
}

func invalidLevel() *Error {
	return unprocessable(42203, "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive")
}

func invalidMode() *Error {
	return unprocessable(42204, "Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.")
}

func notPermitted(format string, args ...any) *Error { return unprocessable(42205, format, args...) }

func referenced(subject string, version int) *Error {
	return unprocessable(42206, "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=%s,version=%d}.", subject, version)
}
