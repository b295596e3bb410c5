package columnar

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// SchemaBuilderException is the class of what SchemaBuilder refuses.
const SchemaBuilderException = "org.apache.kafka.connect.errors.SchemaBuilderException"

// StructSchema collects the fields of a new struct schema; the first one that is refused stays as Err.
// Source: SchemaBuilder.
type StructSchema struct {
	Err  error
	b    *batch.Builder
	seen map[string]bool
}

// NewStruct starts a schema of what b says.
func NewStruct(b *batch.Builder) *StructSchema {
	return &StructSchema{b: b, seen: map[string]bool{}}
}

// Builder is what the schema is built with, for all but its fields.
func (s *StructSchema) Builder() *batch.Builder { return s.b }

// Field adds a field.
func (s *StructSchema) Field(name string, f *batch.Schema) {
	switch {
	case s.Err != nil:
	case name == "":
		s.Err = refused("fieldName cannot be null.")
	case s.seen[name]:
		s.Err = refused("Cannot create field because of field name duplication " + name)
	default:
		s.seen[name] = true
		s.b.Field(name, f)
	}
}

// FieldsOf adds the fields of a schema.
func (s *StructSchema) FieldsOf(of *batch.Schema) {
	for _, f := range of.Fields() {
		s.Field(f.Name, f.Schema)
	}
}

// Build returns the schema, or Err.
func (s *StructSchema) Build() (*batch.Schema, error) {
	if s.Err != nil {
		return nil, s.Err
	}
	return s.b.Build(), nil
}

func refused(text string) error {
	return &java.Exception{Class: SchemaBuilderException, Message: text}
}
