package connectjson

import (
	"errors"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// Java exception classes beside those of codec.
const (
	schemaBuilderException = "org.apache.kafka.connect.errors.SchemaBuilderException"
)

// unreadable is the failure of a row that is not JSON.
func unreadable(cause error) error {
	se := &codec.Error{Class: codec.SerializationException, Text: javaText(cause), Pos: -1, Err: cause}
	return &codec.Error{
		Class: codec.DataException, Pos: position(cause), Err: se,
		Text: "Converting byte[] to Kafka Connect data failed due to serialization error: ",
	}
}

// noEnvelope is the failure of a row that is JSON, but no envelope.
func noEnvelope() error {
	return codec.Data(`JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields.` +
		" If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.")
}

// noSchemaType is the failure of a schema that is none.
func noSchemaType() error { return codec.Data("Schema must contain 'type' field") }

// tooDeep is the failure of a row that the generator refuses. Source: StreamWriteConstraints.
func tooDeep() error {
	const text = "Document nesting depth (1001) exceeds the maximum allowed (1000, from `StreamWriteConstraints.getMaxNestingDepth()`)"
	se := &codec.Error{Class: codec.SerializationException, Text: "Error serializing JSON message", Pos: -1, Err: codec.Data(text)}
	return &codec.Error{
		Class: codec.DataException, Pos: -1, Err: se,
		Text: "Converting Kafka Connect data to byte[] failed due to serialization error: ",
	}
}

// builderError is an error that SchemaBuilder throws.
func builderError(text string, cause error) error {
	return &codec.Error{Class: schemaBuilderException, Text: text, Pos: -1, Err: cause}
}

// withCause is a DataException around another error.
func withCause(text string, cause error) error {
	return &codec.Error{Class: codec.DataException, Text: text, Pos: -1, Err: cause}
}

// javaText is Throwable.toString of a cause: its class and its text.
func javaText(err error) string {
	var j interface{ JavaClass() string }
	if errors.As(err, &j) {
		return j.JavaClass() + ": " + err.Error()
	}
	return err.Error()
}

// position is the byte position that a syntax error names, -1 without one.
func position(err error) int {
	var s *jsonscan.SyntaxError
	if errors.As(err, &s) {
		return s.Pos
	}
	return -1
}
