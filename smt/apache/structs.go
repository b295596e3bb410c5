package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt/internal/columnar"
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

// copyFields puts every field of st into out, which has them too. Source: Struct.put in a loop.
func copyFields(out, st *batch.StructValue, withDefault bool) error {
	for _, f := range st.Schema.Fields() {
		if err := out.Put(f.Name, fieldOf(st, f.Name, withDefault)); err != nil {
			return err
		}
	}
	return nil
}

// copyMap returns a map with the entries of m.
func copyMap(m *batch.MapValue) *batch.MapValue {
	return &batch.MapValue{Keys: slices.Clone(m.Keys), Values: slices.Clone(m.Values)}
}

// structs returns a column with a schema as plain structs and its live rows that have one. All others
// fail as requireStruct, or requireMap where the row has no schema, refuses them.
func structs(b *batch.Batch, c *batch.Column, purpose string) (*batch.Column, batch.Selection) {
	p := split(b, c)
	if !columnar.IsEmpty(p.null) {
		columnar.Fail(b, p.null, notStruct(purpose, batch.TagNull))
	}
	failNull(b, p.bare, purpose)
	if !onlyStructs(b, c, p.present, purpose) {
		return c, none
	}
	return columnar.PlainStructs(b, c), p.present
}

// failNull fails rows, which have null and no schema, as requireMap refuses them.
func failNull(b *batch.Batch, rows batch.Selection, purpose string) {
	if !columnar.IsEmpty(rows) {
		columnar.Fail(b, rows, notMap(purpose, batch.TagNull))
	}
}

// changing returns a column with a schema as plain structs and its live rows that have one, for a transform
// that leaves null alone: rows with null under the schema leave b for a fork, as the others change theirs.
// Rows whose value is no struct fail; without any struct b stays as it is.
func changing(b *batch.Batch, c *batch.Column, purpose string) (_ *batch.Column, present batch.Selection, more []*batch.Batch) {
	p := split(b, c)
	if !onlyStructs(b, c, p.present, purpose) || columnar.IsEmpty(p.present) {
		return c, none, nil
	}
	if !columnar.IsEmpty(p.null) {
		more = append(more, leave(b, p.null))
	}
	return columnar.PlainStructs(b, c), p.present, more
}

// structsLike returns a column of structs under s with the given children, null where c is.
func structsLike(b *batch.Batch, c *batch.Column, s *batch.Schema, children []*batch.Column) *batch.Column {
	out := b.NewStruct(s, c.Len(), children)
	out.Valid, out.NoSchema = c.Valid, c.NoSchema
	return out
}

// onlyStructs reports whether c has structs; otherwise the rows, which have values, fail.
func onlyStructs(b *batch.Batch, c *batch.Column, rows batch.Selection, purpose string) bool {
	if c.Schema().Kind() == batch.KindStruct {
		return true
	}
	if !columnar.IsEmpty(rows) {
		columnar.Fail(b, rows, notStruct(purpose, classOf(c.Schema())))
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
