package literal

import (
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/datetext"
)

// JavaText writes values as Java's toString does. The zero value is usable.
type JavaText struct {
	Zone   *datetext.Zone // of dates; nil: UTC
	Linked bool           // maps are LinkedHashMaps and keep their order (batch.Dynamic.Linked)
}

// Append appends what toString says of v's class: strings and numbers bare, lists [a, b], maps {k=v} in
// the order of a HashMap, Struct{a=1,b=x} without unset fields, dates as java.util.Date, null as null.
//
// Byte arrays are [B@ and a hash: of the array's identity in Java, of its content here.
// Source: String.valueOf, AbstractCollection, AbstractMap, Struct.
func (t JavaText) Append(dst []byte, v batch.Value) []byte {
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
		if t.Zone == nil {
			return datetext.AppendDate(dst, v.Int(), datetext.UTC)
		}
		return datetext.AppendDate(dst, v.Int(), t.Zone)
	case batch.TagArray:
		dst = append(dst, '[')
		for i, e := range v.Array() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = t.Append(dst, e)
		}
		return append(dst, ']')
	case batch.TagMap:
		m := v.Map()
		dst = append(dst, '{')
		for n, i := range t.order(m.Keys) {
			if n > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(t.Append(dst, m.Keys[i]), '=')
			dst = t.Append(dst, m.Values[i])
		}
		return append(dst, '}')
	case batch.TagStruct:
		s := v.Struct()
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
			dst = t.Append(dst, s.Fields[i])
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// order returns the order in which a map with these keys iterates. Where addresses decide it, the order stays.
func (t JavaText) order(keys []batch.Value) []int32 {
	if !t.Linked {
		if order, ok := hashOrder(keys); ok {
			return order
		}
	}
	order := make([]int32, len(keys))
	for i := range order {
		order[i] = int32(i)
	}
	return order
}
