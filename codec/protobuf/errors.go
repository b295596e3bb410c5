package protobuf

import "github.com/millrace/millrace/codec"

// Java exception classes beside those of codec.
const (
	illegalState    = "java.lang.IllegalStateException"
	illegalArgument = "java.lang.IllegalArgumentException"
	nullPointer     = "java.lang.NullPointerException"
	numberFormat    = "java.lang.NumberFormatException"
	arithmetic      = "java.lang.ArithmeticException"
	dateTime        = "java.time.DateTimeException"
	invalidProtocol = "com.google.protobuf.InvalidProtocolBufferException"
	schemaBuilder   = "org.apache.kafka.connect.errors.SchemaBuilderException"
)

// javaError is an exception of a class with a text.
func javaError(class, text string) error { return &codec.Error{Class: class, Text: text, Pos: -1} }
