package explain

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/tagged"
)

func trimSpace(b []byte) []byte { return bytes.TrimSpace(b) }

// appendNode appends a JSON value without white space.
func appendNode(dst []byte, n tagged.Node) []byte {
	switch n.Kind {
	case 't':
		return append(dst, "true"...)
	case 'f':
		return append(dst, "false"...)
	case '0':
		return append(dst, n.Text...)
	case '"':
		return tagged.AppendString(dst, n.Text)
	case '[', '{':
		dst = append(dst, n.Kind)
		for i, item := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			if n.Kind == '{' {
				dst = append(tagged.AppendString(dst, n.Names[i]), ':')
			}
			dst = appendNode(dst, item)
		}
		return append(dst, n.Kind+2) // ] and } come two after [ and {
	}
	return append(dst, "null"...)
}

// plainBytes are the bytes that stand for a plain JSON value in a topic whose converter is class: JSON text
// for JSON, big endian numbers for those of Kafka's serializers, else the text itself.
//
// Errors: the value has no such bytes.
func plainBytes(class string, n tagged.Node) ([]byte, error) {
	if n.IsNull() {
		return nil, nil
	}
	simple := simpleName(class)
	width, binaryForm := map[string]int{"BooleanConverter": 1, "ShortConverter": 16, "IntegerConverter": 32, "LongConverter": 64, "FloatConverter": 4, "DoubleConverter": 8}[simple]
	switch {
	case simple == "JsonConverter" || simple == "JsonSchemaConverter":
		return appendNode(nil, n), nil
	case !binaryForm && n.Kind == '"':
		return []byte(n.Text), nil
	case !binaryForm:
		return appendNode(nil, n), nil
	case simple == "BooleanConverter":
		if n.Kind != 't' && n.Kind != 'f' {
			return nil, fmt.Errorf("%s needs true or false, or bytes as {\"$base64\": …}", simple)
		}
		return []byte{map[byte]byte{'t': 1}[n.Kind]}, nil
	case n.Kind != '0':
		return nil, fmt.Errorf("%s needs a number, or bytes as {\"$base64\": …}", simple)
	case width >= 16:
		v, err := n.Number(width)
		if err != nil {
			return nil, err
		}
		all := binary.BigEndian.AppendUint64(nil, uint64(v))
		return all[8-width/8:], nil
	}
	f, err := strconv.ParseFloat(n.Text, width*8)
	if err != nil {
		return nil, err
	}
	if width == 4 {
		return binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(f))), nil
	}
	return binary.BigEndian.AppendUint64(nil, math.Float64bits(f)), nil
}

// plainValue is a JSON value as schemaless data: whole numbers INT64, others FLOAT64, objects maps.
func plainValue(n tagged.Node) (batch.Value, error) {
	switch n.Kind {
	case 't', 'f':
		return batch.BooleanValue(n.Kind == 't'), nil
	case '"':
		return batch.StringValue(n.Text), nil
	case '0':
		if i, err := strconv.ParseInt(n.Text, 10, 64); err == nil {
			return batch.Int64Value(i), nil
		}
		f, err := strconv.ParseFloat(n.Text, 64)
		return batch.Float64Value(f), err
	case '[':
		list := make([]batch.Value, len(n.Items))
		for i := range n.Items {
			var err error
			if list[i], err = plainValue(n.Items[i]); err != nil {
				return batch.Null(), err
			}
		}
		return batch.ArrayValue(list), nil
	case '{':
		m := &batch.MapValue{}
		for i, name := range n.Names {
			v, err := plainValue(n.Items[i])
			if err != nil {
				return batch.Null(), err
			}
			m.Put(batch.StringValue(name), v)
		}
		return batch.MapValueOf(m), nil
	}
	return batch.Null(), nil
}

// appendPlain appends a value as plain JSON, as JsonConverter without schemas does, but decimals as
// numbers, and NaN and infinities as texts. Maps with other keys than texts are arrays of pairs.
func appendPlain(dst []byte, v batch.Value) []byte {
	switch v.Tag() {
	case batch.TagNull, batch.TagAbsent:
		return append(dst, "null"...)
	case batch.TagBoolean:
		return strconv.AppendBool(dst, v.Bool())
	case batch.TagString:
		return tagged.AppendString(dst, v.Str())
	case batch.TagBytes:
		return append(base64.StdEncoding.AppendEncode(append(dst, '"'), v.Bytes()), '"')
	case batch.TagFloat32, batch.TagFloat64:
		bits := 64
		if v.Tag() == batch.TagFloat32 {
			bits = 32
		}
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return strconv.AppendQuote(dst, strconv.FormatFloat(f, 'g', -1, 64))
		}
		return strconv.AppendFloat(dst, v.Float(), 'g', -1, bits)
	case batch.TagDecimal:
		return append(dst, decimalText(v.Decimal())...)
	case batch.TagArray:
		dst = append(dst, '[')
		for i, e := range v.Array() {
			dst = appendPlain(comma(dst, i), e)
		}
		return append(dst, ']')
	case batch.TagMap:
		return appendPlainMap(dst, v.Map())
	case batch.TagStruct:
		dst = append(dst, '{')
		for i, f := range v.Struct().Schema.Fields() {
			m, _ := v.Struct().Field(f.Name)
			dst = appendPlain(append(tagged.AppendString(comma(dst, i), f.Name), ':'), m)
		}
		return append(dst, '}')
	}
	return strconv.AppendInt(dst, v.Int(), 10) // integers and dates
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

func appendPlainMap(dst []byte, m *batch.MapValue) []byte {
	texts := true
	for _, k := range m.Keys {
		texts = texts && k.Tag() == batch.TagString
	}
	if !texts {
		dst = append(dst, '[')
		for i := range m.Keys {
			dst = appendPlain(append(comma(dst, i), '['), m.Keys[i])
			dst = append(appendPlain(append(dst, ','), m.Values[i]), ']')
		}
		return append(dst, ']')
	}
	dst = append(dst, '{')
	for i := range m.Keys {
		dst = appendPlain(append(tagged.AppendString(comma(dst, i), m.Keys[i].Str()), ':'), m.Values[i])
	}
	return append(dst, '}')
}

func decimalText(d *batch.DecimalValue) string {
	if d.Scale <= 0 {
		return new(big.Int).Mul(d.Unscaled, new(big.Int).Exp(big.NewInt(10), big.NewInt(-int64(d.Scale)), nil)).String()
	}
	digits := new(big.Int).Abs(d.Unscaled).String()
	if n := int(d.Scale) + 1 - len(digits); n > 0 {
		digits = strings.Repeat("0", n) + digits
	}
	text := digits[:len(digits)-int(d.Scale)] + "." + digits[len(digits)-int(d.Scale):]
	if d.Unscaled.Sign() < 0 {
		return "-" + text
	}
	return text
}
