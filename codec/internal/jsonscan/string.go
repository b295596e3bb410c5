package jsonscan

import (
	"unicode/utf8"

	"github.com/millrace/millrace/internal/java"
)

// text reads the rest of a string or name whose opening quote was taken. The result lies in the text, or in p.buf until the next call.
func (p *parser) text(name bool) ([]byte, error) {
	start := p.i
	for i := plainEnd(p.b, p.i); i < len(p.b); i++ {
		c := p.b[i]
		if c == '"' {
			p.i = i + 1
			return p.bounded(p.b[start:i], name)
		}
		if c == '\\' || c < ' ' || c >= utf8.RuneSelf {
			p.i = i
			return p.decode(start, name)
		}
	}
	p.i = len(p.b)
	return nil, p.fail("unexpected end inside a string")
}

// bounded returns s as a text, unless it is longer than Jackson allows.
func (p *parser) bounded(s []byte, name bool) ([]byte, error) {
	if name {
		if len(s) > nameBytesMax {
			return nil, p.fail("name of more than 50000 bytes")
		}
	} else if len(s) > stringCharsMax && java.UTF16Len(s) > stringCharsMax {
		return nil, p.fail("string of more than 20000000 characters")
	}
	return s, nil
}

// decode reads on from p.i, where the first byte stands that is not plain ASCII.
//
// Jackson is loose about UTF-8: overlong forms and characters above U+10FFFF pass, as what its
// arithmetic makes of them. Encoded surrogates do not.
func (p *parser) decode(start int, name bool) ([]byte, error) {
	out := p.buf[:0]
	out = append(out, p.b[start:p.i]...)
	for {
		if p.i >= len(p.b) {
			return nil, p.fail("unexpected end inside a string")
		}
		c := p.b[p.i]
		switch {
		case c == '"':
			p.i++
			p.buf = out
			return p.bounded(out, name)
		case c == '\\':
			p.i++
			u, err := p.escape()
			if err != nil {
				return nil, err
			}
			if name && !p.chars && u >= 0xd800 && u < 0xe000 {
				if err := p.namePair(u); err != nil {
					return nil, err
				}
				out = appendUnit(out, u)
				u = p.low
			}
			out = appendUnit(out, u)
		case c < ' ':
			return nil, p.fail("control character inside a string: it must be escaped")
		case c < utf8.RuneSelf:
			out = append(out, c)
			p.i++
		default:
			r, ok := looseRune(p.b[p.i:])
			if !ok {
				return nil, p.fail("invalid UTF-8")
			}
			switch {
			case c < 0xe0:
				p.i += 2
				out = appendUnit(out, r)
			case c < 0xf0:
				if r >= 0xd800 && r < 0xe000 {
					return nil, p.fail("invalid UTF-8: encoded surrogate")
				}
				p.i += 3
				out = appendUnit(out, r)
			default:
				p.i += 4
				out = appendFour(out, r, name)
			}
		}
	}
}

// appendFour appends what Jackson makes of a 4-byte sequence: two UTF-16 units, whatever the value.
func appendFour(out []byte, r rune, name bool) []byte {
	v := r - 0x10000
	high := 0xd800 | v>>10
	if name {
		high = 0xd800 + v>>10
	}
	return appendUnit(appendUnit(out, high&0xffff), 0xdc00|v&0x3ff)
}

// escape reads what follows a backslash: one UTF-16 unit.
func (p *parser) escape() (rune, error) {
	if p.i >= len(p.b) {
		return 0, p.fail("unexpected end inside an escape")
	}
	c := p.b[p.i]
	p.i++
	switch c {
	case 'b':
		return '\b', nil
	case 't':
		return '\t', nil
	case 'n':
		return '\n', nil
	case 'f':
		return '\f', nil
	case 'r':
		return '\r', nil
	case '"', '/', '\\':
		return rune(c), nil
	case 'u':
		u := rune(0)
		for range 4 {
			if p.i >= len(p.b) {
				return 0, p.fail("unexpected end inside an escape")
			}
			h := hexValue(p.b[p.i])
			if h < 0 {
				return 0, p.fail("expected a hexadecimal digit")
			}
			u = u<<4 | h
			p.i++
		}
		return u, nil
	}
	p.i--
	return 0, p.fail("unrecognized escape")
}

func hexValue(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return -1
}

// namePair reads the low half of an escaped pair in a name into p.low: there Jackson wants pairs.
func (p *parser) namePair(high rune) error {
	if high >= 0xdc00 {
		return p.fail("lone low surrogate in a name")
	}
	if p.i >= len(p.b) || p.b[p.i] != '\\' {
		return p.fail("broken surrogate pair in a name")
	}
	p.i++
	low, err := p.escape()
	if err != nil {
		return err
	}
	if low < 0xdc00 || low > 0xdfff {
		return p.fail("broken surrogate pair in a name")
	}
	p.low = low
	return nil
}

// appendUnit appends one UTF-16 unit to a text that starts at out[0]; a low surrogate joins a high one
// before it.
func appendUnit(out []byte, u rune) []byte { return appendUnitFrom(out, 0, u) }

// appendUnitFrom is appendUnit for a text that starts at out[start].
func appendUnitFrom(out []byte, start int, u rune) []byte {
	if u < 0xd800 || u >= 0xe000 {
		return utf8.AppendRune(out, u)
	}
	n := len(out)
	if u >= 0xdc00 && n-start >= 3 && out[n-3] == 0xed && out[n-2] >= 0xa0 && out[n-2] < 0xb0 {
		high := 0xd000 | rune(out[n-2]&0x3f)<<6 | rune(out[n-1]&0x3f)
		return utf8.AppendRune(out[:n-3], 0x10000+(high-0xd800)<<10+(u-0xdc00))
	}
	return append(out, 0xe0|byte(u>>12), 0x80|byte(u>>6&0x3f), 0x80|byte(u&0x3f))
}
