package avro

import "github.com/millrace/millrace/codec"

// Java exception classes beside those of codec.
const (
	schemaParseException = "org.apache.avro.SchemaParseException"
	avroRuntimeException = "org.apache.avro.AvroRuntimeException"
	avroTypeException    = "org.apache.avro.AvroTypeException"
	numberFormat         = "java.lang.NumberFormatException"
	nullPointer          = "java.lang.NullPointerException"
	schemaBuilder        = "org.apache.kafka.connect.errors.SchemaBuilderException"
)

func parseError(text string) error {
	return &codec.Error{Class: schemaParseException, Text: text, Pos: -1}
}

func avroError(text string) error {
	return &codec.Error{Class: avroRuntimeException, Text: text, Pos: -1}
}

func typeError(text string) error {
	return &codec.Error{Class: avroTypeException, Text: text, Pos: -1}
}

func illegalArgument(text string) error {
	return &codec.Error{Class: "java.lang.IllegalArgumentException", Text: text, Pos: -1}
}

// avroTypeName refuses a schema that is named as a type. Source: Schema.NamedSchema.
func avroTypeName(name string) error {
	return typeError("Schemas may not be named after primitives: " + name)
}
