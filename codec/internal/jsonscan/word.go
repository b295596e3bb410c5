package jsonscan

// word reads true, false or null. Behind it may stand anything but a part of a Java identifier, and no
// character beyond ASCII: where Jackson looks at one it starts over at its first byte and finds it broken.
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
	if c >= 0x80 || identifierPart(c) {
		return p.fail("unrecognized token")
	}
	return nil
}

// looseRune decodes one character as Jackson does: any continuation bytes go, values are not checked.
// ok is false for what it refuses.
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

// identifierPart is Character.isJavaIdentifierPart of an ASCII character from '0' on.
func identifierPart(c byte) bool {
	return c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == 0x7f
}
