package jsonscan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const (
	each1  = 0x0101010101010101
	each80 = 0x8080808080808080
)

// special marks bytes of w, in their highest bits: quotes, backslashes, controls and what is beyond ASCII. The lowest mark is exact,
// marks above it may be wrong.
//
// A byte below 0x80 borrows from the next one only where it is marked itself, and what is not below 0x80 is marked by its own bit.
func special(w uint64) uint64 {
	return ((w ^ each1*'"' - each1) | (w ^ each1*'\\' - each1) | (w - each1*' ') | w) & each80
}

// Text says what a string consists of.
type Text uint8

// The texts. Odd is for Parse to judge: broken, too long, or UTF-8 that only Jackson takes.
const (
	Odd     Text = iota
	ASCII        // no byte needs a look: the text is the value
	UTF8         // valid UTF-8 beyond ASCII: the text is the value
	Escaped      // with escapes: see Unescape
)

// StringEnd scans a string from behind its opening quote at b[i-1]. end is where the closing quote
// stands, less than n.
//
// Texts of less than 16 bytes take two words each, whatever their length: it cannot be foretold.
func StringEnd(b []byte, i, n int) (end int, t Text) {
	start := i
	k := bits.TrailingZeros64(special(binary.LittleEndian.Uint64(b[i:]))) >> 3 // 8: none in this word
	k += bits.TrailingZeros64(special(binary.LittleEndian.Uint64(b[i+8:]))) >> 3 & -(k >> 3)
	if i += k; k == 16 {
		i = plainWords(b, i, n)
	}
	if i < n && b[i] == '"' && i-start <= nameBytesMax {
		return i, ASCII
	}
	return wideStringEnd(b, start, i, n)
}

// plainWords returns the position of the first byte from b[i] on that is not plain ASCII; n or more where there is none before n.
func plainWords(b []byte, i, n int) int {
	for i < n {
		if m := special(binary.LittleEndian.Uint64(b[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	return i
}

// wideStringEnd scans on from i, the first byte that is not plain ASCII.
func wideStringEnd(b []byte, start, i, n int) (end int, t Text) {
	t = ASCII
	for i < n {
		switch c := b[i]; {
		case c >= utf8.RuneSelf:
			size := sequence(b, i)
			if size == 0 {
				return 0, Odd
			}
			t = max(t, UTF8)
			i += size
			continue // texts in other scripts: the next one is likely beyond ASCII, too
		case c == '"':
			if i-start > stringCharsMax {
				return 0, Odd
			}
			return i, t
		case c == '\\':
			t = Escaped
			i += 2
		case c < ' ':
			return 0, Odd
		default:
			i++
		}
		i = plainWords(b, i, n)
	}
	return 0, Odd
}

// sequence returns how many bytes the character beyond ASCII at b[i] takes, 0 where utf8.Valid refuses it. Four bytes are readable.
func sequence(b []byte, i int) int {
	w := binary.LittleEndian.Uint32(b[i:])
	first, second := byte(w), byte(w>>8)
	switch {
	case first < 0xc2:
	case first < 0xe0:
		if w&0xc000 == 0x8000 {
			return 2
		}
	case first < 0xf0:
		if w&0xc0c000 == 0x808000 && (first != 0xe0 || second >= 0xa0) && (first != 0xed || second < 0xa0) {
			return 3
		}
	case first < 0xf5:
		if w&0xc0c0c000 == 0x80808000 && (first != 0xf0 || second >= 0x90) && (first != 0xf4 || second < 0x90) {
			return 4
		}
	}
	return 0
}

// Unescape appends the value of an Escaped text. ok is false for what Parse has to judge.
func Unescape(dst, text []byte) (out []byte, ok bool) {
	start := len(dst)
	for i := 0; ; {
		at := bytes.IndexByte(text[i:], '\\')
		if at < 0 {
			return append(dst, text[i:]...), true
		}
		dst = append(dst, text[i:i+at]...)
		p := parser{b: text, i: i + at + 1}
		u, err := p.escape()
		if err != nil {
			return dst, false
		}
		dst = appendUnitFrom(dst, start, u)
		i = p.i
	}
}
