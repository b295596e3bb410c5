package codectest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// node is a JSON value whose members keep their order and whose strings keep lone surrogates, each in
// three bytes of its own (WTF-8): the protocol carries Java strings.
type node struct {
	kind    byte   // n, t, f, 0 (number), ", [ or {
	text    string // of a string, or the number as written
	items   []node
	names   []string // of items, where kind is {
	missing bool
}

var errJSON = errors.New("not JSON")

// get returns the member of that name; a missing null where there is none.
func (n node) get(name string) node {
	for i, m := range n.names {
		if m == name {
			return n.items[i]
		}
	}
	return node{kind: 'n', missing: true}
}

func (n node) isNull() bool { return n.kind == 'n' }

// parseJSON reads one value that fills text.
func parseJSON(text []byte) (node, error) {
	if !json.Valid(text) {
		return node{}, errJSON
	}
	p := parser{text: text}
	return p.value(), nil
}

// parser walks valid JSON.
type parser struct {
	text []byte
	pos  int
}

func (p *parser) peek() byte {
	for p.text[p.pos] == ' ' || p.text[p.pos] == '\t' || p.text[p.pos] == '\n' || p.text[p.pos] == '\r' {
		p.pos++
	}
	return p.text[p.pos]
}

func (p *parser) value() node {
	switch c := p.peek(); c {
	case 'n', 't':
		p.pos += 4
		return node{kind: c}
	case 'f':
		p.pos += 5
		return node{kind: c}
	case '"':
		return node{kind: '"', text: p.str()}
	case '[', '{':
		return p.list(c)
	}
	start := p.pos
	for p.pos < len(p.text) && (p.text[p.pos] >= '0' && p.text[p.pos] <= '9' || p.text[p.pos] == '-' || p.text[p.pos] == '+' ||
		p.text[p.pos] == '.' || p.text[p.pos]|0x20 == 'e') {
		p.pos++
	}
	return node{kind: '0', text: string(p.text[start:p.pos])}
}

func (p *parser) list(open byte) node {
	n := node{kind: open}
	for p.pos++; ; {
		switch p.peek() {
		case ']', '}':
			p.pos++
			return n
		case ',':
			p.pos++
			continue
		}
		if open == '{' {
			n.names = append(n.names, p.str())
			p.peek()
			p.pos++ // the colon
		}
		n.items = append(n.items, p.value())
	}
}

// str reads a string.
func (p *parser) str() string {
	var out []byte
	for p.pos++; ; p.pos++ {
		c := p.text[p.pos]
		switch {
		case c == '"':
			p.pos++
			return string(out)
		case c != '\\':
			out = append(out, c)
			continue
		}
		p.pos++
		switch c = p.text[p.pos]; c {
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
			out = appendUnit(out, p.hex())
		default:
			out = append(out, c)
		}
	}
}

// hex reads the four digits of an escape and stays on the last one.
func (p *parser) hex() rune {
	u, _ := strconv.ParseUint(string(p.text[p.pos+1:p.pos+5]), 16, 16)
	p.pos += 4
	return rune(u)
}

// appendUnit appends a UTF-16 unit; a low surrogate right behind a high one joins it.
func appendUnit(dst []byte, u rune) []byte {
	if u < 0xd800 || u > 0xdfff {
		return utf8.AppendRune(dst, u)
	}
	if n := len(dst) - 3; u >= 0xdc00 && n >= 0 && dst[n] == 0xed && dst[n+1] >= 0xa0 && dst[n+1] < 0xb0 {
		high := rune(0xd000) | rune(dst[n+1]&0x3f)<<6 | rune(dst[n+2]&0x3f)
		return utf8.AppendRune(dst[:n], 0x10000+(high-0xd800)<<10+(u-0xdc00))
	}
	return append(dst, 0xed, 0x80|byte(u>>6&0x3f), 0x80|byte(u&0x3f))
}

// number returns the number that a node holds, quoted or not.
func (n node) number(bits int) (int64, error) {
	v, err := strconv.ParseInt(n.text, 10, bits)
	if err != nil {
		return 0, fmt.Errorf("%q is no number of %d bits", n.text, bits)
	}
	return v, nil
}
