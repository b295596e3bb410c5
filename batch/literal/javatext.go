package literal

import (
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/datetext"
)

// AppendJava appends what Java's toString says of v's class: strings and numbers bare, lists [a, b],
// maps {k=v} in the order of a HashMap, Struct{a=1,b=x} without unset fields, dates as java.util.Date
// in zone (nil: UTC), null as null.
//
// Byte arrays are [B@ and a hash: of the array's identity in Java, of its content here.
// Source: String.valueOf, AbstractCollection, AbstractMap, Struct.
func AppendJava(dst []byte, v batch.Value, zone *datetext.Zone) []byte {
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
		if zone == nil {
			zone = datetext.UTC
		}
		return datetext.AppendDate(dst, v.Int(), zone)
	case batch.TagArray:
		dst = append(dst, '[')
		for i, e := range v.Array() {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = AppendJava(dst, e, zone)
		}
		return append(dst, ']')
	case batch.TagMap:
		m := v.Map()
		dst = append(dst, '{')
		for n, i := range hashMapOrder(m.Keys) {
			if n > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(AppendJava(dst, m.Keys[i], zone), '=')
			dst = AppendJava(dst, m.Values[i], zone)
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
			dst = AppendJava(dst, s.Fields[i], zone)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// hashMapOrder returns the order in which a java.util.HashMap with these keys iterates. Keys that
// Connect's maps do not have in practice (lists, maps, structs, decimals) leave the order as it is.
func hashMapOrder(keys []batch.Value) []int32 {
	hashes := make([]int32, len(keys))
	for i, k := range keys {
		h, ok := hashCode(k)
		if !ok {
			order := make([]int32, len(keys))
			for i := range order {
				order[i] = int32(i)
			}
			return order
		}
		hashes[i] = h
	}
	return java.HashOrder(hashes, 0, func(a, b int32) int {
		return java.CompareUTF16(keys[a].Str(), keys[b].Str())
	})
}

// hashCode returns Object.hashCode of a simple value.
func hashCode(v batch.Value) (int32, bool) {
	switch v.Tag() {
	case batch.TagNull:
		return 0, true
	case batch.TagInt8, batch.TagInt16, batch.TagInt32:
		return java.HashInt(int32(v.Int())), true
	case batch.TagInt64, batch.TagDate:
		return java.HashLong(v.Int()), true
	case batch.TagFloat32:
		return java.HashFloat(float32(v.Float())), true
	case batch.TagFloat64:
		return java.HashDouble(v.Float()), true
	case batch.TagBoolean:
		return java.HashBool(v.Bool()), true
	case batch.TagString:
		return java.HashString(v.Str()), true
	}
	return 0, false
}
