package jsonscan

import (
	"encoding/base64"
	"math"
	"math/bits"
	"unicode/utf8"

	"github.com/millrace/millrace/internal/java"
)

// AppendString appends s in double quotes: controls, quotes and backslashes escaped, characters beyond
// the basic plane and lone surrogates as \u escapes, everything else as it is.
// Source: UTF8JsonGenerator.writeString.
func AppendString[T ~string | ~[]byte](dst []byte, s T) []byte {
	return append(AppendEscaped(append(dst, '"'), s), '"')
}

// AppendEscaped is AppendString without the quotes.
func AppendEscaped[T ~string | ~[]byte](dst []byte, s T) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c < utf8.RuneSelf:
			if c < ' ' || c == '"' || c == '\\' {
				dst = appendEscape(append(dst, s[start:i]...), c)
				start = i + 1
			}
			i = plainEnd(s, i+1)
			continue
		case c >= 0xc2 && c < 0xe0 && i+1 < len(s) && s[i+1]&0xc0 == 0x80:
			i += 2
			continue
		}
		r, size, whole := wideRune(s[i:])
		if whole && r < 0x10000 && (r < 0xd800 || r > 0xdfff) {
			i += size
			continue
		}
		dst = append(dst, s[start:i]...)
		switch {
		case !whole:
			dst = append(dst, "\uFFFD"...)
		case r >= 0x10000:
			dst = appendHex(dst, 0xd800+(r-0x10000)>>10)
			dst = appendHex(dst, 0xdc00+(r-0x10000)&0x3ff)
		default:
			dst = appendHex(dst, r)
		}
		i += size
		start = i
	}
	return append(dst, s[start:]...)
}

// plainEnd returns a position from i on before which all bytes are plain ASCII. It looks at eight bytes at a time, so that it may stop
// up to seven bytes before the end.
func plainEnd[T ~string | ~[]byte](s T, i int) int {
	for ; i+8 <= len(s); i += 8 {
		w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		if m := special(w); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	return i
}

// wideRune decodes one character of WTF-8 beyond ASCII; whole is false for a byte that starts none.
func wideRune[T ~string | ~[]byte](s T) (r rune, size int, whole bool) {
	c := s[0]
	if c == 0xed && len(s) >= 3 && s[1] >= 0xa0 && s[1] < 0xc0 && s[2]&0xc0 == 0x80 {
		return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f), 3, true
	}
	var b [4]byte
	r, size = utf8.DecodeRune(b[:copy(b[:], s)])
	return r, size, r != utf8.RuneError || size > 1
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, '\\', 'b')
	case '\t':
		return append(dst, '\\', 't')
	case '\n':
		return append(dst, '\\', 'n')
	case '\f':
		return append(dst, '\\', 'f')
	case '\r':
		return append(dst, '\\', 'r')
	}
	return appendHex(dst, rune(c))
}

func appendHex(dst []byte, u rune) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, '\\', 'u', digits[u>>12&15], digits[u>>8&15], digits[u>>4&15], digits[u&15])
}

// AppendDouble appends f as Double.toString, in quotes where JSON has no number for it.
// Source: UTF8JsonGenerator.writeNumber(double).
func AppendDouble(dst []byte, f float64) []byte {
	if f-f != 0 {
		return append(java.AppendDouble(append(dst, '"'), f), '"')
	}
	return java.AppendDouble(dst, f)
}

// AppendFloat appends f as Float.toString; rules as AppendDouble.
func AppendFloat(dst []byte, f float32) []byte {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return append(java.AppendFloat(append(dst, '"'), f), '"')
	}
	return java.AppendFloat(dst, f)
}

// AppendBinary appends b as a string of padded Base64. Source: UTF8JsonGenerator.writeBinary.
func AppendBinary(dst, b []byte) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, b)
	return append(dst, '"')
}
