package avro

import (
	"strings"
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
		} else if v.IsNull() && !f.Schema.Optional() {
			return batch.Value{}, errDefault
		}
		if err := out.Put(f.Name, v); err != nil {
			return batch.Value{}, err
		}
	}
	return batch.StructValueOf(out), nil
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
			fits = f.Schema.Kind() == classOf(first.Type)
		}
		if !fits {
			continue
		}
		src := first
		if first.Type == Enum {
			src = &Schema{Type: String}
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

// ownValue reads a connect.default, or what is in one. A nil node is null.
func (d *data) ownValue(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	v, err := d.ownPlain(s, a, n)
	if err != nil {
		return v, err
	}
	return logicalValue(s, v)
}

func (d *data) ownPlain(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	if n == nil { // JSON's null is coerced as any other value
		return batch.Value{}, nil
	}
	if s == nil {
		return batch.Value{}, errDefault
	}
	switch a.Type {
	case Int:
		return batch.IntValue(s.Kind(), int64(n.int())), nil
	case Long:
		return batch.Int64Value(n.long()), nil
	case Float:
		return batch.Float32Value(float32(n.double())), nil
	case Double:
		return batch.Float64Value(n.double()), nil
	case Boolean:
		return batch.BooleanValue(n.Bool || n.Kind == NodeInt && n.Int != 0 || n.Kind == NodeString && strings.TrimSpace(n.Text) == "true"), nil
	case String, Enum:
		return batch.StringValue(n.text()), nil
	case Bytes, Fixed:
		if n.Kind != NodeString {
			return batch.Value{}, nil
		}
		return batch.BytesValue(latin1(n.Text)), nil
	case Array:
		if n.Kind != NodeArray || s.Kind() != batch.KindArray {
			return batch.Value{}, errDefault
		}
		out := make([]batch.Value, len(n.Items))
		for i := range n.Items {
			var err error
			if out[i], err = d.ownValue(s.Elem(), a.Elem, &n.Items[i]); err != nil {
				return batch.Value{}, err
			}
		}
		return batch.ArrayValue(out), nil
	case Map:
		if n.Kind != NodeObject {
			return batch.Value{}, errDefault
		}
		m := &batch.MapValue{}
		for i, k := range n.Names {
			v, err := d.ownValue(s.Elem(), a.Elem, &n.Items[i])
			if err != nil {
				return batch.Value{}, err
			}
			m.Put(batch.StringValue(k), v)
		}
		return batch.MapValueOf(m), nil
	case Record:
		return d.ownStruct(s, a, n)
	case Union:
		return d.ownUnion(s, a, n)
	}
	return batch.Value{}, nil
}

func (d *data) ownStruct(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	if n.Kind != NodeObject {
		return batch.Value{}, errDefault
	}
	out := batch.NewStructValue(s)
	for i := range a.Fields {
		f := s.Field(a.Fields[i].Name)
		if f == nil {
			return batch.Value{}, errDefault
		}
		v, err := d.ownValue(f.Schema, a.Fields[i].Schema, n.Member(f.Name))
		if err == nil {
			err = out.Put(f.Name, v)
		}
		if err != nil {
			return batch.Value{}, err
		}
	}
	return batch.StructValueOf(out), nil
}

// ownUnion reads a default under a union, which counts for its first branch.
func (d *data) ownUnion(s *batch.Schema, a *Schema, n *Node) (batch.Value, error) {
	first := a.Types[0]
	if first.Type == Null {
		return batch.Value{}, nil
	}
	if s.Kind() != batch.KindStruct {
		return batch.Value{}, errDefault
	}
	f := s.Field(d.memberName(first, 0))
	if f == nil {
		return batch.Value{}, errDefault
	}
	return d.ownValue(f.Schema, first, n)
}

// logicalValue applies the logical type of s to a plain value. Source: AvroData.toConnectLogical.
func logicalValue(s *batch.Schema, v batch.Value) (batch.Value, error) {
	if v.IsNull() || !s.HasName() {
		return v, nil
	}
	switch s.Name() {
	case batch.DecimalName:
		if v.Tag() != batch.TagBytes {
			return v, codec.Data("Invalid type for Decimal, underlying representation should be bytes but was class %s", v.Tag().JavaClass())
		}
		return decimalOf(s, v.Bytes())
	case batch.DateName, batch.TimeName:
		if v.Tag() != batch.TagInt32 {
			return v, codec.Data("Invalid type for %s, underlying representation should be int32 but was class %s", shortName(s), v.Tag().JavaClass())
		}
		if s.Name() == batch.DateName {
			return batch.DateValue(v.Int() * millisPerDay), nil
		}
		if v.Int() < 0 || v.Int() > millisPerDay {
			return v, codec.Data(timeRange)
		}
		return batch.DateValue(v.Int()), nil
	case batch.TimestampName:
		if v.Tag() != batch.TagInt64 {
			return v, codec.Data("Invalid type for Timestamp, underlying representation should be int64 but was class %s", v.Tag().JavaClass())
		}
		return batch.DateValue(v.Int()), nil
	}
	return v, nil
}

const (
	millisPerDay = 24 * 60 * 60 * 1000
	timeRange    = "Time values must use number of milliseconds greater than 0 and less than 86400000"
)

// shortName is the last part of a logical type's name.
func shortName(s *batch.Schema) string { return s.Name()[strings.LastIndexByte(s.Name(), '.')+1:] }

// decimalOf is Decimal.toLogical.
func decimalOf(s *batch.Schema, b []byte) (batch.Value, error) {
	scale, ok := s.Param(propScale)
	if !ok {
		return batch.Value{}, codec.Data("Invalid Decimal schema: scale parameter not found.")
	}
	n, err := java.ParseInt(scale, 10)
	if err != nil {
		return batch.Value{}, &codec.Error{Class: codec.DataException, Text: "Invalid scale parameter found in Decimal schema: ", Pos: -1, Err: err}
	}
	if len(b) == 0 {
		return batch.Value{}, emptyDecimal()
	}
	return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: java.BigFromBytes(b), Scale: n}), nil
}

// emptyDecimal is what BigInteger throws for no bytes.
func emptyDecimal() error {
	return &codec.Error{Class: numberFormat, Text: "Zero length BigInteger", Pos: -1}
}
