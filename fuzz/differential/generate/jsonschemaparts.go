package generate

import (
	"encoding/base64"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// combined draws a choice or a sum of schemas.
func (g *jsonSchemaGenerator) combined(depth int) jsonSchema {
	keyword := pick(g.source, "oneOf", "oneOf", "anyOf", "allOf")
	var parts []jsonSchema
	list := listNode()
	for range 1 + g.IntN(3) {
		p := g.draw(depth + 1)
		if keyword == "allOf" && g.oneIn(2) {
			p = g.object(depth + 1)
		}
		parts = append(parts, p)
	}
	if keyword != "allOf" && g.oneIn(2) {
		parts = append(parts, jsonSchema{typedNode("null"), func() protocol.Node { return protocol.Node{} }})
		g.Shuffle(len(parts), func(a, b int) { parts[a], parts[b] = parts[b], parts[a] })
	}
	for i := range parts {
		list.Items = append(list.Items, parts[i].node)
	}
	j := jsonSchema{node: protocol.Node{Kind: protocol.ObjectNode, Members: []protocol.Member{{Name: keyword, Value: list}}}}
	if g.oneIn(10) {
		j.set("type", textNode(pick(g.source, "object", "string")))
	}
	j.put = func() protocol.Node {
		if keyword != "allOf" {
			return parts[g.IntN(len(parts))].put()
		}
		all := parts[0].put()
		for i := range parts[1:] {
			n := parts[1+i].put()
			for _, m := range n.Members {
				if all.Kind == protocol.ObjectNode && !all.Has(m.Name) {
					all.Members = append(all.Members, m)
				}
			}
		}
		return all
	}
	return j
}

func (g *jsonSchemaGenerator) enum() jsonSchema {
	values := []protocol.Node{textNode("A"), textNode("B"), textNode("C d"), {}, intNode(1), numberNode("2.5"), boolNode(true), textNode("")}
	g.Shuffle(len(values), func(a, b int) { values[a], values[b] = values[b], values[a] })
	values = values[:1+g.IntN(4)]
	if g.oneIn(2) {
		values = []protocol.Node{textNode("A"), textNode("B"), textNode("C d")}[:1+g.IntN(3)]
	}
	j := jsonSchema{node: protocol.Node{Kind: protocol.ObjectNode}, put: func() protocol.Node { return pick(g.source, values...) }}
	if g.oneIn(5) {
		values = values[:1]
		j.set("const", values[0])
		return j
	}
	if values[0].Kind == protocol.StringNode && g.oneIn(2) {
		j.set("type", textNode("string"))
	}
	j.set("enum", listNode(values...))
	return j
}

// anyOfTypes draws a list of types.
func (g *jsonSchemaGenerator) anyOfTypes() jsonSchema {
	types := []string{"string", "null", "integer", "boolean", "number"}
	g.Shuffle(len(types), func(a, b int) { types[a], types[b] = types[b], types[a] })
	types = types[:1+g.IntN(3)]
	list := listNode()
	for _, t := range types {
		list.Items = append(list.Items, textNode(t))
	}
	j := jsonSchema{node: protocol.Node{Kind: protocol.ObjectNode}, put: func() protocol.Node { return g.scalarNode(pick(g.source, types...)) }}
	j.set("type", list)
	return j
}

// scalarNode draws a value of a type.
func (g *jsonSchemaGenerator) scalarNode(typ string) protocol.Node {
	switch typ {
	case "string":
		return textNode(g.text())
	case "integer":
		return intNode(g.integer(pick(g.source, 8, 16, 32, 64)))
	case "number":
		return g.number()
	case "boolean":
		return boolNode(g.oneIn(2))
	}
	return protocol.Node{}
}

func (g *jsonSchemaGenerator) logicalSchema() jsonSchema {
	typ, base := "integer", "int32"
	name := pick(g.source, protocol.DecimalName, protocol.DateName, protocol.TimeName, protocol.TimestampName)
	put := func() protocol.Node { return intNode(g.Int64N(90_000)) }
	switch name {
	case protocol.DecimalName:
		typ, base = pick(g.source, "string", "number"), "bytes"
		put = func() protocol.Node {
			if typ == "number" && !g.oneIn(6) {
				return g.number()
			}
			return textNode(base64.StdEncoding.EncodeToString([]byte("\x01" + g.bytes())))
		}
	case protocol.TimestampName:
		base = "int64"
		put = func() protocol.Node { return intNode(g.millis()) }
	case protocol.TimeName:
		put = func() protocol.Node { return intNode(g.Int64N(87_000_000) - 100_000) }
	}
	j := jsonSchema{typedNode(typ), put}
	j.set("title", textNode(name))
	if !g.oneIn(12) {
		j.set("connect.type", textNode(base))
	}
	if !g.oneIn(8) {
		j.set("connect.version", intNode(1))
	}
	if name == protocol.DecimalName && !g.oneIn(8) {
		j.set("connect.parameters", protocol.Node{Kind: protocol.ObjectNode, Members: []protocol.Member{{Name: "scale", Value: textNode(pick(g.source, "0", "2", "-1"))}}})
	}
	return j
}

func (g *jsonSchemaGenerator) scalarSchema() jsonSchema {
	typ := pick(g.source, "string", "integer", "number", "boolean", "string", "integer")
	j := jsonSchema{typedNode(typ), func() protocol.Node { return g.scalarNode(typ) }}
	if g.oneIn(2) {
		switch typ {
		case "integer":
			j.set("connect.type", textNode(pick(g.source, "int8", "int16", "int32", "int64")))
		case "number":
			j.set("connect.type", textNode(pick(g.source, "float32", "float64")))
		case "string":
			j.set("connect.type", textNode("bytes"))
			j.put = func() protocol.Node {
				return textNode(base64.StdEncoding.EncodeToString([]byte(g.bytes())))
			}
			return j
		}
	}
	if !g.strict || g.oneIn(2) {
		return j
	}
	switch typ {
	case "string":
		switch g.IntN(3) {
		case 0:
			j.set("pattern", textNode(pick(g.source, "^[a-z]*$", "^.?$", "b", "^[^0-9]+$")))
		case 1:
			j.set("minLength", intNode(int64(g.IntN(4))))
		case 2:
			j.set("maxLength", intNode(int64(g.IntN(12))))
		}
	case "integer", "number":
		j.set(pick(g.source, "minimum", "maximum", "multipleOf"), intNode(int64(1+g.IntN(5))))
	}
	return j
}
