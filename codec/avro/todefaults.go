package avro

import (
	"slices"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// A default of a field goes through the Java objects that its type asks for (fieldValue); a connect.default is
// read as JSON and coerced (ownValue). Source: JacksonUtils.toObject, AvroData.defaultValueFromAvro.

var errDefault = codec.Data("invalid default")

// givesObject reports whether the default of a field of type s becomes an object: what is of another type than s
// becomes none, or fails, as if there were no default. Source: JacksonUtils.toObject, Field.defaultVal.
func givesObject(s *Schema, n *Node) bool {
	return !throws(s, n) && isObject(s, n)
}

// isObject reports whether a default becomes an object, where it does not fail.
func isObject(s *Schema, n *Node) bool {
	if s.Type == Union && n.Kind != NodeNull {
		return len(s.Types) > 0 && isObject(s.Types[0], n)
	}
	switch n.Kind {
	case NodeInt:
		return s.Type >= Int && s.Type <= Double
	case NodeDouble, NodeFloat:
		return s.Type == Float || s.Type == Double
	case NodeString:
		return s.Type == String || s.Type == Enum || s.Type == Bytes || s.Type == Fixed
	}
	return n.Kind != NodeBigInt
}

// throws reports whether making an object of a default fails.
func throws(s *Schema, n *Node) bool {
	if s == nil {
		return false
	}
	if s.Type == Union {
		return len(s.Types) == 0 || throws(s.Types[0], n)
	}
	for i := range n.Items {
		var of *Schema
		switch {
		case n.Kind == NodeArray && s.Type != Array:
			return true
		case n.Kind == NodeArray, s.Type == Map:
			of = s.Elem
		case s.Type == Record:
			f := s.Field(n.Names[i])
			if f == nil {
				return true
			}
			of = f.Schema
		}
		if throws(of, &n.Items[i]) {
			return true
		}
	}
	return false
}

// fieldValue reads the default of a field of Avro type a under s, its logical type not applied.
func (d *data) fieldValue(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	if n.Kind == NodeNull || !isObject(a, n) {
		if !s.Optional() {
			return batch.Value{}, errDefault
		}
		return batch.Value{}, nil
	}
	if a.Type == Union {
		first := a.Types[0]
		if isUnion(s) {
			return d.unionDefault(s, a, n)
		}
		return d.fieldValue(s, first, n)
	}
	switch s.Kind() {
	case batch.KindInt8, batch.KindInt16, batch.KindInt32:
		if n.Kind != NodeInt || n.Int != int64(int32(n.Int)) {
			return batch.Value{}, errDefault
		}
		return batch.IntValue(s.Kind(), n.Int), nil
	case batch.KindInt64:
		if n.Kind != NodeInt {
			return batch.Value{}, errDefault
		}
		return batch.Int64Value(n.Int), nil
	case batch.KindFloat32:
		if !n.isNumber() {
			return batch.Value{}, errDefault
		}
		return batch.Float32Value(float32(n.double())), nil
	case batch.KindFloat64:
		if !n.isNumber() {
			return batch.Value{}, errDefault
		}
		return batch.Float64Value(n.double()), nil
	case batch.KindBoolean:
		if n.Kind != NodeBoolean {
			return batch.Value{}, errDefault
		}
		return batch.BooleanValue(n.Bool), nil
	case batch.KindString:
		if n.Kind != NodeString {
			return batch.Value{}, errDefault
		}
		return batch.StringValue(n.Text), nil
	case batch.KindBytes:
		if n.Kind != NodeString {
			return batch.Value{}, errDefault
		}
		return batch.BytesValue(latin1(n.Text)), nil
	case batch.KindArray:
		if n.Kind != NodeArray {
			return batch.Value{}, errDefault
		}
		out := make([]batch.Value, len(n.Items))
		for i := range n.Items {
			var err error
			if out[i], err = d.elementValue(s.Elem(), a.Elem, &n.Items[i]); err != nil {
				return batch.Value{}, err
			}
		}
		return batch.ArrayValue(out), nil
	case batch.KindMap:
		if n.Kind == NodeArray && a.Type == Array && !textKeyed(s) && len(n.Items) == 0 { // any entries would not be records
			return batch.MapValueOf(&batch.MapValue{}), nil
		}
		if n.Kind != NodeObject || a.Type != Map {
			return batch.Value{}, errDefault
		}
		m := &batch.MapValue{}
		for i, k := range n.Names {
			v, err := d.elementValue(s.Elem(), a.Elem, &n.Items[i])
			if err != nil {
				return batch.Value{}, err
			}
			m.Put(batch.StringValue(k), v)
		}
		return batch.MapValueOf(m), nil
	}
	if n.Kind != NodeObject || a.Type != Record {
		return batch.Value{}, errDefault
	}
	out := batch.NewStructValue(s)
	for i := range s.Fields() {
		f := &s.Fields()[i]
		v := f.Schema.Default()
		if m := n.Member(d.fieldName(f.Name)); m != nil {
			af := a.Field(f.Name)
			if af == nil {
				return batch.Value{}, errDefault
			}
			var err error
			if v, err = d.elementValue(f.Schema, af.Schema, m); err != nil {
				return batch.Value{}, err
			}
		} else if !readsAgain(f.Schema, v) {
			return batch.Value{}, errDefault
		}
		if err := out.Put(f.Name, v); err != nil {
			return batch.Value{}, err
		}
	}
	return batch.StructValueOf(out), nil
}

// readsAgain reports whether a default of a member, which stands in where a record's default lacks the member, is what the original takes:
// it reads the default once more, as if it were of the classes that Avro has. Source: AvroData.toConnectData, for a Map under a STRUCT.
func readsAgain(s *batch.Schema, v batch.Value) bool {
	if v.IsNull() {
		return s.Optional()
	}
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagDate, batch.TagDecimal, batch.TagStruct:
		return false
	case batch.TagArray:
		return !slices.ContainsFunc(v.Array(), func(e batch.Value) bool { return !readsAgain(s.Elem(), e) })
	case batch.TagMap:
		return textKeyed(s) && !slices.ContainsFunc(v.Map().Values, func(e batch.Value) bool { return !readsAgain(s.Elem(), e) })
	}
	return true
}

// textKeyed reports whether the original reads a map from a map, not from a list of entries.
func textKeyed(s *batch.Schema) bool {
	return s.Key().Kind() == batch.KindString && !s.Key().Optional()
}

// fieldName is the name that a member of a Connect struct has in Avro.
func (d *data) fieldName(name string) string {
	if d.scrub {
		return scrubbed(name)
	}
	return name
}

// elementValue is fieldValue of something inside a default, its logical type applied.
func (d *data) elementValue(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	if s == nil {
		return batch.Value{}, errDefault
	}
	v, err := d.fieldValue(s, a, n)
	if err != nil {
		return v, err
	}
	return logicalValue(s, v)
}

// unionDefault reads a default under the struct of a union: in the first member whose class it has.
func (d *data) unionDefault(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	first := a.Types[0]
	src, class := first, classOf(first.Type)
	switch { // these become objects whatever the type is
	case n.Kind == NodeBoolean:
		src, class = &Schema{Type: Boolean}, batch.KindBoolean
	case n.Kind == NodeArray && class != batch.KindArray: // an empty one: others have failed
		src, class = &Schema{Type: Array}, batch.KindArray
	case n.Kind == NodeObject && class != batch.KindMap:
		src, class = &Schema{Type: Map}, batch.KindMap
	case first.Type == Enum:
		src = &Schema{Type: String}
	case first.Type == Int && n.Kind == NodeInt && n.Int != int64(int32(n.Int)): // a Long, as it fits no int
		src, class = &Schema{Type: Long}, batch.KindInt64
	}
	for i := range s.Fields() {
		f := &s.Fields()[i]
		fits := false
		switch {
		case isEnum(f.Schema):
		case isFixed(f.Schema):
			size, _ := f.Schema.Param(paramFixedSize)
			want, err := java.ParseInt(size, 10)
			fits = err == nil && (first.Type == Bytes || first.Type == Fixed) && len(latin1(n.Text)) == int(want)
		default:
			fits = f.Schema.Kind() == class
		}
		if !fits {
			continue
		}
		v, err := d.elementValue(f.Schema, src, n)
		if err != nil {
			return v, err
		}
		out := batch.NewStructValue(s)
		out.Fields[f.Index] = v
		return batch.StructValueOf(out), nil
	}
	return batch.Value{}, errDefault
}

// classOf is the Connect type of the Java objects that defaults of an Avro type become.
func classOf(t Type) batch.Kind {
	switch t {
	case String, Enum:
		return batch.KindString
	case Bytes, Fixed:
		return batch.KindBytes
	case Int:
		return batch.KindInt32
	case Long:
		return batch.KindInt64
	case Float:
		return batch.KindFloat32
	case Double:
		return batch.KindFloat64
	case Boolean:
		return batch.KindBoolean
	case Array:
		return batch.KindArray
	}
	return batch.KindMap // a record's default is a map, too
}

// latin1 is String.getBytes(ISO_8859_1).
func latin1(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}

// fromLatin1 is new String(bytes, ISO_8859_1).
func fromLatin1(b []byte) string {
	out := make([]byte, 0, len(b))
	for _, c := range b {
		out = utf8.AppendRune(out, rune(c))
	}
	return string(out)
}
