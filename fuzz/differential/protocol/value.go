package protocol

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Tag says which Java class a Value is.
type Tag byte

// The tags, in the order of the protocol's description.
const (
	Null     Tag = iota
	I8           // Int
	I16          // Int
	I32          // Int
	I64          // Int
	F32          // Float
	F64          // Float
	Bool         // Int is 0 or 1
	Str          // Text
	Bin          // Text holds the bytes
	List         // Items
	MapOf        // Items: key, value, key, value, ...
	StructOf     // Names and Items; Own is its schema where no schema stands around it
	Decimal      // Text is the unscaled number, Int the scale
	Millis       // Int: a java.util.Date
)

// Value is V of the protocol. The zero value is null.
type Value struct {
	Tag   Tag
	Int   int64
	Float float64
	Text  string
	Names []string
	Items []Value
	Own   *Schema
}

// Clone returns a deep copy.
func (v Value) Clone() Value {
	v.Names = slices.Clone(v.Names)
	v.Items = slices.Clone(v.Items)
	for i := range v.Items {
		v.Items[i] = v.Items[i].Clone()
	}
	v.Own = v.Own.Clone()
	return v
}

// Field returns the position of a struct value's field, or -1.
func (v *Value) Field(name string) int { return slices.Index(v.Names, name) }

// AppendValue appends V.
func AppendValue(dst []byte, v Value) []byte {
	switch v.Tag {
	case Null:
		return append(dst, "null"...)
	case I8:
		dst = strconv.AppendInt(append(dst, `{"i8":`...), v.Int, 10)
	case I16:
		dst = strconv.AppendInt(append(dst, `{"i16":`...), v.Int, 10)
	case I32:
		dst = strconv.AppendInt(append(dst, `{"i32":`...), v.Int, 10)
	case I64:
		dst = append(strconv.AppendInt(append(dst, `{"i64":"`...), v.Int, 10), '"')
	case F32:
		dst = append(appendFloat(append(dst, `{"f32":"`...), v.Float, 32), '"')
	case F64:
		dst = append(appendFloat(append(dst, `{"f64":"`...), v.Float, 64), '"')
	case Bool:
		dst = strconv.AppendBool(append(dst, `{"bool":`...), v.Int != 0)
	case Str:
		dst = AppendString(append(dst, `{"s":`...), v.Text)
	case Bin:
		dst = append(base64.StdEncoding.AppendEncode(append(dst, `{"b":"`...), []byte(v.Text)), '"')
	case List:
		dst = append(dst, `{"list":[`...)
		for i, item := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendValue(dst, item)
		}
		dst = append(dst, ']')
	case MapOf:
		dst = append(dst, `{"map":[`...)
		for i := 0; i < len(v.Items); i += 2 {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendValue(append(dst, '['), v.Items[i])
			dst = append(AppendValue(append(dst, ','), v.Items[i+1]), ']')
		}
		dst = append(dst, ']')
	case StructOf:
		dst = append(dst, `{"struct":[`...)
		for i, item := range v.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendString(append(dst, '['), v.Names[i])
			dst = append(AppendValue(append(dst, ','), item), ']')
		}
		dst = append(dst, ']')
		if v.Own != nil {
			dst = AppendSchema(append(dst, `,"schema":`...), v.Own)
		}
	case Decimal:
		dst = AppendString(append(dst, `{"decimal":{"unscaled":`...), v.Text)
		dst = append(strconv.AppendInt(append(dst, `,"scale":`...), v.Int, 10), '}')
	case Millis:
		dst = append(strconv.AppendInt(append(dst, `{"millis":"`...), v.Int, 10), '"')
	}
	return append(dst, '}')
}

func appendFloat(dst []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	case f == 0 && math.Signbit(f):
		return append(dst, "-0.0"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, bits)
}

// ReadValue reads V.
func ReadValue(n *Node) (Value, error) {
	if n.Kind == NullNode {
		return Value{}, nil
	}
	if n.Kind != ObjectNode || len(n.Members) == 0 {
		return Value{}, fmt.Errorf("a value must be null or a tagged object")
	}
	m := &n.Members[0]
	if m.Name == "schema" && len(n.Members) > 1 {
		m = &n.Members[1]
	}
	body := &m.Value
	switch m.Name {
	case "i8":
		return readInt(I8, body, 8)
	case "i16":
		return readInt(I16, body, 16)
	case "i32":
		return readInt(I32, body, 32)
	case "i64":
		return readInt(I64, body, 64)
	case "millis":
		return readInt(Millis, body, 64)
	case "f32":
		return readFloat(F32, body, 32)
	case "f64":
		return readFloat(F64, body, 64)
	case "bool":
		v := Value{Tag: Bool}
		if body.Bool {
			v.Int = 1
		}
		return v, nil
	case "s":
		return Value{Tag: Str, Text: body.Text}, nil
	case "b":
		b, err := base64.StdEncoding.DecodeString(body.Text)
		return Value{Tag: Bin, Text: string(b)}, err
	case "decimal":
		v, err := readInt(Decimal, body.Get("scale"), 32)
		v.Text = body.Get("unscaled").Text
		return v, err
	case "list":
		v := Value{Tag: List, Items: make([]Value, len(body.Items))}
		return v, readItems(v.Items, body.Items)
	case "map":
		v := Value{Tag: MapOf, Items: make([]Value, 2*len(body.Items))}
		for i := range body.Items {
			if err := readItems(v.Items[2*i:2*i+2], body.Items[i].Items); err != nil {
				return v, err
			}
		}
		return v, nil
	case "struct":
		return readStruct(n, body)
	}
	return Value{}, fmt.Errorf("unknown value tag %q", m.Name)
}

func readItems(dst []Value, nodes []Node) error {
	if len(dst) != len(nodes) {
		return fmt.Errorf("a map entry must be a pair")
	}
	for i := range nodes {
		var err error
		if dst[i], err = ReadValue(&nodes[i]); err != nil {
			return err
		}
	}
	return nil
}

func readStruct(n, body *Node) (Value, error) {
	v := Value{Tag: StructOf}
	var err error
	for i := range body.Items {
		pair := body.Items[i].Items
		if len(pair) != 2 {
			return v, fmt.Errorf("a struct field must be a pair")
		}
		item, err := ReadValue(&pair[1])
		if err != nil {
			return v, err
		}
		v.Names = append(v.Names, pair[0].Text)
		v.Items = append(v.Items, item)
	}
	v.Own, err = ReadSchema(n.Get("schema"))
	return v, err
}

func readInt(tag Tag, body *Node, bits int) (Value, error) {
	i, err := strconv.ParseInt(body.Text, 10, bits)
	return Value{Tag: tag, Int: i}, err
}

func readFloat(tag Tag, body *Node, bits int) (Value, error) {
	f, err := strconv.ParseFloat(body.Text, bits)
	return Value{Tag: tag, Float: f}, err
}
