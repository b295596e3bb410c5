package errant

import (
	"errors"
	"strings"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/connectors"
)

// Class returns the Java exception class under which users know err: that of the first error in its
// chain that names one, that of Kafka's refusal of a record, or ConnectException.
func Class(err error) string {
	var j interface{ JavaClass() string }
	if errors.As(err, &j) {
		return j.JavaClass()
	}
	var k *kerr.Error
	if errors.As(err, &k) {
		if class := kafkaClass(k.Code); class != "" {
			return class
		}
	}
	return connectors.ConnectException
}

// Message returns the text that Java's getMessage would give.
func Message(err error) string {
	if m, ok := err.(interface{ JavaMessage() string }); ok {
		return m.JavaMessage()
	}
	return err.Error()
}

// Trace prints err and its causes as Throwable.printStackTrace does, without frames of the original's
// source, which do not exist here.
//
// A wrapper that adds neither class nor text of its own (such as the one that marks an error as
// retriable) is not shown twice.
func Trace(err error) string {
	var b strings.Builder
	last := ""
	for first := true; err != nil; err = errors.Unwrap(err) {
		line := Class(err)
		if m := Message(err); m != "" && m != line {
			line += ": " + m
		}
		if line == last {
			continue
		}
		if !first {
			b.WriteString("Caused by: ")
		}
		first, last = false, line
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}
