package engine

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
)

// Exceptions by which the REST API chooses the status of an answer. Source: ConnectExceptionMapper.
const (
	badRequest = "org.apache.kafka.connect.runtime.rest.errors.BadRequestException"
	notFound   = "org.apache.kafka.connect.errors.NotFoundException"
)

// panicked is a panic of plugin code.
type panicked struct {
	value any
	stack []byte
}

// guard calls f and turns its panic into an error.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{p, debug.Stack()}
		}
	}()
	return f()
}

// Error returns the value.
func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// JavaMessage adds the stack, for traces.
func (p *panicked) JavaMessage() string { return fmt.Sprintf("%s\n%s", p.Error(), p.stack) }

// JavaClass returns the class of what is thrown without being declared.
func (p *panicked) JavaClass() string { return "java.lang.RuntimeException" }

func connectException(text string) error {
	return &connectors.Error{Class: connectors.ConnectException, Text: text}
}

// wrapConnect is ConnectException(Throwable): the text is the cause's toString.
func wrapConnect(err error) error {
	return &connectors.Error{Class: connectors.ConnectException, Text: throwableText(err), Err: err}
}

// throwableText is Throwable.toString.
func throwableText(err error) string { return errant.Class(err) + ": " + errant.Message(err) }

// maybeWrap returns err if it is one of Connect's own exceptions, else one with the text.
// Source: ConnectUtils.maybeWrap.
func maybeWrap(err error, text string) error {
	if strings.HasPrefix(errant.Class(err), "org.apache.kafka.connect.") {
		return err
	}
	return &connectors.Error{Class: connectors.ConnectException, Text: text, Err: err}
}

// unsupported words the refusal of a plugin whose offsets cannot be changed from outside.
func unsupported(name string, err error) error {
	if err == nil || errant.Class(err) != "java.lang.UnsupportedOperationException" {
		return err
	}
	return &connectors.Error{Class: connectors.ConnectException, Err: err,
		Text: "Failed to modify offsets for connector " + name + " because it doesn't support external modification of offsets"}
}
