package primitive

import (
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/datetext"
)

// appendText appends v as Java's Object.toString, in the zone UTC. Maps are written in the order they
// have when linked, otherwise in the order of a java.util.HashMap that received them so.
//
// A byte array's text is its address in Java, another at every run; here it is a hash of the content.
// Source: Struct.toString, AbstractMap.toString, AbstractCollection.toString and the toString of the
// boxed types.
func appendText(dst []byte, v batch.Value, linked bool) []byte {
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return java.AppendInt(dst, v.Int())
	case batch.TagFloat32:
		return java.AppendFloat(dst, float32(v.Float()))
	case batch.TagFloat64:
		return java.AppendDouble(dst, v.Float())
	case batch.TagBoolean:
		return strconv.AppendBool(dst, v.Bool())
	case batch.TagString:
		return append(dst, v.Str()...)
	case batch.TagBytes:
		return strconv.AppendUint(append(dst, "[B@"...), uint64(uint32(java.HashBytes(v.Bytes()))), 16)
	case batch.TagDecimal:
		return java.NewDecimalBig(v.Decimal().Unscaled, v.Decimal().Scale).Append(dst)
	case batch.TagDate:
		return datetext.AppendDate(dst, v.Int(), datetext.UTC)
	case batch.TagArray:
		dst = append(dst, '[')
		for i, e := range v.Array() {
			dst = appendText(separated(dst, i), e, linked)
		}
		return append(dst, ']')
	case batch.TagMap:
		return appendMap(dst, v.Map(), linked)
	case batch.TagStruct:
		return appendStruct(dst, v.Struct(), linked)
	}
	return append(dst, "null"...)
}

func separated(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ", "...)
	}
	return dst
}

func appendMap(dst []byte, m *batch.MapValue, linked bool) []byte {
	entry := func(dst []byte, n, i int) []byte {
		dst = append(appendText(separated(dst, n), m.Keys[i], linked), '=')
		return appendText(dst, m.Values[i], linked)
	}
	dst = append(dst, '{')
	if order, ok := hashOrder(m.Keys); ok && !linked {
		for n, i := range order {
			dst = entry(dst, n, int(i))
		}
	} else {
		for i := range m.Keys {
			dst = entry(dst, i, i)
		}
	}
	return append(dst, '}')
}

// appendStruct leaves null fields out, also those with a default.
func appendStruct(dst []byte, s *batch.StructValue, linked bool) []byte {
	dst = append(dst, "Struct{"...)
	first := true
	for i, f := range s.Schema.Fields() {
		if s.Fields[i].IsNull() {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(append(dst, f.Name...), '=')
		dst = appendText(dst, s.Fields[i], linked)
	}
	return append(dst, '}')
}
