package debezium

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/internal/java"
)

// appendGroovy appends the text that Groovy joins to others: lists and bytes are [a, b], maps [k:v] or [:], everything else
// says what its class's toString does. Maps that are hashed iterate as a HashMap, others in their own order.
// Source: FormatHelper.toString.
func appendGroovy(dst []byte, v batch.Value, hashed bool) []byte {
	switch v.Tag() {
	case batch.TagArray:
		dst = append(dst, '[')
		for i, e := range v.Array() {
			dst = appendGroovy(separated(dst, i), e, hashed)
		}
		return append(dst, ']')
	case batch.TagBytes:
		dst = append(dst, '[')
		for i, b := range v.Bytes() {
			dst = java.AppendInt(separated(dst, i), int64(int8(b)))
		}
		return append(dst, ']')
	case batch.TagMap:
		m := v.Map()
		if len(m.Keys) == 0 {
			return append(dst, "[:]"...)
		}
		dst = append(dst, '[')
		var order []int32
		if hashed {
			order = literal.HashMapOrder(m.Keys)
		}
		for n := range m.Keys {
			i := n
			if hashed {
				i = int(order[n])
			}
			dst = append(appendGroovy(separated(dst, n), m.Keys[i], hashed), ':')
			dst = appendGroovy(dst, m.Values[i], hashed)
		}
		return append(dst, ']')
	}
	return literal.JavaText{Linked: !hashed}.Append(dst, v)
}

// separated appends what stands before element i of a list.
func separated(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ", "...)
	}
	return dst
}
