package protocol

import (
	"errors"
	"unicode/utf8"
)

var errEscape = errors.New("bad escape in a string")

// str reads a quoted string into WTF-8.
func (p *parser) str() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case '"':
			s := string(p.text[start:p.at])
			p.at++
			return s, nil
		case '\\':
			return p.escaped(append([]byte(nil), p.text[start:p.at]...))
		}
		p.at++
	}
	return "", p.unexpected("inside a string")
}

func (p *parser) escaped(out []byte) (string, error) {
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		if c == '"' {
			return string(out), nil
		}
		if c != '\\' {
			out = append(out, c)
			continue
		}
		if p.at >= len(p.text) {
			break
		}
		c = p.text[p.at]
		p.at++
		switch c {
		case '"', '\\', '/':
			out = append(out, c)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			u, ok := p.hex4(p.at)
			if !ok {
				return "", errEscape
			}
			p.at += 4
			if u >= 0xD800 && u < 0xDC00 && p.at+1 < len(p.text) && p.text[p.at] == '\\' && p.text[p.at+1] == 'u' {
				if low, ok := p.hex4(p.at + 2); ok && low >= 0xDC00 && low < 0xE000 {
					p.at += 6
					u = 0x10000 + (u-0xD800)<<10 + (low - 0xDC00)
				}
			}
			out = AppendWTF8(out, u)
		default:
			return "", errEscape
		}
	}
	return "", p.unexpected("inside a string")
}

func (p *parser) hex4(at int) (rune, bool) {
	if at+4 > len(p.text) {
		return 0, false
	}
	var u rune
	for _, c := range p.text[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			u = u<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			u = u<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			u = u<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return u, true
}

// AppendWTF8 appends a code point, surrogates included. A low surrogate right behind a high one joins it, as in a Java string.
func AppendWTF8(dst []byte, u rune) []byte {
	if u < 0xD800 || u > 0xDFFF {
		return utf8.AppendRune(dst, u)
	}
	if n := len(dst); u >= 0xDC00 && n >= 3 {
		if high, ok := surrogate(string(dst[n-3:])); ok && high < 0xDC00 {
			return utf8.AppendRune(dst[:n-3], 0x10000+(high-0xD800)<<10+(u-0xDC00))
		}
	}
	return append(dst, 0xE0|byte(u>>12), 0x80|byte(u>>6)&0xBF, 0x80|byte(u)&0xBF)
}

// surrogate decodes the three bytes of a lone surrogate at the start of s.
func surrogate(s string) (rune, bool) {
	if len(s) < 3 || s[0] != 0xED || s[1] < 0xA0 || s[1] > 0xBF || s[2]&0xC0 != 0x80 {
		return 0, false
	}
	return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), true
}

// UTF16 returns the code units of a WTF-8 string: what Java's String.charAt would return.
func UTF16(s string) []uint16 {
	units := make([]uint16, 0, len(s))
	for i := 0; i < len(s); {
		if u, ok := surrogate(s[i:]); ok {
			units = append(units, uint16(u))
			i += 3
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r >= 0x10000 {
			units = append(units, uint16(0xD800+(r-0x10000)>>10), uint16(0xDC00+(r-0x10000)&0x3FF))
		} else {
			units = append(units, uint16(r))
		}
		i += n
	}
	return units
}

const hexDigits = "0123456789abcdef"

// AppendString appends a WTF-8 string as a JSON string; lone surrogates and controls become \u escapes.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20 || c == 0x7F:
			dst = appendUnit(dst, rune(c))
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			if u, ok := surrogate(s[i:]); ok {
				dst = appendUnit(dst, u)
				i += 3
				continue
			}
			r, n := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
			continue
		}
		i++
	}
	return append(dst, '"')
}

func appendUnit(dst []byte, u rune) []byte {
	return append(dst, '\\', 'u', hexDigits[u>>12&15], hexDigits[u>>8&15], hexDigits[u>>4&15], hexDigits[u&15])
}
