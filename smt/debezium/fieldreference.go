package debezium

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// fieldReference is a field of envelopes that is copied into values or headers.
// Source: AbstractExtractNewRecordState.FieldReference.
type fieldReference struct {
	parent string // the struct that has the field; "" for the envelope itself
	field  string
	name   string // the new one
}

// fieldReferences reads items like op, source.ts_ms or source.ts_ms:time.
func fieldReferences(prefix string, items []string) (out []fieldReference, err error) {
	for len(items) > 0 && items[len(items)-1] == "" {
		items = items[:len(items)-1]
	}
	for _, item := range items {
		parts := split(strings.TrimSpace(item), ":")
		if len(parts) > 2 {
			return nil, exception(illegalArgumentException, "Unexpected field name: "+item)
		}
		var path []string
		if len(parts) > 0 {
			path = split(parts[0], ".")
		}
		if len(path) == 0 {
			return nil, exception("java.lang.ArrayIndexOutOfBoundsException", "Index 1 out of bounds for length 0")
		}
		r := fieldReference{field: path[0], parent: parentOf(path[0])}
		r.name = r.field
		if len(path) > 1 {
			r.parent, r.field = path[0], path[1]
			r.name = r.parent + "_" + r.field
		}
		if len(parts) == 2 {
			r.name = parts[1]
		}
		r.name = prefix + r.name
		out = append(out, r)
	}
	return out, nil
}

// split is Pattern.split: empty parts at the end are dropped, empty text stays.
func split(s, separator string) []string {
	if s == "" {
		return []string{""}
	}
	parts := strings.Split(s, separator)
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}

// parentOf returns the struct in which a field without one is looked for.
func parentOf(field string) string {
	switch field {
	case "id", "data_collection_order", "total_order":
		return "transaction"
	case fieldOp, fieldTsMs, "ts_us", "ts_ns":
		return ""
	case "updateDescription":
		return field
	}
	return fieldSource
}

// schema returns the new field's schema in a record whose envelope has schema s, nil where there is no such
// field.
func (r *fieldReference) schema(s *batch.Schema) (*batch.Schema, error) {
	parent := s
	if r.parent != "" {
		f := s.Field(r.parent)
		if f == nil {
			return nil, nullField()
		}
		parent = f.Schema
	}
	if parent.Kind() != batch.KindStruct {
		return nil, dataError("Cannot look up fields on non-struct type")
	}
	f := parent.Field(r.field)
	if f == nil {
		f = s.Field(r.field)
	}
	if f == nil {
		return nil, nil
	}
	out := batch.Basics(f.Schema.Kind(), f.Schema)
	if f.Schema.Kind() == batch.KindArray {
		out.Elem(f.Schema.Elem())
	}
	return out.Optional(true).Build(), nil
}

// value returns what the field has in st, which has it by schema.
func (r *fieldReference) value(st *batch.StructValue) (batch.Value, error) {
	parent := st
	if r.parent != "" {
		v, ok := st.Field(r.parent)
		if !ok {
			return v, noSuchField(r.parent)
		}
		p, err := castToStruct(v)
		if p == nil {
			return batch.Value{}, err
		}
		parent = p
	}
	if v, ok := parent.Field(r.field); ok {
		return v, nil
	}
	v, ok := st.Field(r.field)
	if !ok {
		return v, noSuchField(r.field)
	}
	return v, nil
}

// values returns the field's values in c, a column of envelopes in the plain form, under their own schema.
func (r *fieldReference) values(b *batch.Batch, c *batch.Column) *batch.Column {
	parent := c
	if r.parent != "" {
		parent = columnar.PlainStructs(b, c.Child(r.parent))
	}
	from := parent.Child(r.field)
	if from == nil {
		from = c.Child(r.field)
	}
	return columnar.Where(b, from, parent.Valid)
}
