package protocol

import (
	"errors"
	"fmt"
)

// NodeKind says which JSON value a Node is.
type NodeKind byte

// The JSON values.
const (
	NullNode NodeKind = iota
	BoolNode
	NumberNode
	StringNode
	ArrayNode
	ObjectNode
)

// Node is one parsed JSON value. Text is the string in WTF-8, or the number as written. Members keep their order.
type Node struct {
	Kind    NodeKind
	Bool    bool
	Text    string
	Items   []Node
	Members []Member
}

// Member is one entry of a JSON object.
type Member struct {
	Name  string
	Value Node
}

// Get returns the first member of that name; a null node where there is none.
func (n *Node) Get(name string) *Node {
	for i := range n.Members {
		if n.Members[i].Name == name {
			return &n.Members[i].Value
		}
	}
	return &absent
}

// Has reports whether the object has a member of that name, be it null.
func (n *Node) Has(name string) bool { return n.Get(name) != &absent }

var absent Node // read only

var errNesting = errors.New("nested deeper than the reader allows")

// nestingMax bounds the reader's recursion; answers nest about six levels for each level of a value.
const nestingMax = 100_000

// Parse reads one JSON value that fills text, apart from white space.
//
// Errors: the byte position and what was met there.
func Parse(text []byte) (Node, error) {
	p := parser{text: text}
	p.space()
	n, err := p.value(0)
	if err == nil {
		p.space()
		if p.at != len(p.text) {
			err = p.unexpected("after the value")
		}
	}
	if err != nil {
		return Node{}, fmt.Errorf("json at byte %d: %w", p.at, err)
	}
	return n, nil
}

type parser struct {
	text []byte
	at   int
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

func (p *parser) unexpected(where string) error {
	if p.at >= len(p.text) {
		return fmt.Errorf("text ends %s", where)
	}
	return fmt.Errorf("unexpected %q %s", p.text[p.at], where)
}

func (p *parser) value(depth int) (Node, error) {
	if depth > nestingMax {
		return Node{}, errNesting
	}
	if p.at >= len(p.text) {
		return Node{}, p.unexpected("where a value should start")
	}
	switch c := p.text[p.at]; {
	case c == '"':
		s, err := p.str()
		return Node{Kind: StringNode, Text: s}, err
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '-' || c >= '0' && c <= '9':
		start := p.at
		for p.at < len(p.text) && isNumberByte(p.text[p.at]) {
			p.at++
		}
		return Node{Kind: NumberNode, Text: string(p.text[start:p.at])}, nil
	case p.word("null"):
		return Node{}, nil
	case p.word("true"):
		return Node{Kind: BoolNode, Bool: true}, nil
	case p.word("false"):
		return Node{Kind: BoolNode}, nil
	}
	return Node{}, p.unexpected("where a value should start")
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

func (p *parser) word(w string) bool {
	if len(p.text)-p.at >= len(w) && string(p.text[p.at:p.at+len(w)]) == w {
		p.at += len(w)
		return true
	}
	return false
}

func (p *parser) array(depth int) (Node, error) {
	n := Node{Kind: ArrayNode}
	p.at++
	p.space()
	if p.at < len(p.text) && p.text[p.at] == ']' {
		p.at++
		return n, nil
	}
	for {
		p.space()
		item, err := p.value(depth + 1)
		if err != nil {
			return n, err
		}
		n.Items = append(n.Items, item)
		p.space()
		if p.at >= len(p.text) {
			return n, p.unexpected("inside an array")
		}
		switch p.text[p.at] {
		case ',':
			p.at++
		case ']':
			p.at++
			return n, nil
		default:
			return n, p.unexpected("inside an array")
		}
	}
}

func (p *parser) object(depth int) (Node, error) {
	n := Node{Kind: ObjectNode}
	p.at++
	p.space()
	if p.at < len(p.text) && p.text[p.at] == '}' {
		p.at++
		return n, nil
	}
	for {
		p.space()
		if p.at >= len(p.text) || p.text[p.at] != '"' {
			return n, p.unexpected("where a member name should start")
		}
		name, err := p.str()
		if err != nil {
			return n, err
		}
		p.space()
		if p.at >= len(p.text) || p.text[p.at] != ':' {
			return n, p.unexpected("after a member name")
		}
		p.at++
		p.space()
		v, err := p.value(depth + 1)
		if err != nil {
			return n, err
		}
		n.Members = append(n.Members, Member{name, v})
		p.space()
		if p.at >= len(p.text) {
			return n, p.unexpected("inside an object")
		}
		switch p.text[p.at] {
		case ',':
			p.at++
		case '}':
			p.at++
			return n, nil
		default:
			return n, p.unexpected("inside an object")
		}
	}
}

// AppendNode writes a tree back as JSON, without white space; numbers stay as they were written.
func AppendNode(dst []byte, n *Node) []byte {
	switch n.Kind {
	case NullNode:
		return append(dst, "null"...)
	case BoolNode:
		if n.Bool {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case NumberNode:
		return append(dst, n.Text...)
	case StringNode:
		return AppendString(dst, n.Text)
	case ArrayNode:
		dst = append(dst, '[')
		for i := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendNode(dst, &n.Items[i])
		}
		return append(dst, ']')
	}
	dst = append(dst, '{')
	for i := range n.Members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, n.Members[i].Name), ':')
		dst = AppendNode(dst, &n.Members[i].Value)
	}
	return append(dst, '}')
}
