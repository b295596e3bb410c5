package jsonscan

import (
	"encoding/binary"
	"math/bits"

	"github.com/millrace/millrace/internal/java"
)

// Room is how many bytes there are to be for a number, a word or the ends of a text, whatever the result takes.
const Room = 40

// PutString writes src[from:to] in double quotes at b[p], escaped as AppendString does, and returns the
// position behind it. ok is false, and what b holds from p on undefined, where AppendString has to do it:
// the text is not plain ASCII, or too near to the end of src to be read in words.
// len(b) is at least p + (to-from) + Room.
//
// Texts of up to 16 bytes take two words each, whatever their length: it cannot be foretold.
func PutString(b []byte, p int, src []byte, from, to int) (end int, ok bool) {
	n := to - from
	if n > 16 {
		return putLong(b, p, src, from, to)
	}
	if from+16 > len(src) {
		return p, false
	}
	in, out := src[from:from+16], b[p:p+18]
	w, x := binary.LittleEndian.Uint64(in), binary.LittleEndian.Uint64(in[8:])
	out[0] = '"'
	binary.LittleEndian.PutUint64(out[1:], w)
	binary.LittleEndian.PutUint64(out[9:], x)
	out[n+1] = '"'
	marks := special(w)&(1<<uint(8*n)-1) | special(x)&(1<<uint(8*max(n-8, 0))-1)
	return p + n + 2, marks == 0
}

// putLong is PutString for texts of any length.
func putLong(b []byte, p int, src []byte, from, to int) (end int, ok bool) {
	if to+7 >= len(src) {
		return p, false
	}
	b[p] = '"'
	p++
	n := to - from
	in, out := src[from:to+7], b[p:p+n+8]
	for k := 0; k < n; k += 8 {
		w := binary.LittleEndian.Uint64(in[k:])
		binary.LittleEndian.PutUint64(out[k:], w)
		if m := special(w); m != 0 && k+bits.TrailingZeros64(m)>>3 < n {
			return p, false
		}
	}
	b[p+n] = '"'
	return p + n + 1, true
}

// AppendDecimal appends the decimal of a two's complement unscaled value as BigDecimal.toString.
func AppendDecimal(dst, unscaled []byte, scale int32) []byte {
	d, err := java.DecimalFromBytes(unscaled, scale)
	if err != nil { // no bytes: zero, as batch reads them
		d = java.NewDecimal(0, scale)
	}
	return d.Append(dst)
}

// AppendUnscaled appends a two's complement value as AppendBinary, in the fewest bytes.
func AppendUnscaled(dst, unscaled []byte) []byte {
	for len(unscaled) > 1 && (unscaled[0] == 0 && unscaled[1] < 0x80 || unscaled[0] == 0xff && unscaled[1] >= 0x80) {
		unscaled = unscaled[1:]
	}
	if len(unscaled) == 0 {
		unscaled = []byte{0}
	}
	return AppendBinary(dst, unscaled)
}
