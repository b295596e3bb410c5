package jsonscan

import (
	"encoding/binary"
	"math/bits"

	"github.com/millrace/millrace/internal/java"
)

// Room is how many bytes the Put functions for numbers may write from the position they are given on,
// whatever the result takes.
const Room = 40

// PutInt writes v in decimal at b[p] and returns the position behind it. len(b) is at least p+Room.
func PutInt(b []byte, p int, v int64) int {
	u := uint64(v)
	if v < 0 {
		b[p] = '-'
		p++
		u = -u
	}
	if u < 1e8 {
		return putFirst(b, p, uint32(u))
	}
	if u < 1e16 {
		p = putFirst(b, p, uint32(u/1e8))
		binary.LittleEndian.PutUint64(b[p:], eight(uint32(u%1e8))|each1*'0')
		return p + 8
	}
	p = putFirst(b, p, uint32(u/1e16))
	u %= 1e16
	binary.LittleEndian.PutUint64(b[p:], eight(uint32(u/1e8))|each1*'0')
	binary.LittleEndian.PutUint64(b[p+8:], eight(uint32(u%1e8))|each1*'0')
	return p + 16
}

// putFirst writes a number below 1e8 without leading zeros.
func putFirst(b []byte, p int, v uint32) int {
	if v < 10 {
		b[p] = '0' + byte(v)
		return p + 1
	}
	d := eight(v)
	skip := bits.TrailingZeros64(d) &^ 7
	binary.LittleEndian.PutUint64(b[p:], (d|each1*'0')>>skip)
	return p + 8 - skip>>3
}

// eight returns the eight decimal digits of v < 1e8, one a byte, the first in the lowest.
func eight(v uint32) uint64 {
	x := uint64(v/10000) | uint64(v%10000)<<32
	t := x * 10486 >> 20 & 0x7f0000007f // each half / 100
	y := t | (x-t*100)<<16
	u := y * 103 >> 10 & 0x000f000f000f000f // each quarter / 10
	return u | (y-u*10)<<8
}

// PutDouble writes f as AppendDouble does. ok is false, and nothing written, where f has no short plain
// form: not of up to 8 digits behind the point, or outside of [1e-3, 1e7).
//
// The decimal found has at most 15 digits and reads back as f. No two such decimals read as the same
// double, so it is the shortest one.
func PutDouble(b []byte, p int, f float64) (end int, ok bool) {
	a := f
	if f < 0 {
		b[p] = '-'
		p++
		a = -f
	}
	if !(a >= 1e-3 && a < 1e7) {
		return 0, false
	}
	n := uint64(a*1e8 + 0.5)
	if float64(n)/1e8 != a {
		return 0, false
	}
	p = putFirst(b, p, uint32(n/1e8))
	b[p] = '.'
	d := eight(uint32(n % 1e8))
	binary.LittleEndian.PutUint64(b[p+1:], d|each1*'0')
	zeros := min(bits.LeadingZeros64(d)>>3, 7)
	return p + 9 - zeros, true
}

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
