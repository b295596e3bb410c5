package group

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
)

// FatalError is a refusal that no retry helps against. Source: AbstractCoordinator, Errors.
type FatalError struct {
	Class string // Java's
	Text  string
	Err   error // the error of the Kafka protocol
}

// Error is Java's text.
func (e *FatalError) Error() string { return e.Text }

// Unwrap returns the error of the Kafka protocol.
func (e *FatalError) Unwrap() error { return e.Err }

// JavaClass is the class that Java throws.
func (e *FatalError) JavaClass() string { return e.Class }

const errorPackage = "org.apache.kafka.common.errors."

// fatal makes the error of a code; request is the kind of request that was refused.
func (m *machine) fatal(request string, code int16) error {
	err := kerr.ErrorForCode(code)
	e := &FatalError{Class: "org.apache.kafka.common.KafkaException", Text: fmt.Sprintf("Unexpected error from %s: %v", request, err), Err: err}
	switch code {
	case kerr.GroupAuthorizationFailed.Code:
		e.Class, e.Text = errorPackage+"GroupAuthorizationException", "Not authorized to access group: "+m.o.Group+m.o.needs
	case kerr.GroupMaxSizeReached.Code:
		e.Class = errorPackage + "GroupMaxSizeReachedException"
		e.Text = "Consumer group " + m.o.Group + " already has the configured maximum number of members."
	case kerr.InconsistentGroupProtocol.Code:
		e.Class = errorPackage + "InconsistentGroupProtocolException"
		e.Text = "The group member's supported protocols are incompatible with those of existing members or first group member tried to join with empty protocol type or empty protocol list."
	case kerr.InvalidSessionTimeout.Code:
		e.Class = errorPackage + "InvalidSessionTimeoutException"
		e.Text = "The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms)."
	case kerr.InvalidGroupID.Code:
		e.Class, e.Text = errorPackage+"InvalidGroupIdException", "The group id is invalid."
	}
	return e
}

// javaError is an error in Java's words, which begin with a capital.
type javaError string

// Error returns the words.
func (e javaError) Error() string { return string(e) }

func javaErrorf(format string, args ...any) error { return javaError(fmt.Sprintf(format, args...)) }
