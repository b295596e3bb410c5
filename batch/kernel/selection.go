package kernel

import (
	"math/bits"

	bitmap "github.com/millrace/millrace/batch/bits"
)

// Selections are ascending row numbers without repetition. The functions append to dst and return it,
// as append does; with enough capacity nothing is allocated.

// Intersect appends the rows that are in both a and b.
func Intersect(dst, a, b []int32) []int32 {
	for len(a) > 0 && len(b) > 0 {
		x, y := a[0], b[0]
		if x == y {
			dst = append(dst, x)
		}
		if x <= y {
			a = a[1:]
		}
		if y <= x {
			b = b[1:]
		}
	}
	return dst
}

// Subtract appends the rows of a that are not in b.
func Subtract(dst, a, b []int32) []int32 {
	for _, x := range a {
		for len(b) > 0 && b[0] < x {
			b = b[1:]
		}
		if len(b) == 0 || b[0] != x {
			dst = append(dst, x)
		}
	}
	return dst
}

// Complement appends the rows of 0 … n-1 that are not in sel.
func Complement(dst, sel []int32, n int) []int32 {
	next := int32(0)
	for _, r := range sel {
		for ; next < r; next++ {
			dst = append(dst, next)
		}
		next = r + 1
	}
	for ; next < int32(n); next++ {
		dst = append(dst, next)
	}
	return dst
}

// FromBits appends the rows among the first n whose bit is set; nil b has every bit.
func FromBits(dst []int32, b bitmap.Bitmap, n int) []int32 {
	if b != nil {
		return b.AppendIndices(dst, n)
	}
	start := len(dst)
	dst = grow(dst, n)
	for i := range dst[start:] {
		dst[start+i] = int32(i)
	}
	return dst
}

// ToBits sets the bits of sel in dst and clears all others. dst has Words(n) words.
func ToBits(dst bitmap.Bitmap, sel []int32) {
	clear(dst)
	for _, r := range sel {
		dst[r>>6] |= 1 << (uint(r) & 63)
	}
}

// Where appends the rows of sel whose bit in b is set; nil b has every bit. It is AND of a selection and
// a bitmap.
func Where(dst, sel []int32, b bitmap.Bitmap) []int32 {
	if b == nil {
		return append(dst, sel...)
	}
	n := len(dst)
	dst = grow(dst, len(sel))
	out := dst[n : n+len(sel)]
	k := 0
	for _, r := range sel {
		out[k] = r // kept only if the bit moves k on: no branch to mispredict
		k += int(b[r>>6] >> (uint(r) & 63) & 1)
	}
	return dst[:n+k]
}

func wherePlain(dst, sel []int32, b bitmap.Bitmap) []int32 {
	for _, r := range sel {
		if b.Has(int(r)) {
			dst = append(dst, r)
		}
	}
	return dst
}

// WhereNot appends the rows of sel whose bit in b is not set; nil b has every bit.
func WhereNot(dst, sel []int32, b bitmap.Bitmap) []int32 {
	if b == nil {
		return dst
	}
	n := len(dst)
	dst = grow(dst, len(sel))
	out := dst[n : n+len(sel)]
	k := 0
	for _, r := range sel {
		out[k] = r
		k += int(b[r>>6]>>(uint(r)&63)&1 ^ 1)
	}
	return dst[:n+k]
}

// Union appends the rows that are in a or have their bit set in b, among the first n; it is OR of a
// selection and a bitmap.
func Union(dst, a []int32, b bitmap.Bitmap, n int) []int32 {
	if b == nil {
		return FromBits(dst, nil, n)
	}
	for w, word := range b[:bitmap.Words(n)] {
		base := int32(w) << 6
		for len(a) > 0 && a[0] < base+64 {
			word |= 1 << uint(a[0]-base)
			a = a[1:]
		}
		for ; word != 0; word &= word - 1 {
			r := base + int32(bits.TrailingZeros64(word))
			if int(r) >= n {
				break
			}
			dst = append(dst, r)
		}
	}
	return dst
}

func unionPlain(dst, a []int32, b bitmap.Bitmap, n int) []int32 {
	for r := range int32(n) {
		in := b.Has(int(r))
		if len(a) > 0 && a[0] == r {
			in, a = true, a[1:]
		}
		if in {
			dst = append(dst, r)
		}
	}
	return dst
}

// grow returns s with capacity for n more, of length len(s)+n.
func grow(s []int32, n int) []int32 {
	if cap(s)-len(s) >= n {
		return s[:len(s)+n]
	}
	return append(s, make([]int32, n)...)
}
