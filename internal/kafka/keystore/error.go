package keystore

import "fmt"

// Error is a refusal in Java's words, which start and end as they like.
type Error struct {
	Text string
	Err  error // what lies below; nil where nothing does
}

// Error is the text with what lies below.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Text
	}
	return e.Text + ": " + e.Err.Error()
}

// Unwrap returns what lies below.
func (e *Error) Unwrap() error { return e.Err }

// JavaClass is the class that Java throws.
func (e *Error) JavaClass() string {
	return "org.apache.kafka.common.errors.InvalidConfigurationException"
}

func javaError(format string, args ...any) error { return &Error{Text: fmt.Sprintf(format, args...)} }
