package java

import (
	"encoding/binary"
	"math/bits"
)

// PutRoom is how many bytes the Put functions may write from the position they are given on, whatever the result takes.
const PutRoom = 24

const putRoom = "000000000000000000000000" // as many

const zeroDigits = 0x3030303030303030

// PutInt writes v in decimal at b[p] and returns the position behind it. len(b) is at least p+PutRoom.
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
		binary.LittleEndian.PutUint64(b[p:], eight(uint32(u%1e8))|zeroDigits)
		return p + 8
	}
	p = putFirst(b, p, uint32(u/1e16))
	u %= 1e16
	binary.LittleEndian.PutUint64(b[p:], eight(uint32(u/1e8))|zeroDigits)
	binary.LittleEndian.PutUint64(b[p+8:], eight(uint32(u%1e8))|zeroDigits)
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
	binary.LittleEndian.PutUint64(b[p:], (d|zeroDigits)>>skip)
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

// PutDouble writes f at b[p] as AppendDouble does; len(b) is at least p+PutRoom. ok is false, and nothing written, where f has no short plain
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
	binary.LittleEndian.PutUint64(b[p+1:], d|zeroDigits)
	zeros := min(bits.LeadingZeros64(d)>>3, 7)
	return p + 9 - zeros, true
}
