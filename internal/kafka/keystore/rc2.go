package keystore

import (
	"encoding/binary"
	"math/bits"
)

// rc2 decrypts by RFC 2268. Nothing is encrypted with it here.
type rc2 struct{ k [64]uint16 }

// newRC2 expands a key of the given effective bits.
func newRC2(key []byte, effectiveBits int) *rc2 {
	var l [128]byte
	copy(l[:], key)
	for i := len(key); i < 128; i++ {
		l[i] = rc2Pi[l[i-1]+l[i-len(key)]]
	}
	n := (effectiveBits + 7) / 8
	l[128-n] = rc2Pi[l[128-n]&byte(0xff>>(8*n-effectiveBits))]
	for i := 127 - n; i >= 0; i-- {
		l[i] = rc2Pi[l[i+1]^l[i+n]]
	}
	c := &rc2{}
	for i := range c.k {
		c.k[i] = binary.LittleEndian.Uint16(l[2*i:])
	}
	return c
}

// BlockSize is 8.
func (*rc2) BlockSize() int { return 8 }

// Encrypt is there for cipher.Block and never called.
func (*rc2) Encrypt(_, _ []byte) { panic("keystore: rc2 only decrypts") }

// Decrypt decrypts one block.
func (c *rc2) Decrypt(dst, src []byte) {
	var r [4]uint16
	for i := range r {
		r[i] = binary.LittleEndian.Uint16(src[2*i:])
	}
	shift := [4]int{1, 2, 3, 5}
	j := 63
	for round := 15; round >= 0; round-- {
		for i := 3; i >= 0; i-- {
			a, b, d := r[(i+3)%4], r[(i+2)%4], r[(i+1)%4]
			r[i] = bits.RotateLeft16(r[i], -shift[i]) - (c.k[j] + a&b + ^a&d)
			j--
		}
		if round == 11 || round == 5 {
			for i := 3; i >= 0; i-- {
				r[i] -= c.k[r[(i+3)%4]&63]
			}
		}
	}
	for i := range r {
		binary.LittleEndian.PutUint16(dst[2*i:], r[i])
	}
}
