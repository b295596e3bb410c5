package codectest

import (
	"errors"
	"fmt"
	"strings"
)

// JavaClass returns the Java exception class that err carries, "" where it carries none.
func JavaClass(err error) string {
	var j interface{ JavaClass() string }
	if errors.As(err, &j) {
		return j.JavaClass()
	}
	return ""
}

// JavaMessage returns the message that Java's exception has: without what we add to it.
func JavaMessage(err error) string {
	var j interface{ JavaMessage() string }
	if errors.As(err, &j) {
		return j.JavaMessage()
	}
	return err.Error()
}

// ErrorText returns an error and its causes in a line: class and message of each. "" for nil.
func ErrorText(err error) string {
	var out strings.Builder
	for ; err != nil; err = errors.Unwrap(err) {
		if out.Len() > 0 {
			out.WriteString(" <- ")
		}
		class := "?"
		if j, ok := err.(interface{ JavaClass() string }); ok {
			class = j.JavaClass()
		}
		fmt.Fprintf(&out, "%s: %s", class, err.Error())
	}
	return out.String()
}
