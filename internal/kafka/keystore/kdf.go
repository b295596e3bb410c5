package keystore

import (
	"hash"
	"math/big"
	"unicode/utf16"
)

// What a derived text is for (RFC 7292, appendix B.3).
const (
	idKey byte = 1
	idIV  byte = 2
	idMAC byte = 3
)

// bmpString is a password as PKCS12 hashes it: UTF-16 with the high byte first, ended by a zero.
func bmpString(s string) []byte {
	units := append(utf16.Encode([]rune(s)), 0)
	out := make([]byte, 0, 2*len(units))
	for _, u := range units {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}

// derivePKCS12 makes n bytes of a password. block is the size that the hash works on.
// Source: RFC 7292, appendix B.2.
func derivePKCS12(newHash func() hash.Hash, block int, password, salt []byte, rounds int, id byte, n int) []byte {
	h := newHash()
	size := h.Size()
	diversifier := make([]byte, block)
	for i := range diversifier {
		diversifier[i] = id
	}
	input := append(repeat(salt, block), repeat(password, block)...)
	var out []byte
	one := big.NewInt(1)
	for {
		h.Reset()
		h.Write(diversifier)
		h.Write(input)
		a := h.Sum(nil)
		for range rounds - 1 {
			h.Reset()
			h.Write(a)
			a = h.Sum(a[:0])
		}
		if out = append(out, a...); len(out) >= n {
			return out[:n]
		}
		// Each block of the input grows by a repeated to a block, plus one.
		b := make([]byte, block)
		for i := range b {
			b[i] = a[i%size]
		}
		step := new(big.Int).Add(new(big.Int).SetBytes(b), one)
		for i := 0; i < len(input); i += block {
			sum := new(big.Int).Add(new(big.Int).SetBytes(input[i:i+block]), step).Bytes()
			if len(sum) > block {
				sum = sum[len(sum)-block:]
			}
			clear(input[i : i+block])
			copy(input[i+block-len(sum):], sum)
		}
	}
}

// repeat fills whole blocks with a text; none is needed for an empty one.
func repeat(text []byte, block int) []byte {
	if len(text) == 0 {
		return nil
	}
	out := make([]byte, (len(text)+block-1)/block*block)
	for i := range out {
		out[i] = text[i%len(text)]
	}
	return out
}
