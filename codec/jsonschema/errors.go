package jsonschema

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/codec"
)

// Java exception classes beside those of codec.
const (
	illegalArgumentException = "java.lang.IllegalArgumentException"
	schemaException          = "org.everit.json.schema.SchemaException"
	schemaBuilderException   = "org.apache.kafka.connect.errors.SchemaBuilderException"
	validationException      = "org.everit.json.schema.ValidationException"
	ioException              = "java.io.IOException"
)

func illegalArgument(text string, cause error) error {
	return &codec.Error{Class: illegalArgumentException, Text: text, Pos: -1, Err: cause}
}

// invalid is the error of a text that is no schema. Source: JsonSchema.rawSchema, SchemaException.
func invalid(format string, args ...any) error {
	return illegalArgument("Invalid JSON", &codec.Error{Class: schemaException, Text: fmt.Sprintf(format, args...), Pos: -1})
}

func builderError(text string, cause error) error {
	return &codec.Error{Class: schemaBuilderException, Text: text, Pos: -1, Err: cause}
}

// nullPointer is where the original trips over null. The text is no exception's.
func nullPointer(text string) error {
	return &codec.Error{Class: "java.lang.NullPointerException", Text: text, Pos: -1}
}

// noField is the failure of a struct one of whose fields has no schema. Source: SchemaBuilder.field.
func noField(name string) error {
	return builderError("fieldSchema for field "+name+" cannot be null.", nil)
}

// asError gives every failure of a row the codec's form.
func asError(err error) error {
	var e *codec.Error
	if errors.As(err, &e) {
		return err
	}
	return codec.AsError(err)
}

// tooDeep is the failure of a row that the generator refuses. Source: StreamWriteConstraints.
func tooDeep() error {
	return &codec.Error{
		Class: "com.fasterxml.jackson.databind.JsonMappingException", Pos: -1,
		Text: "Document nesting depth (1001) exceeds the maximum allowed (1000, from `StreamWriteConstraints.getMaxNestingDepth()`)",
	}
}

// invalidWrite is the failure of a row that is not valid under the schema that it is written with.
// Source: AbstractKafkaJsonSchemaSerializer.validateJson.
func invalidWrite(cause error) error {
	return &codec.Error{Class: codec.SerializationException, Text: "Validation error in JSON, Error report:\n" + cause.Error(), Pos: -1, Err: cause}
}
