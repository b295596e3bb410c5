package generate

import (
	"encoding/binary"
	"slices"
	"strconv"

	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// JSONSchemaConverter is the class of JSON Schema's converter.
const JSONSchemaConverter = "io.confluent.connect.json.JsonSchemaConverter"

// jsonSchemaConfig draws a configuration: each of the keys one time in three.
func (s source) jsonSchemaConfig(path string, flags ...string) trial.Plugin {
	p := converter(JSONSchemaConverter, protocol.Pair{Key: "schema.registry.url", Text: codectest.SchemasURL + path})
	p.IsKey = s.oneIn(4)
	for _, k := range append(flags, "generalized.sum.type.support", "json.fail.invalid.schema") {
		if s.oneIn(3) {
			p.Config = append(p.Config, protocol.Pair{Key: k, Text: pick(s, "true", "false")})
		}
	}
	if s.oneIn(3) {
		p.Config = append(p.Config, protocol.Pair{Key: "decimal.format", Text: pick(s, "NUMERIC", "BASE64", "numeric")})
	}
	return p
}

// jsonSchemaWrite draws data of all kinds, whose schemas the registry is given.
func (s source) jsonSchemaWrite() *trial.Trial {
	mix := s.typedMix()
	p := s.jsonSchemaConfig("", "object.additional.properties", "ignore.default.for.nullables", "json.indent.output")
	return s.write(p, func() protocol.Typed {
		t := mix().Clone()
		s.sumTypes(t.Schema)
		return t
	})
}

// sumTypes makes enums of some texts, and unions of some structs.
func (s source) sumTypes(sch *protocol.Schema) {
	if sch == nil {
		return
	}
	if len(sch.Parameters) == 0 && sch.Name == nil && sch.Type == protocol.String && s.oneIn(12) {
		for _, prefix := range []string{"io.confluent.connect.json.Enum", "org.apache.kafka.connect.data.Enum"}[s.IntN(2):][:1] {
			sch.Parameters = []protocol.Pair{{Key: prefix, Text: pick(s, "", "E")}, {Key: prefix + ".a", Text: pick(s, "a", "0")}, {Key: prefix + ".b", Text: pick(s, "b", "1")}}
		}
	}
	for i := range sch.Fields {
		s.sumTypes(sch.Fields[i].Schema)
	}
	s.sumTypes(sch.Items)
	s.sumTypes(sch.Keys)
	s.sumTypes(sch.Values)
}

// jsonSchemaRead draws the text of a schema, and documents most of which it is about.
func (s source) jsonSchemaRead() *trial.Trial {
	g := jsonSchemaGenerator{source: s, strict: s.oneIn(3)}
	text, put := g.root()
	p := s.jsonSchemaConfig(codectest.TypedSchemaPath("JSON", text), "use.optional.for.nonrequired", "flatten.singleton.unions", "ignore.modern.dialects")
	if g.strict {
		p.Config = lastWins(append(p.Config, protocol.Pair{Key: "json.fail.invalid.schema", Text: "true"}))
	}
	head := binary.BigEndian.AppendUint32([]byte{0}, uint32(codectest.SchemaNumber(text)))
	return s.trial(trial.ToConnect, p, func() trial.Item {
		switch {
		case s.oneIn(40):
			return trial.Item{}
		case s.oneIn(60):
			return trial.Item{Bytes: []byte(s.bytes())}
		}
		n := put()
		if s.oneIn(6) {
			s.spoil(&n)
		}
		b := s.printJSON(head[:5:5], &n, s.style())
		if s.oneIn(20) {
			b = append(b[:5:5], s.damage(b[5:])...)
		}
		return trial.Item{Bytes: b}
	})
}

// jsonSchema is a JSON Schema, and how a document of it is drawn.
type jsonSchema struct {
	node protocol.Node
	put  func() protocol.Node
}

func (j *jsonSchema) set(name string, v protocol.Node) {
	if j.node.Kind == protocol.ObjectNode && !j.node.Has(name) {
		j.node.Members = append(j.node.Members, protocol.Member{Name: name, Value: v})
	}
}

// jsonSchemaGenerator draws JSON Schemas; strict ones bound what they describe.
type jsonSchemaGenerator struct {
	source
	strict      bool
	modern      bool // the draft has keywords of 2019-09 and 2020-12
	definitions []jsonSchema
}

var jsonSchemaDrafts = []string{
	"http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema#", "http://json-schema.org/draft-07/schema#",
	"https://json-schema.org/draft/2019-09/schema", "https://json-schema.org/draft/2020-12/schema",
}

// root draws a whole text, some of whose parts stand under definitions.
func (g *jsonSchemaGenerator) root() (text string, put func() protocol.Node) {
	draft := ""
	if g.oneIn(3) {
		at := g.IntN(len(jsonSchemaDrafts))
		draft, g.modern = jsonSchemaDrafts[at], at > 2
	}
	for range g.IntN(3) {
		g.definitions = append(g.definitions, g.draw(depthMax-1))
	}
	j := g.draw(g.IntN(3))
	if draft != "" {
		j.set("$schema", textNode(draft))
	}
	if len(g.definitions) > 0 {
		d := protocol.Node{Kind: protocol.ObjectNode}
		for i := range g.definitions {
			d.Members = append(d.Members, protocol.Member{Name: "D" + strconv.Itoa(i), Value: g.definitions[i].node})
		}
		j.set(g.definitionsKeyword(), d)
	}
	return string(g.printJSON(nil, &j.node, g.style())), j.put
}

func (g *jsonSchemaGenerator) definitionsKeyword() string {
	if g.modern {
		return "$defs"
	}
	return "definitions"
}

func typedNode(typ string) protocol.Node {
	return protocol.Node{Kind: protocol.ObjectNode, Members: []protocol.Member{{Name: "type", Value: textNode(typ)}}}
}

func listNode(items ...protocol.Node) protocol.Node {
	return protocol.Node{Kind: protocol.ArrayNode, Items: items}
}

// draw draws a schema with what may stand beside its type.
func (g *jsonSchemaGenerator) draw(depth int) jsonSchema {
	j := g.bare(depth)
	if g.oneIn(10) {
		j.set("title", textNode(pick(g.source, "T", "com.x.Y", "")))
	}
	if g.oneIn(12) {
		j.set("description", textNode(g.text()))
	}
	if g.oneIn(16) {
		j.set("connect.parameters", protocol.Node{Kind: protocol.ObjectNode, Members: []protocol.Member{{Name: "k", Value: textNode("v")}, {Name: "z", Value: textNode("")}}})
	}
	if g.oneIn(20) {
		j.set("connect.version", intNode(5))
	}
	if g.oneIn(12) {
		j.set("default", j.put())
	}
	if g.oneIn(8) {
		g.Shuffle(len(j.node.Members), func(a, b int) {
			j.node.Members[a], j.node.Members[b] = j.node.Members[b], j.node.Members[a]
		})
	}
	return j
}

func (g *jsonSchemaGenerator) bare(depth int) jsonSchema {
	if depth < depthMax-1 && g.oneIn(2) || depth == 0 && g.oneIn(2) {
		switch g.IntN(8) {
		case 0:
			return g.array(depth)
		case 1:
			return g.textMap(depth)
		case 2:
			return g.entryMap(depth)
		case 3, 4:
			return g.combined(depth)
		}
		return g.object(depth)
	}
	switch {
	case len(g.definitions) > 0 && g.oneIn(6):
		at := g.IntN(len(g.definitions))
		n := protocol.Node{Kind: protocol.ObjectNode, Members: []protocol.Member{{Name: "$ref", Value: textNode("#/" + g.definitionsKeyword() + "/D" + strconv.Itoa(at))}}}
		return jsonSchema{n, g.definitions[at].put}
	case g.oneIn(10):
		return g.enum()
	case g.oneIn(12):
		return g.anyOfTypes()
	case g.oneIn(8):
		return g.logicalSchema()
	case g.oneIn(50):
		n := pick(g.source, protocol.Node{Kind: protocol.ObjectNode}, boolNode(true), typedNode("null"))
		return jsonSchema{n, func() protocol.Node { return g.tree(depthMax - 1) }}
	}
	return g.scalarSchema()
}

func (g *jsonSchemaGenerator) object(depth int) jsonSchema {
	j := jsonSchema{node: typedNode("object")}
	if g.oneIn(12) {
		j.node.Members = nil
	}
	names := slices.Clone(fieldNames)
	g.Shuffle(len(names), func(a, b int) { names[a], names[b] = names[b], names[a] })
	names = names[:g.size(5)%len(names)]
	props, parts := protocol.Node{Kind: protocol.ObjectNode}, make([]jsonSchema, len(names))
	indexed, order := g.oneIn(2), g.Perm(len(names))
	for i, name := range names {
		parts[i] = g.draw(depth + 1)
		if indexed && !g.oneIn(12) {
			parts[i].set("connect.index", intNode(int64(order[i])))
		}
		props.Members = append(props.Members, protocol.Member{Name: name, Value: parts[i].node})
	}
	j.set("properties", props)
	if len(names) > 0 && g.oneIn(2) {
		required := listNode()
		for _, name := range names[:1+g.IntN(len(names))] {
			required.Items = append(required.Items, textNode(name))
		}
		j.set("required", required)
	}
	if g.oneIn(5) {
		j.set("additionalProperties", pick(g.source, boolNode(true), boolNode(false), typedNode("string")))
	}
	if g.strict && g.oneIn(6) {
		j.set(pick(g.source, "minProperties", "maxProperties"), intNode(int64(g.IntN(5))))
	}
	j.put = func() protocol.Node {
		n := protocol.Node{Kind: protocol.ObjectNode}
		for i, name := range names {
			if !g.oneIn(8) {
				n.Members = append(n.Members, protocol.Member{Name: name, Value: parts[i].put()})
			}
		}
		if g.oneIn(8) {
			n.Members = append(n.Members, protocol.Member{Name: "extra", Value: g.tree(depthMax - 1)})
		}
		if g.oneIn(4) {
			g.Shuffle(len(n.Members), func(a, b int) { n.Members[a], n.Members[b] = n.Members[b], n.Members[a] })
		}
		return n
	}
	return j
}

func (g *jsonSchemaGenerator) array(depth int) jsonSchema {
	e := g.draw(depth + 1)
	j := jsonSchema{node: typedNode("array"), put: func() protocol.Node {
		n := listNode()
		for range g.size(3) {
			n.Items = append(n.Items, e.put())
		}
		return n
	}}
	if !g.oneIn(20) {
		j.set("items", e.node)
	}
	if g.strict && g.oneIn(3) {
		j.set(pick(g.source, "minItems", "maxItems"), intNode(int64(g.IntN(4))))
	}
	if g.strict && g.oneIn(4) {
		j.set("uniqueItems", boolNode(true))
	}
	return j
}

func (g *jsonSchemaGenerator) textMap(depth int) jsonSchema {
	e := g.draw(depth + 1)
	j := jsonSchema{node: typedNode("object"), put: func() protocol.Node {
		n := protocol.Node{Kind: protocol.ObjectNode}
		for i := range g.size(3) {
			n.Members = append(n.Members, protocol.Member{Name: pick(g.source, fieldNames...) + strconv.Itoa(i), Value: e.put()})
		}
		return n
	}}
	if !g.oneIn(8) {
		j.set("connect.type", textNode("map"))
	}
	j.set("additionalProperties", e.node)
	return j
}

func (g *jsonSchemaGenerator) entryMap(depth int) jsonSchema {
	k, v := g.scalarSchema(), g.draw(depth+1)
	entry := typedNode("object")
	entry.Members = append(entry.Members, protocol.Member{Name: "properties", Value: protocol.Node{Kind: protocol.ObjectNode, Members: []protocol.Member{
		{Name: "key", Value: k.node}, {Name: "value", Value: v.node},
	}}})
	j := jsonSchema{node: typedNode("array"), put: func() protocol.Node {
		n := listNode()
		for range g.size(3) {
			n.Items = append(n.Items, protocol.Node{Kind: protocol.ObjectNode, Members: []protocol.Member{{Name: "key", Value: k.put()}, {Name: "value", Value: v.put()}}})
		}
		return n
	}}
	j.set("connect.type", textNode("map"))
	j.set("items", entry)
	return j
}
