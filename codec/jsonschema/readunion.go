package jsonschema

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// readUnion converts a value into the field of a union whose type it is. An object goes to the struct that names most
// of its members. Source: JsonSchemaData.TO_CONNECT_CONVERTERS of STRUCT.
func (d *data) readUnion(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	at, most := -1, 0
	for i := range s.Fields() {
		f := s.Fields()[i].Schema
		if isSimply(f, n) {
			at = i
			break
		}
		if count := matching(f, n); count > most {
			at, most = i, count
		}
	}
	if at < 0 {
		return batch.Null(), codec.Data("Did not find matching oneof field for data")
	}
	f := &s.Fields()[at]
	v, err := d.read(f.Schema, n)
	out := batch.NewStructValue(s)
	if err == nil && !v.IsNull() {
		err = put(out, at, v)
	}
	if err != nil {
		return batch.Null(), codec.InField(err, f.Name)
	}
	return batch.StructValueOf(out), nil
}

// isSimply reports whether n is of the type that a schema other than a struct's asks for.
func isSimply(s *batch.Schema, n *jsonscan.Node) bool {
	switch s.Kind() {
	case batch.KindInt8, batch.KindInt16, batch.KindInt32, batch.KindInt64:
		return n.Kind == jsonscan.Integer
	case batch.KindFloat32, batch.KindFloat64:
		return n.Kind == jsonscan.Integer || n.Kind == jsonscan.Decimal
	case batch.KindBoolean:
		return n.Kind == jsonscan.Boolean
	case batch.KindString:
		return n.Kind == jsonscan.String
	case batch.KindBytes:
		return n.Kind == jsonscan.Decimal
	case batch.KindArray:
		return n.Kind == jsonscan.Array
	case batch.KindMap:
		return n.Kind == jsonscan.Object || n.Kind == jsonscan.Array
	}
	return false
}

// matching counts the members of an object that a struct's schema names, on all levels.
func matching(s *batch.Schema, n *jsonscan.Node) int {
	if s.Kind() != batch.KindStruct || n.Kind != jsonscan.Object {
		return 0
	}
	count := 0
	find := membersOf(n)
	for i := range s.Fields() {
		f := &s.Fields()[i]
		if m := find(f.Name); m != nil {
			count += 1 + matching(f.Schema, m)
		}
	}
	return count
}
