package batch

import (
	"encoding/binary"
	"slices"

	"github.com/millrace/millrace/internal/java"
)

// AppendKey appends bytes that are the same for equal values (Value.Equal) and differ for others, so
// that values can be keys of a Go map. Maps count as sets of entries. Structs are told apart by the text
// of their schemas, which leaves doc and parameters out.
func (v Value) AppendKey(dst []byte) []byte {
	dst = append(dst, byte(v.tag))
	count := func(n int) { dst = binary.AppendUvarint(dst, uint64(n)) }
	switch v.tag {
	case TagNull:
	case TagString:
		count(len(v.str))
		dst = append(dst, v.str...)
	case TagBytes:
		count(len(v.Bytes()))
		dst = append(dst, v.Bytes()...)
	case TagDecimal:
		b := java.AppendBigBytes(nil, v.Decimal().Unscaled)
		dst = binary.AppendVarint(dst, int64(v.Decimal().Scale))
		count(len(b))
		dst = append(dst, b...)
	case TagArray:
		count(len(v.Array()))
		for _, e := range v.Array() {
			dst = e.AppendKey(dst)
		}
	case TagStruct:
		s := typeText(v.Struct().Schema)
		count(len(s))
		dst = append(dst, s...)
		for _, f := range v.Struct().Fields {
			dst = f.AppendKey(dst)
		}
	case TagMap:
		m := v.Map()
		entries := make([]string, len(m.Keys))
		for i := range entries {
			entries[i] = string(m.Values[i].AppendKey(m.Keys[i].AppendKey(nil)))
		}
		slices.Sort(entries)
		count(len(entries))
		for _, e := range entries {
			dst = append(dst, e...)
		}
	default:
		dst = binary.LittleEndian.AppendUint64(dst, v.num)
	}
	return dst
}
