package avro

import (
	"slices"

	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// NodeKind is the type of a Node.
type NodeKind uint8

// The kinds.
const (
	NodeNull NodeKind = iota
	NodeBoolean
	NodeInt // of 64 bits at most
	NodeBigInt
	NodeDouble
	NodeFloat // as Connect's FLOAT32 writes it
	NodeString
	NodeArray
	NodeObject
)

// Node is one JSON value in a schema: a default or a property. Objects keep the order of their members.
// Source: com.fasterxml.jackson.databind.JsonNode.
type Node struct {
	Kind  NodeKind
	Bool  bool
	Int   int64
	Float float64
	Text  string // NodeString; NodeBigInt: its digits
	Items []Node
	Names []string // NodeObject
}

func textNode(s string) Node { return Node{Kind: NodeString, Text: s} }
func intNode(v int64) Node   { return Node{Kind: NodeInt, Int: v} }

// nodeOf returns a value that was read from text.
func nodeOf(n *jsonscan.Node) Node {
	switch n.Kind {
	case jsonscan.Boolean:
		return Node{Kind: NodeBoolean, Bool: n.Bool}
	case jsonscan.Integer:
		if n.Num != nil {
			d := n.DecimalValue()
			return Node{Kind: NodeBigInt, Int: n.Int, Float: n.DoubleValue(), Text: d.String()}
		}
		return intNode(n.Int)
	case jsonscan.Decimal:
		return Node{Kind: NodeDouble, Float: n.DoubleValue()}
	case jsonscan.String:
		return textNode(n.Text)
	case jsonscan.Array, jsonscan.Object:
		out := Node{Kind: NodeArray, Items: make([]Node, len(n.Items)), Names: n.Names}
		if n.Kind == jsonscan.Object {
			out.Kind = NodeObject
		}
		for i := range n.Items {
			out.Items[i] = nodeOf(&n.Items[i])
		}
		return out
	}
	return Node{}
}

// Member returns the member of that name, or nil.
func (n *Node) Member(name string) *Node {
	if i := slices.Index(n.Names, name); i >= 0 {
		return &n.Items[i]
	}
	return nil
}

// put adds a member to an object, or replaces it.
func (n *Node) put(name string, v Node) {
	if m := n.Member(name); m != nil {
		*m = v
		return
	}
	n.Names, n.Items = append(n.Names, name), append(n.Items, v)
}

// isNumber reports whether the value is a number of any kind.
func (n *Node) isNumber() bool { return n.Kind >= NodeInt && n.Kind <= NodeFloat }

// int is JsonNode.intValue of a number, 0 for others.
func (n *Node) int() int32 { return int32(n.long()) }

// long is JsonNode.longValue.
func (n *Node) long() int64 {
	switch n.Kind {
	case NodeInt, NodeBigInt:
		return n.Int
	case NodeDouble, NodeFloat:
		return java.DoubleToLong(n.Float)
	}
	return 0
}

// double is JsonNode.doubleValue.
func (n *Node) double() float64 {
	switch n.Kind {
	case NodeInt:
		return float64(n.Int)
	case NodeBigInt, NodeDouble, NodeFloat:
		return n.Float
	}
	return 0
}

// text is JsonNode.asText: "" for arrays and objects.
func (n *Node) text() string {
	switch n.Kind {
	case NodeString:
		return n.Text
	case NodeArray, NodeObject:
		return ""
	}
	return string(n.append(nil))
}

// Equal reports whether both are the same JSON; members of objects count in any order.
func (n Node) Equal(o Node) bool {
	if n.Kind != o.Kind || n.Bool != o.Bool || n.Int != o.Int || n.Text != o.Text || len(n.Items) != len(o.Items) ||
		n.Float != o.Float && (n.Float == n.Float || o.Float == o.Float) {
		return false
	}
	for i := range n.Items {
		m := &o.Items[i]
		if n.Kind == NodeObject {
			m = o.Member(n.Names[i])
		}
		if m == nil || !n.Items[i].Equal(*m) {
			return false
		}
	}
	return true
}

// String returns the value as compact JSON.
func (n Node) String() string { return string(n.append(nil)) }

// append writes the value as Jackson writes it to a Writer.
func (n *Node) append(dst []byte) []byte {
	switch n.Kind {
	case NodeNull:
		return append(dst, "null"...)
	case NodeBoolean:
		if n.Bool {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case NodeInt:
		return java.AppendInt(dst, n.Int)
	case NodeBigInt:
		return append(dst, n.Text...)
	case NodeDouble:
		return jsonscan.AppendDouble(dst, n.Float)
	case NodeFloat:
		return jsonscan.AppendFloat(dst, float32(n.Float))
	case NodeString:
		return appendText(dst, n.Text)
	}
	open, end := byte('['), byte(']')
	if n.Kind == NodeObject {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i := range n.Items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if n.Kind == NodeObject {
			dst = append(appendText(dst, n.Names[i]), ':')
		}
		dst = n.Items[i].append(dst)
	}
	return append(dst, end)
}

// appendText writes a string in quotes. Unlike Jackson's generator of bytes, its generator of characters escapes nothing beyond ASCII.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\t':
			dst = append(dst, `\t`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\r':
			dst = append(dst, `\r`...)
		default:
			if c < 0x20 {
				const hex = "0123456789ABCDEF"
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
				continue
			}
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
