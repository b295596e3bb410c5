package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// fieldOf reads a field that the struct's schema has. Source: Struct.get, Struct.getWithoutDefault.
func fieldOf(st *batch.StructValue, name string, withDefault bool) batch.Value {
	f := st.Schema.Field(name)
	v := st.Fields[f.Index]
	if withDefault && v.IsNull() {
		return f.Schema.Default()
	}
	return v
}

// plainStructs returns a column of structs in the plain form at its own level.
func plainStructs(b *batch.Batch, c *batch.Column) *batch.Column {
	if c.Form() == batch.FormPlain {
		return c
	}
	return b.PlainColumn(c)
}

// structs returns a column with a schema as plain structs and its live rows that have one. All others
// fail as requireStruct, or requireMap where the row has no schema, refuses them.
func structs(b *batch.Batch, c *batch.Column, purpose string) (*batch.Column, batch.Selection) {
	p := split(b, c)
	fail(b, p.null, notStruct(purpose, batch.TagNull))
	fail(b, p.bare, notMap(purpose, batch.TagNull))
	if !onlyStructs(b, c, p.present, purpose) {
		return c, none
	}
	return plainStructs(b, c), p.present
}

// onlyStructs reports whether c has structs; otherwise the rows, which have values, fail.
func onlyStructs(b *batch.Batch, c *batch.Column, rows batch.Selection, purpose string) bool {
	if c.Schema().Kind() == batch.KindStruct {
		return true
	}
	if !isEmpty(rows) {
		fail(b, rows, notStruct(purpose, classOf(c.Schema())))
	}
	return false
}

// classOf returns the class of the values under s.
func classOf(s *batch.Schema) batch.Tag {
	switch s.Logical() {
	case batch.LogicalDecimal:
		return batch.TagDecimal
	case batch.LogicalDate, batch.LogicalTime, batch.LogicalTimestamp:
		return batch.TagDate
	}
	return batch.TagOf(s.Kind())
}

// where returns c with null in the rows that are not in valid; nil has all.
func where(b *batch.Batch, c *batch.Column, valid bits.Bitmap) *batch.Column {
	if valid == nil {
		return c
	}
	if c.Form() == batch.FormConstant {
		if c.Const.IsNull() {
			return c
		}
		return constantWhere(b, c.Schema(), c.Const, valid)
	}
	out := b.WithSchema(c, c.Schema())
	out.Valid = both(&b.Arena, valid, c.Valid)
	return out
}

// constantWhere returns a column under s with v in the rows in valid, nil having all, and null in others.
func constantWhere(b *batch.Batch, s *batch.Schema, v batch.Value, valid bits.Bitmap) *batch.Column {
	if valid == nil {
		return b.NewConstant(s, b.Len(), v)
	}
	out := b.NewDictionary(s, mem.Zeroed[int32](&b.Arena, b.Len()), b.NewConstant(s, 1, v))
	out.Valid = valid
	return out
}
