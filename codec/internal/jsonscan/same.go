package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// The functions of this file tell where a value ends whose text is what the append functions make of it: who reads and writes it changes
// nothing. Their twin is to do both. They return -1 for any other text, whatever is wrong or unusual about it.

// SameString is for strings; b[i] is the opening quote. scratch is memory that it may use, and keeps.
//
// Texts of less than 16 bytes take two words each, as in StringEnd.
func SameString(b []byte, i, n int, scratch *[]byte) int {
	k := bits.TrailingZeros64(special(binary.LittleEndian.Uint64(b[i+1:]))) >> 3
	k += bits.TrailingZeros64(special(binary.LittleEndian.Uint64(b[i+9:]))) >> 3 & -(k >> 3)
	if at := i + 1 + k; at < n && b[at] == '"' {
		return at + 1
	}
	return sameString(b, i, n, scratch)
}

// sameString is SameString for texts of any length.
func sameString(b []byte, i, n int, scratch *[]byte) int {
	end, t := StringEnd(b, i+1, n)
	switch t {
	case ASCII:
		return end + 1
	case UTF8:
		if !beyondBasic(b[i+1 : end]) {
			return end + 1
		}
	case Escaped:
		value, ok := Unescape((*scratch)[:0], b[i+1:end])
		text := AppendString(value, value)
		*scratch = text[:0]
		if ok && bytes.Equal(text[len(value):], b[i:end+1]) {
			return end + 1
		}
	}
	return -1
}

// beyondBasic reports whether valid UTF-8 has characters beyond the basic plane: those of four bytes, which are written as escapes.
func beyondBasic(text []byte) bool {
	for ; len(text) >= 8; text = text[8:] {
		w := binary.LittleEndian.Uint64(text)
		if w&(w<<1)&(w<<2)&(w<<3)&each80 != 0 {
			return true
		}
	}
	for _, c := range text {
		if c >= 0xf0 {
			return true
		}
	}
	return false
}

// SameNumber is for numbers that are read as 64-bit integers or, with a fraction or an exponent, which decimal tells, as doubles.
//
// Integers of up to 15 digits, and decimals of up to 7 before and behind the point, take two loads and no arithmetic: a decimal of at most
// 15 digits is the shortest text of its double, and from 0.001 to 10,000,000 Java writes no exponent.
func SameNumber(b []byte, i, n int) (end int, decimal bool) {
	start := i
	if b[i] == '-' {
		i++
	}
	w := binary.LittleEndian.Uint64(b[i:])
	k := leadingDigits(w ^ each1*'0')
	c := byte(w >> uint(8*k&63))
	switch {
	case k == 8 && w&0xff != '0':
		f := binary.LittleEndian.Uint64(b[i+8:])
		l := leadingDigits(f ^ each1*'0')
		c = byte(f >> uint(8*l&63))
		if i += 8 + l; l == 8 || c == '.' || c|0x20 == 'e' || i > n {
			return sameNumber(b, start, n)
		}
		return i, false
	case k == 0, k == 8, c|0x20 == 'e':
		return sameNumber(b, start, n)
	}
	zero := w&0xff == '0'
	if zero && (k > 1 || c != '.' && i > start) { // 01, -0
		return -1, false
	}
	i += k
	if c != '.' {
		if i > n {
			return -1, false
		}
		return i, false
	}
	i++
	f := binary.LittleEndian.Uint64(b[i:])
	l := leadingDigits(f ^ each1*'0')
	if l == 0 || l == 8 || byte(f>>uint(8*l&63))|0x20 == 'e' {
		return sameNumber(b, start, n)
	}
	const thousandths = '0' | '0'<<8 | '0'<<16
	last := byte(f >> uint(8*(l-1)&63))
	if last == '0' && (l > 1 || zero && b[start] == '-') || zero && f&0xffffff == thousandths { // 1.10, -0.0, 0.0001
		return -1, false
	}
	if i += l; i > n {
		return -1, false
	}
	return i, true
}

// sameNumber is SameNumber for numbers of any length.
func sameNumber(b []byte, i, n int) (end int, decimal bool) {
	v, exp10, end := ScanNumber(b, i, n)
	if end < 0 {
		return -1, false
	}
	if exp10 == IsInteger {
		if v == 0 && b[i] == '-' {
			return -1, false
		}
		return end, false
	}
	var text [32]byte
	if !bytes.Equal(AppendDouble(text[:0], Double(v, exp10, b[i:end])), b[i:end]) {
		return -1, true
	}
	return end, true
}

// SameFloat is for numbers that are read as floats.
func SameFloat(b []byte, i, n int) int {
	v, exp10, end := ScanNumber(b, i, n)
	if end < 0 {
		return -1
	}
	var text [32]byte
	if !bytes.Equal(AppendFloat(text[:0], Float(v, exp10, b[i:end])), b[i:end]) {
		return -1
	}
	return end
}

// SameBinary is for bytes in Base64; b[i] is the opening quote. scratch is as in SameString. With unscaled they are those of a decimal, which
// Java writes in as few as it takes.
func SameBinary(b []byte, i, n int, unscaled bool, scratch *[]byte) int {
	end, t := StringEnd(b, i+1, n)
	if t != ASCII {
		return -1
	}
	value, ok := AppendBase64((*scratch)[:0], b[i+1:end])
	defer func() { *scratch = value[:0] }()
	if !ok || unscaled && len(value) == 0 {
		return -1
	}
	size := len(value)
	if unscaled {
		value = AppendUnscaled(value, value)
	} else {
		value = AppendBinary(value, value)
	}
	if !bytes.Equal(value[size:], b[i:end+1]) {
		return -1
	}
	return end + 1
}
