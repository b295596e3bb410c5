package tagged

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Node is a JSON value whose members keep their order and whose strings keep lone surrogates, each in
// three bytes of its own (WTF-8): the protocol carries Java strings.
type Node struct {
	Kind    byte   // n, t, f, 0 (number), ", [ or {
	Text    string // of a string, or the number as written
	Items   []Node
	Names   []string // of Items, where Kind is {
	Missing bool     // there was no such member
}

var errJSON = errors.New("not JSON")

// Get returns the member of that name; a missing null where there is none.
func (n Node) Get(name string) Node {
	for i, m := range n.Names {
		if m == name {
			return n.Items[i]
		}
	}
	return Node{Kind: 'n', Missing: true}
}

// IsNull reports whether n is null, or missing.
func (n Node) IsNull() bool { return n.Kind == 'n' }

// Parse reads one value that fills text. Errors: text is not JSON.
func Parse(text []byte) (Node, error) {
	if !json.Valid(text) {
		return Node{}, errJSON
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

func (p *parser) value() Node {
	switch c := p.peek(); c {
	case 'n', 't':
		p.pos += 4
		return Node{Kind: c}
	case 'f':
		p.pos += 5
		return Node{Kind: c}
	case '"':
		return Node{Kind: '"', Text: p.str()}
	case '[', '{':
		return p.list(c)
	}
	start := p.pos
	for p.pos < len(p.text) && (p.text[p.pos] >= '0' && p.text[p.pos] <= '9' || p.text[p.pos] == '-' || p.text[p.pos] == '+' ||
		p.text[p.pos] == '.' || p.text[p.pos]|0x20 == 'e') {
		p.pos++
	}
	return Node{Kind: '0', Text: string(p.text[start:p.pos])}
}

func (p *parser) list(open byte) Node {
	n := Node{Kind: open}
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
			n.Names = append(n.Names, p.str())
			p.peek()
			p.pos++ // the colon
		}
		n.Items = append(n.Items, p.value())
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

// Number returns the number that a Node holds, quoted or not.
func (n Node) Number(bits int) (int64, error) {
	v, err := strconv.ParseInt(n.Text, 10, bits)
	if err != nil {
		return 0, fmt.Errorf("%q is no number of %d bits", n.Text, bits)
	}
	return v, nil
}
