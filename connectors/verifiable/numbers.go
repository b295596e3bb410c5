package verifiable

import (
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java"
)

// numbers reads numbers out of a config and keeps the first error.
type numbers struct {
	props map[string]string
	err   error
}

func (n *numbers) long(key string) int64 {
	return number(n, key, java.ParseLong)
}

func (n *numbers) int(key string) int32 {
	return number(n, key, java.ParseInt)
}

func number[T int32 | int64](n *numbers, key string, parse func(string, int) (T, error)) T {
	if n.err != nil {
		return 0
	}
	const class = "java.lang.NumberFormatException"
	text, ok := n.props[key]
	if !ok {
		n.err = &java.Exception{Class: class, Message: key + ": no value; set a number"}
		return 0
	}
	v, err := parse(text, 10)
	if err != nil {
		n.err = &java.Exception{Class: class, Message: key + ": " + err.Error()}
	}
	return v
}

// invalid is how tasks refuse texts that are no numbers, nil if there were none.
func (n *numbers) invalid(class string) error {
	if n.err == nil {
		return nil
	}
	return &connectors.Error{Class: connectors.ConnectException, Text: "Invalid " + class + " configuration", Err: n.err}
}
