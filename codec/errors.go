package codec

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/batch"
)

// Java exception classes that converters throw.
const (
	DataException          = "org.apache.kafka.connect.errors.DataException"
	RetriableException     = "org.apache.kafka.connect.errors.RetriableException"
	SerializationException = "org.apache.kafka.common.errors.SerializationException"
)

// Error is bad data of one row, or a failure of the converter. It carries the Java class that the
// original throws, for dead letter headers and traces.
type Error struct {
	Class string // Java exception class
	Text  string // Java's message
	Path  string // field path inside the value, "" = the value itself
	Pos   int    // byte position in the input, -1 = unknown
	Err   error  // cause

	// Outage: what the converter needs (a registry, say) does not answer, whatever the row is. Group, Decode
	// and Encode return such an error and fail no row: it is tried again inside errors.retry.timeout, then
	// the task fails. No good record goes to a dead letter queue for it.
	Outage bool
}

// Error returns Java's message, and the place where the data is wrong when it is known.
func (e *Error) Error() string {
	s := e.Text
	if e.Path != "" {
		s += fmt.Sprintf(" (field %q)", e.Path)
	}
	if e.Pos >= 0 {
		s += fmt.Sprintf(" (at byte %d)", e.Pos)
	}
	return s
}

// JavaClass returns the exception class of the original.
func (e *Error) JavaClass() string { return e.Class }

// JavaMessage returns the message of the original, without our addition.
func (e *Error) JavaMessage() string { return e.Text }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Retriable reports whether what failed may be tried again.
func (e *Error) Retriable() bool { return e.Class == RetriableException || e.Outage }

// Data returns a DataException at no particular place.
func Data(format string, args ...any) *Error {
	return &Error{Class: DataException, Text: fmt.Sprintf(format, args...), Pos: -1}
}

// AsError gives the failure of a value, a *batch.DataError, the form of a codec's; others stay as they are.
func AsError(err error) error {
	var d *batch.DataError
	if errors.As(err, &d) {
		return &Error{Class: d.JavaClass(), Text: d.Text, Pos: -1}
	}
	return err
}

// InField puts a field's name in front of the path of an *Error.
func InField(err error, name string) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Path == "" {
		e.Path = name
	} else {
		e.Path = name + "." + e.Path
	}
	return err
}
