package file

import (
	"encoding/binary"
	"math/bits"
)

const (
	highBits = 0x8080808080808080
	lowBits  = 0x0101010101010101
)

// isASCII reports whether every byte of b is below 0x80.
func isASCII(b []byte) bool {
	var seen uint64
	for len(b) >= 32 {
		seen |= binary.LittleEndian.Uint64(b) | binary.LittleEndian.Uint64(b[8:]) |
			binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
		if seen&highBits != 0 {
			return false
		}
		b = b[32:]
	}
	for _, c := range b {
		seen |= uint64(c)
	}
	return seen&highBits == 0
}

// utf16Units returns String.length() of valid UTF-8: one unit for each byte that starts a character,
// two for those of four bytes. java.UTF16Len is the same for any bytes, a character at a time.
func utf16Units(b []byte) int {
	n := 0
	for len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		follows := x >> 7 &^ (x >> 6) & lowBits                   // 10xxxxxx
		four := x >> 7 & (x >> 6) & (x >> 5) & (x >> 4) & lowBits // 1111xxxx
		n += 8 - bits.OnesCount64(follows) + bits.OnesCount64(four)
		b = b[8:]
	}
	for _, c := range b {
		if c&0xc0 != 0x80 {
			n++
		}
		if c >= 0xf0 {
			n++
		}
	}
	return n
}
