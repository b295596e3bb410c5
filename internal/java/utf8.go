package java

import "unicode/utf8"

// ValidUTF8 says whether new String(b, UTF_8) keeps every byte.
func ValidUTF8(b []byte) bool { return utf8.Valid(b) }

// AppendUTF8 appends b as new String(b, UTF_8).getBytes(UTF_8) gives it back: malformed parts
// replaced by U+FFFD, as many of them as Java writes. That count differs from Go's one per byte:
// a truncated but so far valid sequence gives one U+FFFD, its rejected bytes one each.
// Source: sun.nio.cs.UTF_8, String.decodeUTF8.
func AppendUTF8(dst, b []byte) []byte {
	if utf8.Valid(b) {
		return append(dst, b...)
	}
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			dst = append(dst, b[i])
			i++
			continue
		}
		r, size := decodeRune(b[i:])
		dst = utf8.AppendRune(dst, r)
		i += size
	}
	return dst
}

// AppendEncodedUTF8 appends text as String.getBytes(UTF_8) gives it. Text is UTF-8 in which a lone
// surrogate of Java's string stands in three bytes of its own (WTF-8): it becomes '?', two that belong
// together their character; other malformed bytes become U+FFFD as in AppendUTF8.
func AppendEncodedUTF8(dst, text []byte) []byte {
	if utf8.Valid(text) {
		return append(dst, text...)
	}
	for i := 0; i < len(text); {
		r, size := decodeRune(text[i:])
		if r == utf8.RuneError && size == 3 && text[i] == 0xed {
			r = '?'
			if low := surrogate(text[i+size:]); low >= 0xdc00 && surrogate(text[i:]) < 0xdc00 {
				r, size = (surrogate(text[i:])-0xd800)<<10+(low-0xdc00)+0x10000, 2*size
			}
		}
		dst = utf8.AppendRune(dst, r)
		i += size
	}
	return dst
}

// surrogate returns the surrogate that s starts with, in three bytes, or -1.
func surrogate(s []byte) rune {
	if len(s) < 3 || s[0] != 0xed || s[1]&0xe0 != 0xa0 || s[2]&0xc0 != 0x80 {
		return -1
	}
	return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f)
}

// decodeRune decodes the first character of s, U+FFFD and the number of bytes that it stands for
// if it is malformed.
//
//	C0 C1 F5..FF, 80..BF      1 byte
//	C2..DF                    1 byte if the next is no continuation
//	E0 80..9F, ED A0..BF      E0: 1 byte; ED: 3 bytes if the third continues, as one surrogate
//	F0 80..8F, F4 90..BF      1 byte
//	otherwise                 the bytes that were right so far
func decodeRune[T ~string | ~[]byte](s T) (rune, int) {
	c := s[0]
	at := func(i int) int { // byte i, or -1 behind the end
		if i < len(s) {
			return int(s[i])
		}
		return -1
	}
	continues := func(b int) bool { return b >= 0x80 && b < 0xc0 }
	switch {
	case c < 0x80:
		return rune(c), 1
	case c < 0xc2 || c > 0xf4:
		return utf8.RuneError, 1
	case c < 0xe0:
		b := at(1)
		if !continues(b) {
			return utf8.RuneError, 1
		}
		return rune(c&0x1f)<<6 | rune(b&0x3f), 2
	case c < 0xf0:
		b := at(1)
		if !continues(b) || c == 0xe0 && b < 0xa0 {
			return utf8.RuneError, 1
		}
		d := at(2)
		if !continues(d) {
			return utf8.RuneError, 2
		}
		r := rune(c&0x0f)<<12 | rune(b&0x3f)<<6 | rune(d&0x3f)
		if r >= 0xd800 && r < 0xe000 {
			return utf8.RuneError, 3
		}
		return r, 3
	default:
		b := at(1)
		if !continues(b) || c == 0xf0 && b < 0x90 || c == 0xf4 && b >= 0x90 {
			return utf8.RuneError, 1
		}
		if !continues(at(2)) {
			return utf8.RuneError, 2
		}
		if !continues(at(3)) {
			return utf8.RuneError, 3
		}
		return rune(c&0x07)<<18 | rune(b&0x3f)<<12 | rune(at(2)&0x3f)<<6 | rune(at(3)&0x3f), 4
	}
}
