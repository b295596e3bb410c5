package debezium

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
)

// jsonReader reads JSON as Jackson does. Lone surrogates stay what they are, three bytes each, as in the
// texts of columns.
type jsonReader struct {
	text string
	at   int
}

// readJSON reads the first value of text, nil where there is none; what stands behind it is not looked at.
func readJSON(text string) *jsonNode {
	r := jsonReader{text: text}
	return r.value(0)
}

// peek returns the next byte that is no space, 0 at the end.
func (r *jsonReader) peek() byte {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// accept reads c if it is next.
func (r *jsonReader) accept(c byte) bool {
	if r.peek() != c || c == 0 {
		return false
	}
	r.at++
	return true
}

func (r *jsonReader) value(depth int) *jsonNode {
	if depth > jsonDepthMax {
		return nil
	}
	switch c := r.peek(); {
	case c == '{' || c == '[':
		r.at++
		return r.members(&jsonNode{kind: c}, depth)
	case c == '"':
		text, ok := r.quoted()
		if !ok {
			return nil
		}
		return &jsonNode{kind: '"', value: batch.StringValue(text)}
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	}
	for word, n := range map[string]*jsonNode{
		"true": {kind: 't', value: batch.BooleanValue(true)}, "false": {kind: 't', value: batch.BooleanValue(false)}, "null": {kind: 'n'},
	} {
		if end := r.at + len(word); end <= len(r.text) && r.text[r.at:end] == word {
			r.at = end
			return n
		}
	}
	return nil
}

// members reads what stands in an object or array, up to its end.
func (r *jsonReader) members(n *jsonNode, depth int) *jsonNode {
	end := n.kind + 2 // { and }, [ and ] are two apart
	if r.accept(end) {
		return n
	}
	for {
		name := ""
		if n.kind == '{' {
			ok := r.peek() == '"'
			if ok {
				name, ok = r.quoted()
			}
			if !ok || !r.accept(':') {
				return nil
			}
		}
		item := r.value(depth + 1)
		if item == nil {
			return nil
		}
		n.add(name, item)
		switch {
		case r.accept(','):
		case r.accept(end):
			return n
		default:
			return nil
		}
	}
}

// number reads a number, which ends at a space, a comma or an end.
func (r *jsonReader) number() *jsonNode {
	start := r.at
	digits := func() bool {
		n := spanOf(r.text[r.at:], func(c byte) bool { return c >= '0' && c <= '9' })
		r.at += n
		return n > 0
	}
	next := func(cs ...byte) bool {
		for _, c := range cs {
			if r.at < len(r.text) && r.text[r.at] == c {
				r.at++
				return true
			}
		}
		return false
	}
	next('-')
	if !next('0') && !digits() {
		return nil
	}
	if next('.') && !digits() {
		return nil
	}
	if next('e', 'E') {
		next('+', '-')
		if !digits() {
			return nil
		}
	}
	text := r.text[start:r.at]
	switch r.peek() {
	case ',', ']', '}':
		return readNumber(text)
	}
	return nil
}

// quoted reads a text in quotes.
func (r *jsonReader) quoted() (string, bool) {
	r.at++
	start := r.at
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '"':
			r.at++
			return r.text[start : r.at-1], true
		case c == '\\':
			return r.escaped([]byte(r.text[start:r.at]))
		case c < ' ':
			return "", false
		}
		r.at++
	}
	return "", false
}

// escaped reads the rest of a text in quotes that has escapes; out is what was read of it.
func (r *jsonReader) escaped(out []byte) (string, bool) {
	high := rune(0) // a surrogate that its second half may follow
	flush := func() {
		if high != 0 {
			out = appendSurrogate(out, high)
			high = 0
		}
	}
	for r.at < len(r.text) {
		c := r.text[r.at]
		r.at++
		if c != '\\' {
			flush()
			switch {
			case c == '"':
				return string(out), true
			case c < ' ':
				return "", false
			}
			out = append(out, c)
			continue
		}
		unit, ok := r.escape()
		switch {
		case !ok:
			return "", false
		case high != 0 && utf16.DecodeRune(high, unit) != utf8.RuneError:
			out = utf8.AppendRune(out, utf16.DecodeRune(high, unit))
			high = 0
			continue
		}
		flush()
		switch {
		case unit >= 0xd800 && unit < 0xdc00:
			high = unit
		case utf16.IsSurrogate(unit):
			out = appendSurrogate(out, unit)
		default:
			out = utf8.AppendRune(out, unit)
		}
	}
	return "", false
}

func appendSurrogate(out []byte, unit rune) []byte {
	return append(out, 0xed, byte(0x80|unit>>6&0x3f), byte(0x80|unit&0x3f))
}

// escape reads what follows a backslash, as a UTF-16 unit.
func (r *jsonReader) escape() (rune, bool) {
	if r.at >= len(r.text) {
		return 0, false
	}
	c := r.text[r.at]
	r.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), true
	case 'b':
		return '\b', true
	case 'f':
		return '\f', true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		return r.hex()
	}
	return 0, false
}

func (r *jsonReader) hex() (unit rune, ok bool) {
	if r.at+4 > len(r.text) {
		return 0, false
	}
	for range 4 {
		c := r.text[r.at]
		r.at++
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		unit = unit<<4 | rune(c)
	}
	return unit, true
}
