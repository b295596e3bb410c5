package connectors

import (
	"errors"
	"fmt"
)

// Java exception classes that plugins throw.
const (
	ConnectException   = "org.apache.kafka.connect.errors.ConnectException"
	RetriableException = "org.apache.kafka.connect.errors.RetriableException"
	ConfigException    = "org.apache.kafka.common.config.ConfigException"
	DataException      = "org.apache.kafka.connect.errors.DataException"
)

// Error is a failure with the Java class under which users know it.
type Error struct {
	Class string
	Text  string
	Err   error
}

// Error returns the text.
func (e *Error) Error() string { return e.Text }

// JavaClass returns the exception class.
func (e *Error) JavaClass() string { return e.Class }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns a ConnectException. %w wraps a cause.
func Errorf(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	return &Error{Class: ConnectException, Text: err.Error(), Err: errors.Unwrap(err)}
}

// Retriable marks err: the caller may try the same thing again.
func Retriable(err error) error { return retriable{err} }

type retriable struct{ error }

func (r retriable) Retriable() bool   { return true }
func (r retriable) JavaClass() string { return RetriableException }
func (r retriable) Unwrap() error     { return r.error }

// IsRetriable reports whether an error in err's chain says that it may be tried again.
func IsRetriable(err error) bool {
	var r interface{ Retriable() bool }
	return errors.As(err, &r) && r.Retriable()
}
