package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// newStruct starts a schema without a name.
func newStruct() *columnar.StructSchema {
	return columnar.NewStruct(batch.NewSchema(batch.KindStruct))
}

// structLike starts a schema with the name, version, doc and parameters of s.
func structLike(s *batch.Schema) *columnar.StructSchema {
	return columnar.NewStruct(batch.Basics(batch.KindStruct, s))
}

// withDefault sets the default of b, which must fit. Source: SchemaBuilder.defaultValue.
func withDefault(b *batch.Builder, v batch.Value) error {
	if v.IsNull() {
		return nil
	}
	if b.Build().Validate(v) != nil {
		return exception(schemaBuilderException, "Invalid default value")
	}
	b.Default(v)
	return nil
}

// rewrite is what becomes of structs of one input schema: their new schema, or the error that every one
// of them meets.
type rewrite struct {
	schema *batch.Schema
	err    error
	// from is the field of the input that each new field is read from.
	from []int32
	// odd asks for the plain form.
	odd bool
	// whole says that the value itself is converted, of any kind: nothing is done field by field.
	whole bool
}

// carry appends to out the columns of fields, in, for structs copied into w.schema, read with or without
// defaults, and fails those of rows, which have a struct, that the new struct refuses. valid marks the rows
// with a struct.
func carry(b *batch.Batch, rows batch.Selection, valid bits.Bitmap, w *rewrite, withDefault bool, in, out []*batch.Column) []*batch.Column {
	fields := w.schema.Fields()
	for k, from := range w.from {
		child := reading(b, rows, in[from], withDefault)
		columnar.Put(b, rows, &fields[k], child, valid)
		out = append(out, child)
	}
	return out
}

// copied is the from of structs that keep all fields.
func copied(s *batch.Schema) []int32 {
	from := make([]int32, len(s.Fields()))
	for i := range from {
		from[i] = int32(i)
	}
	return from
}

// reading makes the column of a struct's field as Struct.get reads it or, without defaults, as
// getWithoutDefault does.
func reading(b *batch.Batch, rows batch.Selection, c *batch.Column, withDefault bool) *batch.Column {
	if !withDefault {
		return c
	}
	return columnar.Reading(b, rows, c)
}
