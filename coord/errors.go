package coord

import "fmt"

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
