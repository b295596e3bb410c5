package debezium

import (
	"fmt"

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

// textBytesMax bounds a text that an expression makes: each + that is written in it could double it.
const textBytesMax = 64 << 20

func tooLong() error {
	return fmt.Errorf("a text of more than %d bytes, which is the most that an expression may make", textBytesMax)
}

// joined is the text of one operand with that of another behind it.
func joined(left, right *operand) (operand, error) {
	text := appendGroovy(nil, left.value(), left.hashed)
	if len(text) <= textBytesMax {
		text = appendGroovy(text, right.value(), right.hashed)
	}
	if len(text) > textBytesMax {
		return operand{}, tooLong()
	}
	return textOperand(string(text)), nil
}

// separated appends what stands before element i of a list.
func separated(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ", "...)
	}
	return dst
}
