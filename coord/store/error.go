package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
)

// Error is what went wrong with an internal topic, in Java's words. A client of the REST API sees these
// alone; Unwrap tells the cause.
type Error struct {
	Text string
	Err  error
}

// Error is Java's text.
func (e *Error) Error() string { return e.Text }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// JavaClass is the class that Java throws.
func (e *Error) JavaClass() string { return connectors.ConnectException }

func errorf(cause error, format string, args ...any) *Error {
	return &Error{Text: fmt.Sprintf(format, args...), Err: cause}
}

// refused reports whether the brokers do not let this worker do something.
func refused(err error) bool {
	return errors.Is(err, kerr.TopicAuthorizationFailed) || errors.Is(err, kerr.ClusterAuthorizationFailed) ||
		errors.Is(err, kerr.GroupAuthorizationFailed) || errors.Is(err, kerr.TransactionalIDAuthorizationFailed)
}

// passing reports whether an error may go by itself: what brokers say while they change, and everything
// that keeps a request from its answer but the end of the caller's own patience.
func passing(err error) bool {
	var ke *kerr.Error
	if errors.As(err, &ke) {
		return ke.Retriable
	}
	return !errors.Is(err, context.Canceled) && !errors.Is(err, kgo.ErrClientClosed)
}
