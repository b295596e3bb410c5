package java

import (
	"unicode/utf16"
	"unicode/utf8"
)

func highSurrogate(r rune) rune { return 0xd800 + (r-0x10000)>>10 }
func lowSurrogate(r rune) rune  { return 0xdc00 + (r-0x10000)&0x3ff }

// UTF16Len is String.length() of s decoded as UTF-8: UTF-16 units, malformed bytes counted as the
// U+FFFD that Java puts for them.
func UTF16Len[T ~string | ~[]byte](s T) int {
	n, i := 0, 0
	for i < len(s) {
		if s[i] < utf8.RuneSelf {
			i++
			n++
			continue
		}
		r, size := decodeRune(s[i:])
		i += size
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}

// UTF16Units returns the UTF-16 units of s, those of lone surrogates in three bytes (WTF-8) too.
func UTF16Units(s []byte) []uint16 {
	out := make([]uint16, 0, len(s))
	for i := 0; i < len(s); {
		if lone := surrogate(s[i:]); lone >= 0 {
			out = append(out, uint16(lone))
			i += 3
			continue
		}
		r, size := decodeRune(s[i:])
		out = utf16.AppendRune(out, r)
		i += size
	}
	return out
}

// UTF16Index is the byte position of UTF-16 unit n of s, len(s) if s is shorter. A unit inside a
// surrogate pair gives the position of the pair and inside = true.
func UTF16Index[T ~string | ~[]byte](s T, n int) (pos int, inside bool) {
	for pos < len(s) && n > 0 {
		r, size := decodeRune(s[pos:])
		if r >= 0x10000 {
			if n == 1 {
				return pos, true
			}
			n--
		}
		n--
		pos += size
	}
	return pos, false
}

// CompareUTF16 orders two UTF-8 texts as String.compareTo: by UTF-16 units, so that supplementary
// characters stand before U+E000. The result is negative, zero or positive.
func CompareUTF16[T ~string | ~[]byte](a, b T) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	// Go back to a character start: a cut character decodes differently.
	for i > 0 && (i < len(a) && a[i] >= utf8.RuneSelf || i < len(b) && b[i] >= utf8.RuneSelf) && a[i-1] >= utf8.RuneSelf {
		i--
	}
	a, b = a[i:], b[i:]
	for len(a) > 0 && len(b) > 0 {
		ra, na := decodeRune(a)
		rb, nb := decodeRune(b)
		if ra != rb {
			if ra >= 0x10000 && rb >= 0x10000 {
				return int(ra - rb)
			}
			if ra >= 0x10000 {
				ra = highSurrogate(ra)
			}
			if rb >= 0x10000 {
				rb = highSurrogate(rb)
			}
			return int(ra - rb)
		}
		a, b = a[na:], b[nb:]
	}
	return len(a) - len(b)
}
