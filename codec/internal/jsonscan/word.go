package jsonscan

import "unicode"

// word reads true, false or null. Behind it may stand anything but a part of a Java identifier.
// Source: UTF8StreamJsonParser._matchToken, _checkMatchEnd.
func (p *parser) word(w string) error {
	for k := range len(w) {
		if p.i >= len(p.b) || p.b[p.i] != w[k] {
			return p.fail("unrecognized token")
		}
		p.i++
	}
	if p.i == len(p.b) {
		return nil
	}
	c := p.b[p.i]
	if c < '0' || c == ']' || c == '}' {
		return nil
	}
	r, ok := looseRune(p.b[p.i:])
	if !ok || identifierPart(r&0xffff) {
		return p.fail("unrecognized token")
	}
	return nil
}

// looseRune decodes one character as Jackson does where it names one in an error: any continuation
// bytes go. ok is false for what it refuses.
func looseRune(b []byte) (r rune, ok bool) {
	c := b[0]
	n := 0
	switch {
	case c < 0x80:
		return rune(c), true
	case c&0xe0 == 0xc0:
		r, n = rune(c&0x1f), 1
	case c&0xf0 == 0xe0:
		r, n = rune(c&0x0f), 2
	case c&0xf8 == 0xf0:
		r, n = rune(c&0x07), 3
	default:
		return 0, false
	}
	if len(b) <= n {
		return 0, false
	}
	for _, d := range b[1 : n+1] {
		if d&0xc0 != 0x80 {
			return 0, false
		}
		r = r<<6 | rune(d&0x3f)
	}
	return r, true
}

// identifierPart is Character.isJavaIdentifierPart(char).
func identifierPart(r rune) bool {
	if r >= 0xd800 && r < 0xe000 {
		return false
	}
	return r <= 8 || r >= 0x0e && r <= 0x1b || r >= 0x7f && r <= 0x9f ||
		unicode.In(r, unicode.L, unicode.Nd, unicode.Nl, unicode.Sc, unicode.Pc, unicode.Mn, unicode.Mc, unicode.Cf)
}
