package coord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/millrace/millrace/connectors"
)

// RequestError is an error that a client of the REST API sees.
//
// Source: ConnectExceptionMapper, which gives every exception its status.
type RequestError struct {
	Status int    // HTTP status, which is error_code too
	Text   string // message
	Err    error  // cause
}

// Error returns the message.
func (e *RequestError) Error() string { return e.Text }

// Unwrap returns the cause.
func (e *RequestError) Unwrap() error { return e.Err }

// Errorf returns a RequestError.
func Errorf(status int, format string, args ...any) error {
	return &RequestError{Status: status, Text: fmt.Sprintf(format, args...)}
}

// AsRequestError returns err as the client of the REST API sees it: itself where it is a RequestError,
// else its text, with the status of its Java class. nil and the ends of contexts stay what they are.
//
// Source: ConnectExceptionMapper.
func AsRequestError(err error) error {
	var r *RequestError
	if err == nil || errors.As(err, &r) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	status := http.StatusInternalServerError
	var of interface{ JavaClass() string }
	if errors.As(err, &of) {
		class := of.JavaClass()
		switch class[strings.LastIndexByte(class, '.')+1:] {
		case "BadRequestException":
			status = http.StatusBadRequest
		case "NotFoundException":
			status = http.StatusNotFound
		case "AlreadyExistsException":
			status = http.StatusConflict
		}
	}
	return &RequestError{Status: status, Text: err.Error(), Err: err}
}

// Trace is what a failure looks like that has no instance to report it: the chain of errors, each after
// its Java class, as Throwable.printStackTrace prints it.
func Trace(err error) string {
	var out strings.Builder
	for last := ""; err != nil; err = errors.Unwrap(err) {
		class := connectors.ConnectException
		if of, ok := err.(interface{ JavaClass() string }); ok {
			class = of.JavaClass()
		}
		line := class + ": " + err.Error() + "\n"
		if line == last {
			continue
		}
		if last != "" {
			out.WriteString("Caused by: ")
		}
		out.WriteString(line)
		last = line
	}
	return out.String()
}
