package protobuf

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/fill"
)

// parts are the numbers in a small message, by the numbers of their fields.
type parts [5]int64

// numbers reads a message of numbers; false where it holds anything else.
func (n *parts) numbers(b []byte, i int) bool {
	for i < len(b) {
		tag, end := varint(b, i)
		if end < 0 || tag&7 != wireVarint || tag>>3 == 0 || tag>>3 >= uint64(len(n)) {
			return false
		}
		var v uint64
		if v, i = varint(b, end); i < 0 {
			return false
		}
		n[tag>>3] = int64(v)
	}
	return true
}

// logical reads a message that stands for a logical type, of which all is as it should be.
func (x *rowReader) logical(st *step, c *fill.Column, b []byte, i, r int) int {
	var n parts
	if st.op == readDecimal {
		return x.decimal(c, b, i, r)
	}
	if !n.numbers(b, i) {
		return -1
	}
	switch st.op {
	case readTimestamp:
		nanos := int64(int32(n[2]))
		if n[3] != 0 || n[4] != 0 || !validTimestamp(n[1], nanos) {
			return -1
		}
		c.Words8[r] = uint64(n[1]*1000 + nanos/nanosPerMilli)
	case readTime:
		h, m, s, nanos := int32(n[1]), int32(n[2]), int32(n[3]), int32(n[4])
		if uint32(h) > 23 || uint32(m) > 59 || uint32(s) > 59 || uint32(nanos) > nanosMax {
			return -1
		}
		c.Words4[r] = uint32((h*60+m)*60+s)*1000 + uint32(nanos)/nanosPerMilli
	default:
		days, bad := calendarDay(int32(n[1]), int32(n[2]), int32(n[3]))
		if n[4] != 0 || bad != "" {
			return -1
		}
		c.Words4[r] = uint32(days)
	}
	return len(b)
}

// The fields of confluent.type.Decimal, and how they are written.
const (
	tagDecimalValue     = 1<<3 | wireBytes
	tagDecimalPrecision = 2<<3 | wireVarint
	tagDecimalScale     = 3<<3 | wireVarint
)

// decimal reads confluent.type.Decimal where no digit must be dropped.
func (x *rowReader) decimal(c *fill.Column, b []byte, i, r int) int {
	from, to, precision, scale := 0, 0, uint32(0), uint32(0)
	for i < len(b) {
		tag, end := varint(b, i)
		if end < 0 {
			return -1
		}
		var v uint64
		if v, i = varint(b, end); i < 0 {
			return -1
		}
		switch tag {
		case tagDecimalValue:
			if uint32(v) > uint32(len(b)-i) {
				return -1
			}
			from, to = i, i+int(uint32(v))
			i = to
		case tagDecimalPrecision:
			precision = uint32(v)
		case tagDecimalScale:
			scale = uint32(v)
		default:
			return -1
		}
	}
	// No more bytes than BigInteger.toByteArray has.
	for to-from > 1 && (b[from] == 0 && b[from+1] < 0x80 || b[from] == 0xff && b[from+1] >= 0x80) {
		from++
	}
	if to == from || !hasDigits(b[from:to], precision) {
		return -1
	}
	c.Scales[r] = int32(scale)
	if x.copy {
		return x.written(c, r, append(x.text, b[from:to]...), len(b))
	}
	c.Views[r] = batch.View{Pos: x.base + uint32(from), Len: uint32(to - from)}
	return len(b)
}

// hasDigits reports whether a number surely has no more digits than that; 0 = any.
func hasDigits(unscaled []byte, precision uint32) bool {
	switch {
	case precision == 0:
		return true
	case int32(precision) < 0 || len(unscaled) > 8:
		return false
	}
	v := int64(int8(unscaled[0]))
	for _, c := range unscaled[1:] {
		v = v<<8 | int64(c)
	}
	u := uint64(v)
	if v < 0 {
		u = -u
	}
	for ; precision > 0 && u > 0; precision-- {
		u /= 10
	}
	return u == 0
}
