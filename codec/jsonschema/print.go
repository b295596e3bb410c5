package jsonschema

import (
	"slices"
	"unicode/utf8"

	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// appendNode writes a value as Jackson writes a tree into a string, which is how schemas are registered.
// Source: JsonSchema.canonicalString.
func appendNode(dst []byte, n *jsonscan.Node) []byte {
	switch n.Kind {
	case jsonscan.Boolean:
		if n.Bool {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case jsonscan.Integer, jsonscan.Decimal:
		if n.Num == nil {
			return java.AppendInt(dst, n.Int)
		}
		return n.Num.Append(dst)
	case jsonscan.String:
		return appendText(dst, n.Text)
	case jsonscan.Array, jsonscan.Object:
	default:
		return append(dst, "null"...)
	}
	open, end := byte('['), byte(']')
	if n.Kind == jsonscan.Object {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i := range n.Items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if n.Kind == jsonscan.Object {
			dst = append(appendText(dst, n.Names[i]), ':')
		}
		dst = appendNode(dst, &n.Items[i])
	}
	return append(dst, end)
}

// appendText writes a string in quotes. Unlike Jackson's generator of bytes, its generator of characters escapes nothing
// beyond ASCII, and halves of characters are question marks when the text is sent.
func appendText(dst []byte, s string) []byte {
	s = encoded(s)
	dst = append(dst, '"')
	from := 0
	for i, r := range s {
		if r <= 0xffff {
			continue
		}
		// jsonscan escapes what is beyond the basic plane.
		dst = append(jsonscan.AppendEscaped(dst, s[from:i]), string(r)...)
		from = i + len(string(r))
	}
	return append(jsonscan.AppendEscaped(dst, s[from:]), '"')
}

// encoded is s as Java encodes it: halves of characters are question marks.
func encoded(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string(java.AppendEncodedUTF8(nil, []byte(s)))
}

// object is an object that is written member by member.
type jsonObject struct{ jsonscan.Node }

func newJSONObject() *jsonObject { return &jsonObject{jsonscan.Node{Kind: jsonscan.Object}} }

func (o *jsonObject) put(name string, v jsonscan.Node) {
	o.Names, o.Items = append(o.Names, name), append(o.Items, v)
}

func textNode(s string) jsonscan.Node { return jsonscan.Node{Kind: jsonscan.String, Text: s} }
func intNode(v int64) jsonscan.Node   { return jsonscan.Node{Kind: jsonscan.Integer, Int: v} }

func arrayNode(items ...jsonscan.Node) jsonscan.Node {
	return jsonscan.Node{Kind: jsonscan.Array, Items: items}
}

// hashOrder puts the members of every object in n into the order in which a HashMap of them iterates.
// Source: org.json.JSONObject.
func hashOrder(n *jsonscan.Node) {
	for i := range n.Items {
		hashOrder(&n.Items[i])
	}
	if n.Kind != jsonscan.Object {
		return
	}
	o := jsonObject{Node: *n}
	o.hashed(hashTable)
	*n = o.Node
}

// hashTable is the bucket count of new HashMap() at its first put.
const hashTable = 16

// hashed puts the members of o into the order of a HashMap whose first table has that many buckets, and leaves what is in them.
func (o *jsonObject) hashed(table int) {
	names, items := o.Names, o.Items
	o.Names, o.Items = nil, nil
	for _, i := range hashMapOrder(names, table) {
		o.put(names[i], items[i])
	}
}

// hashMapOrder is java.HashMapOrderSized of names that may have halves of characters.
func hashMapOrder(names []string, table int) []int32 {
	if !slices.ContainsFunc(names, func(s string) bool { return !utf8.ValidString(s) }) {
		return java.HashMapOrderSized(names, table)
	}
	hashes := make([]int32, len(names))
	for i, name := range names {
		for _, u := range java.UTF16Units([]byte(name)) {
			hashes[i] = 31*hashes[i] + int32(u)
		}
	}
	return java.HashOrder(hashes, table, func(a, b int32) int { return java.CompareUTF16(names[a], names[b]) })
}

// cloned returns a copy of a value that shares nothing but texts and numbers with it.
func cloned(n *jsonscan.Node) jsonscan.Node {
	out := *n
	out.Names = slices.Clone(n.Names)
	out.Items = make([]jsonscan.Node, len(n.Items))
	for i := range n.Items {
		out.Items[i] = cloned(&n.Items[i])
	}
	return out
}
