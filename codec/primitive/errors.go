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

// unserializable is the error of a value that is no instance of the boxed type want. The names of class
// loaders in its cause are those of a worker whose class path holds Connect itself.
func unserializable(typeName string, t, want batch.Tag) *codec.Error {
	was, loader := t.JavaClass(), " is in module java.base of loader 'bootstrap'"
	e := codec.Data("Failed to serialize to %s (was class %s): ", typeName, was)
	text := "class " + was + " cannot be cast to class " + want.JavaClass()
	if t == batch.TagStruct {
		text += " (" + was + " is in unnamed module of loader 'app'; " + want.JavaClass() + loader + ")"
	} else {
		text += " (" + was + " and " + want.JavaClass() + " are in module java.base of loader 'bootstrap')"
	}
	e.Err = &java.Exception{Class: "java.lang.ClassCastException", Message: text}
	return e
}
