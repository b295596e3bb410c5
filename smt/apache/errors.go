package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
)

// Java classes of errors, beside batch.DataException.
const (
	connectException         = "org.apache.kafka.connect.errors.ConnectException"
	schemaBuilderException   = "org.apache.kafka.connect.errors.SchemaBuilderException"
	illegalArgumentException = "java.lang.IllegalArgumentException"
	nullPointerException     = "java.lang.NullPointerException"
)

func dataError(text string) error { return &batch.DataError{Text: text} }

func exception(class, text string) error { return &java.Exception{Class: class, Message: text} }

// configError is a ConfigException that no single key has caused.
func configError(text string) error { return config.NewException("", text) }

// notMap is the error for a schemaless value of the given class. Source: Requirements.requireMap.
func notMap(purpose string, found batch.Tag) error {
	return dataError("Only Map objects supported in absence of schema for [" + purpose + "], found: " + found.JavaClass())
}

// notStruct is the error for a value with schema. Source: Requirements.requireStruct.
func notStruct(purpose string, found batch.Tag) error {
	return dataError("Only Struct objects supported for [" + purpose + "], found: " + found.JavaClass())
}

// noFields is the error for another schema than a struct's. Source: ConnectSchema.fields.
func noFields() error { return dataError("Cannot list fields on non-struct type") }

// requireMap returns the map in v.
func requireMap(v batch.Value, purpose string) (*batch.MapValue, error) {
	if v.Tag() != batch.TagMap {
		return nil, notMap(purpose, v.Tag())
	}
	return v.Map(), nil
}

// requireStruct returns the struct in v.
func requireStruct(v batch.Value, purpose string) (*batch.StructValue, error) {
	if v.Tag() != batch.TagStruct {
		return nil, notStruct(purpose, v.Tag())
	}
	return v.Struct(), nil
}

// notString is the error for a map key of the given class that is used as a name.
func notString(found batch.Tag) error {
	return java.ClassCast(found.JavaClass(), "java.lang.String")
}
