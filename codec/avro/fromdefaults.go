package avro

import (
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// defaultNode writes a default as JSON. Source: AvroData.defaultValueFromConnect.
func (d *data) defaultNode(s *batch.Schema, v batch.Value) (Node, error) {
	if v.IsNull() {
		return Node{}, nil
	}
	v, err := plainValue(s, v)
	if err != nil {
		return Node{}, err
	}
	if v.Tag() != batch.TagOf(s.Kind()) {
		return Node{}, codec.Data("Invalid type used for default value of %s field: class %s", s.Kind(), v.Tag().JavaClass())
	}
	switch s.Kind() {
	case batch.KindInt8, batch.KindInt16, batch.KindInt32, batch.KindInt64:
		return intNode(v.Int()), nil
	case batch.KindFloat32:
		return Node{Kind: NodeFloat, Float: v.Float()}, nil
	case batch.KindFloat64:
		return Node{Kind: NodeDouble, Float: v.Float()}, nil
	case batch.KindBoolean:
		return Node{Kind: NodeBoolean, Bool: v.Bool()}, nil
	case batch.KindString:
		return textNode(v.Str()), nil
	case batch.KindBytes:
		return textNode(fromLatin1(v.Bytes())), nil
	case batch.KindArray:
		out := Node{Kind: NodeArray}
		for _, e := range v.Array() {
			n, err := d.defaultNode(s.Elem(), e)
			if err != nil {
				return n, err
			}
			out.Items = append(out.Items, n)
		}
		return out, nil
	case batch.KindMap:
		return d.defaultMap(s, v.Map())
	}
	out := Node{Kind: NodeObject}
	for i := range s.Fields() {
		f := &s.Fields()[i]
		fv := v.Struct().Fields[i]
		if fv.IsNull() {
			fv = f.Schema.Default()
		}
		n, err := d.defaultNode(f.Schema, fv)
		if err != nil || isUnion(s) {
			return n, err
		}
		out.put(d.fieldName(f.Name), n)
	}
	return out, nil
}

func (d *data) defaultMap(s *batch.Schema, m *batch.MapValue) (Node, error) {
	out := Node{Kind: NodeArray}
	if d.stringKeyed(s) {
		out.Kind = NodeObject
	}
	for i := range m.Keys {
		v, err := d.defaultNode(s.Elem(), m.Values[i])
		if err != nil {
			return v, err
		}
		if out.Kind == NodeObject {
			if m.Keys[i].IsNull() {
				return v, &codec.Error{Class: nullPointer, Pos: -1} // Java has no words for it either
			}
			out.put(m.Keys[i].Str(), v)
			continue
		}
		k, err := d.defaultNode(s.Key(), m.Keys[i])
		if err != nil {
			return k, err
		}
		out.Items = append(out.Items, Node{Kind: NodeArray, Items: []Node{k, v}})
	}
	return out, nil
}

// widen returns a default as Avro keeps it: a float became a double on the way. Source: JacksonUtils.toObject.
func widen(n Node) Node {
	if n.Kind == NodeFloat {
		n.Kind = NodeDouble
	}
	items := n.Items
	n.Items = make([]Node, len(items))
	for i := range items {
		n.Items[i] = widen(items[i])
	}
	return n
}

// validDefault reports whether a default fits the type of its field. Source: Schema.isValidDefault.
func validDefault(s *Schema, n *Node) bool {
	if n == nil {
		return false
	}
	switch s.Type {
	case String, Bytes, Enum, Fixed:
		return n.Kind == NodeString
	case Int:
		return n.Kind == NodeInt && n.Int == int64(int32(n.Int))
	case Long:
		return n.Kind == NodeInt
	case Float, Double:
		return n.isNumber()
	case Boolean:
		return n.Kind == NodeBoolean
	case Null:
		return n.Kind == NodeNull
	case Array:
		return n.Kind == NodeArray && allValid(s.Elem, n.Items)
	case Map:
		return n.Kind == NodeObject && allValid(s.Elem, n.Items)
	case Union:
		return len(s.Types) > 0 && validDefault(s.Types[0], n)
	}
	if n.Kind != NodeObject {
		return false
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		v := n.Member(f.Name)
		if v == nil {
			v = f.Default
		}
		if !validDefault(f.Schema, v) {
			return false
		}
	}
	return true
}

func allValid(s *Schema, items []Node) bool {
	for i := range items {
		if !validDefault(s, &items[i]) {
			return false
		}
	}
	return true
}

// fixedDigits is how many digits a decimal of size bytes holds.
func fixedDigits(size int32) int64 {
	return int64(math.Floor(math.Log10(2) * float64(8*size-1)))
}

// plainValue takes the logical type of s off a value. Source: AvroData.toAvroLogical, which TO_AVRO_LOGICAL_CONVERTERS serve.
func plainValue(s *batch.Schema, v batch.Value) (batch.Value, error) {
	if v.IsNull() || s == nil || !s.HasName() {
		return v, nil
	}
	switch s.Name() {
	case batch.DecimalName:
		dec := v.Decimal()
		if dec == nil {
			return v, codec.Data("Invalid type for Decimal, expected BigDecimal but was class %s", v.Tag().JavaClass())
		}
		text, ok := s.Param(propScale)
		if !ok {
			return v, codec.Data("Invalid Decimal schema: scale parameter not found.")
		}
		scale, err := java.ParseInt(text, 10)
		if err != nil {
			return v, &codec.Error{Class: codec.DataException, Text: "Invalid scale parameter found in Decimal schema: ", Pos: -1, Err: err}
		}
		if dec.Scale != scale {
			return v, codec.Data("Decimal value has mismatching scale for given Decimal schema. Schema has scale %d, value has scale %d.", scale, dec.Scale)
		}
		return batch.BytesValue(java.AppendBigBytes(nil, dec.Unscaled)), nil
	case batch.DateName, batch.TimeName, batch.TimestampName:
		if v.Tag() != batch.TagDate {
			return v, codec.Data("Invalid type for %s, expected Date but was class %s", shortName(s), v.Tag().JavaClass())
		}
		return plainDate(s, v.Int())
	}
	return v, nil
}

// plainDate returns the number that a Date, Time or Timestamp is kept as. Source: Date.fromLogical, Time.fromLogical.
func plainDate(s *batch.Schema, millis int64) (batch.Value, error) {
	switch s.Name() {
	case batch.DateName:
		if millis%millisPerDay != 0 {
			return batch.Value{}, codec.Data("Kafka Connect Date type should not have any time fields set to non-zero values.")
		}
		return batch.Int32Value(int32(millis / millisPerDay)), nil
	case batch.TimeName:
		if millis < 0 || millis > millisPerDay {
			return batch.Value{}, codec.Data("Kafka Connect Time type should not have any date fields set to non-zero values.")
		}
		return batch.Int32Value(int32(millis)), nil
	}
	return batch.Int64Value(millis), nil
}
