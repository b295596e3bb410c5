package primitive

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// wrongSchema is the error of ByteArrayConverter and BooleanConverter for a schema of another type.
func wrongSchema(converter string, s *batch.Schema) *codec.Error {
	return codec.Data("Invalid schema type for %s: %s", converter, s.Kind())
}

// wrongClass is their error for a value of another class.
func wrongClass(converter string, t batch.Tag) *codec.Error {
	return codec.Data("%s is not compatible with objects of type class %s", converter, t.JavaClass())
}

// undecodable is the error of bytes that a deserializer refuses with text.
func undecodable(typeName, text string) *codec.Error {
	e := codec.Data("Failed to deserialize %s: ", typeName)
	e.Err = &codec.Error{Class: codec.SerializationException, Text: text, Pos: -1}
	return e
}

// unserializable is the error of a value that is no instance of the boxed type want.
func unserializable(typeName string, t, want batch.Tag) *codec.Error {
	e := codec.Data("Failed to serialize to %s (was class %s): ", typeName, t.JavaClass())
	e.Err = java.ClassCast(t.JavaClass(), want.JavaClass())
	return e
}
