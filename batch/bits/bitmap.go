// Package bits provides bitmaps: one bit per row, least significant bit first, 1 = set.
//
// A validity bitmap says which rows are present. A nil Bitmap means "every row": all present as a
// validity bitmap, and callers of row masks treat it likewise. Bitmaps hold no pointers; their words
// usually live in an arena and are borrowed from the batch that owns it.
package bits

import "math/bits"

// Bitmap is a sequence of bits in 64-bit words. Bits past the row count of its owner are zero.
type Bitmap []uint64

// Words returns how many words n bits need.
func Words(n int) int { return (n + 63) >> 6 }

// New returns a zeroed bitmap for n bits.
func New(n int) Bitmap { return make(Bitmap, Words(n)) }

// Get reports bit i. The receiver must not be nil.
func (b Bitmap) Get(i int) bool { return b[i>>6]>>(uint(i)&63)&1 != 0 }

// Has reports bit i, where a nil bitmap has every bit.
func (b Bitmap) Has(i int) bool { return b == nil || b[i>>6]>>(uint(i)&63)&1 != 0 }

// Set sets bit i.
func (b Bitmap) Set(i int) { b[i>>6] |= 1 << (uint(i) & 63) }

// Clear clears bit i.
func (b Bitmap) Clear(i int) { b[i>>6] &^= 1 << (uint(i) & 63) }

// SetTo sets or clears bit i.
func (b Bitmap) SetTo(i int, v bool) {
	if v {
		b.Set(i)
	} else {
		b.Clear(i)
	}
}

// Fill sets the first n bits and clears the rest of the last word.
func (b Bitmap) Fill(n int) {
	full := n >> 6
	for i := range b[:full] {
		b[i] = ^uint64(0)
	}
	if rest := uint(n) & 63; rest != 0 {
		b[full] = 1<<rest - 1
	}
}

// Zero clears every bit.
func (b Bitmap) Zero() { clear(b) }

// Count returns how many of the first n bits are set; nil counts n.
func (b Bitmap) Count(n int) int {
	if b == nil {
		return n
	}
	c := 0
	full := n >> 6
	for _, w := range b[:full] {
		c += bits.OnesCount64(w)
	}
	if rest := uint(n) & 63; rest != 0 {
		c += bits.OnesCount64(b[full] & (1<<rest - 1))
	}
	return c
}

// All reports whether the first n bits are set.
func (b Bitmap) All(n int) bool { return b == nil || b.Count(n) == n }

// Any reports whether any bit is set. The receiver must not mean "every row" by nil.
func (b Bitmap) Any() bool {
	for _, w := range b {
		if w != 0 {
			return true
		}
	}
	return false
}

// And stores a AND c in b; the three have the same length and none is nil.
func (b Bitmap) And(a, c Bitmap) {
	for i := range b {
		b[i] = a[i] & c[i]
	}
}

// AndNot stores a AND NOT c in b; the three have the same length and none is nil.
func (b Bitmap) AndNot(a, c Bitmap) {
	for i := range b {
		b[i] = a[i] &^ c[i]
	}
}

// Or stores a OR c in b; the three have the same length and none is nil.
func (b Bitmap) Or(a, c Bitmap) {
	for i := range b {
		b[i] = a[i] | c[i]
	}
}

// AppendIndices appends the positions of the set bits among the first n to dst, ascending.
func (b Bitmap) AppendIndices(dst []int32, n int) []int32 {
	for i, w := range b[:Words(n)] {
		base := int32(i) << 6
		for w != 0 {
			j := base + int32(bits.TrailingZeros64(w))
			if int(j) >= n {
				return dst
			}
			dst = append(dst, j)
			w &= w - 1
		}
	}
	return dst
}
