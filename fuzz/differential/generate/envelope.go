package generate

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// jsonTypes maps schema types to their names in JsonConverter's schemas, where they differ.
var jsonTypes = map[string]string{protocol.Float32: "float", protocol.Float64: "double"}

// schemaNode is a schema as JsonConverter's envelope has it.
func (s source) schemaNode(sch *protocol.Schema) protocol.Node {
	if sch == nil {
		return protocol.Node{}
	}
	n := protocol.Node{Kind: protocol.ObjectNode}
	add := func(name string, v protocol.Node) {
		n.Members = append(n.Members, protocol.Member{Name: name, Value: v})
	}
	typ := sch.Type
	if t, ok := jsonTypes[typ]; ok {
		typ = t
	}
	add("type", textNode(typ))
	switch sch.Type {
	case protocol.Array:
		add("items", s.schemaNode(sch.Items))
	case protocol.Map:
		add("keys", s.schemaNode(sch.Keys))
		add("values", s.schemaNode(sch.Values))
	case protocol.Struct:
		fields := protocol.Node{Kind: protocol.ArrayNode}
		for _, f := range sch.Fields {
			fn := s.schemaNode(f.Schema)
			fn.Members = append(fn.Members, protocol.Member{Name: "field", Value: textNode(f.Name)})
			fields.Items = append(fields.Items, fn)
		}
		add("fields", fields)
	}
	if sch.Optional || !s.oneIn(6) {
		add("optional", boolNode(sch.Optional))
	}
	if sch.Name != nil {
		add("name", textNode(*sch.Name))
	}
	if sch.Version != nil {
		add("version", intNode(int64(*sch.Version)))
	}
	if sch.Doc != nil {
		add("doc", textNode(*sch.Doc))
	}
	if len(sch.Parameters) > 0 {
		p := protocol.Node{Kind: protocol.ObjectNode}
		for _, pair := range sch.Parameters {
			p.Members = append(p.Members, protocol.Member{Name: pair.Key, Value: textNode(pair.Text)})
		}
		add("parameters", p)
	}
	if sch.Default.Tag != protocol.Null {
		add("default", s.payload(sch, sch.Default))
	}
	if s.oneIn(20) {
		s.Shuffle(len(n.Members), func(i, j int) { n.Members[i], n.Members[j] = n.Members[j], n.Members[i] })
	}
	return n
}

// payload is a fitting value as JsonConverter writes it, decimals in either format.
func (s source) payload(sch *protocol.Schema, v protocol.Value) protocol.Node {
	const day = 86_400_000
	switch v.Tag {
	case protocol.Null:
		return protocol.Node{}
	case protocol.I8, protocol.I16, protocol.I32, protocol.I64:
		return intNode(v.Int)
	case protocol.F32:
		return floatNode(v.Float, 32)
	case protocol.F64:
		return floatNode(v.Float, 64)
	case protocol.Bool:
		return boolNode(v.Int != 0)
	case protocol.Bin:
		return textNode(base64.StdEncoding.EncodeToString([]byte(v.Text)))
	case protocol.Decimal:
		if s.oneIn(2) {
			return numberNode(v.Text + "e" + strconv.FormatInt(-v.Int, 10))
		}
		return textNode(base64.StdEncoding.EncodeToString([]byte(s.bytes())))
	case protocol.Millis:
		switch {
		case sch.Type == protocol.Int64:
			return intNode(v.Int)
		case sch.Name != nil && *sch.Name == protocol.DateName:
			return intNode(v.Int / day)
		}
		return intNode(v.Int)
	case protocol.List:
		n := protocol.Node{Kind: protocol.ArrayNode}
		for _, item := range v.Items {
			n.Items = append(n.Items, s.payload(sch.Items, item))
		}
		return n
	case protocol.MapOf:
		return s.mapPayload(sch, v)
	case protocol.StructOf:
		n := protocol.Node{Kind: protocol.ObjectNode}
		for i, item := range v.Items {
			if item.Tag == protocol.Null && s.oneIn(3) {
				continue
			}
			n.Members = append(n.Members, protocol.Member{Name: v.Names[i], Value: s.payload(sch.Fields[i].Schema, item)})
		}
		if s.oneIn(10) {
			n.Members = append(n.Members, protocol.Member{Name: "unknown", Value: s.tree(depthMax - 1)})
		}
		return n
	}
	return textNode(v.Text)
}

func floatNode(f float64, bits int) protocol.Node {
	text := strconv.FormatFloat(f, 'g', -1, bits)
	if strings.ContainsAny(text, "NI") {
		return textNode(strings.TrimPrefix(strings.Replace(text, "Inf", "Infinity", 1), "+"))
	}
	return numberNode(text)
}

func (s source) mapPayload(sch *protocol.Schema, v protocol.Value) protocol.Node {
	if sch.Keys.Type == protocol.String && allText(v.Items) && !s.oneIn(20) {
		n := protocol.Node{Kind: protocol.ObjectNode}
		for i := 0; i < len(v.Items); i += 2 {
			n.Members = append(n.Members, protocol.Member{Name: v.Items[i].Text, Value: s.payload(sch.Values, v.Items[i+1])})
		}
		return n
	}
	n := protocol.Node{Kind: protocol.ArrayNode}
	for i := 0; i < len(v.Items); i += 2 {
		pair := protocol.Node{Kind: protocol.ArrayNode, Items: []protocol.Node{s.payload(sch.Keys, v.Items[i]), s.payload(sch.Values, v.Items[i+1])}}
		n.Items = append(n.Items, pair)
	}
	return n
}

// envelope draws a message of that schema: right in most cases, else with a payload that has to be coerced or refused, a damaged
// schema, or a broken frame.
func (s source) envelope(sch *protocol.Schema) []byte {
	if s.oneIn(40) {
		return s.document()
	}
	schema, payload := s.schemaNode(sch), s.payload(sch, s.fitting(sch, false))
	if s.oneIn(4) {
		s.spoil(&payload)
	}
	if s.oneIn(12) {
		s.spoilSchema(&schema)
	}
	if s.oneIn(30) {
		schema = protocol.Node{}
	}
	n := protocol.Node{Kind: protocol.ObjectNode, Members: []protocol.Member{{Name: "schema", Value: schema}, {Name: "payload", Value: payload}}}
	if s.oneIn(16) {
		switch s.IntN(5) {
		case 0:
			n.Members = n.Members[:1]
		case 1:
			n.Members = n.Members[1:]
		case 2:
			n.Members = append(n.Members, protocol.Member{Name: pick(s, "extra", "payload", "schema"), Value: s.tree(depthMax)})
		case 3:
			n.Members[0].Name = "Schema"
		}
	}
	if s.oneIn(10) {
		slices.Reverse(n.Members)
	}
	return s.hostile(s.printJSON(nil, &n, s.style()))
}

// spoil replaces a random part of a payload by anything.
func (s source) spoil(n *protocol.Node) {
	for range 6 {
		switch {
		case len(n.Members) > 0 && !s.oneIn(4):
			at := s.IntN(len(n.Members))
			if s.oneIn(6) {
				n.Members = slices.Delete(n.Members, at, at+1)
				return
			}
			n = &n.Members[at].Value
		case len(n.Items) > 0 && !s.oneIn(4):
			n = &n.Items[s.IntN(len(n.Items))]
		default:
			*n = s.tree(pick(s, 1, depthMax-1, depthMax))
			return
		}
	}
	*n = s.tree(depthMax)
}

// spoilSchema breaks one rule of a schema object, somewhere inside.
func (s source) spoilSchema(n *protocol.Node) {
	for range 4 {
		inner := n.Get("items")
		if fields := n.Get("fields").Items; len(fields) > 0 {
			inner = &fields[s.IntN(len(fields))]
		} else if values := n.Get("values"); values.Kind == protocol.ObjectNode {
			inner = values
		}
		if inner.Kind != protocol.ObjectNode || s.oneIn(3) {
			break
		}
		n = inner
	}
	if len(n.Members) == 0 || s.oneIn(3) {
		n.Members = append(n.Members, protocol.Member{
			Name:  pick(s, "type", "optional", "name", "version", "doc", "parameters", "default", "field", "items", "keys", "values", "fields", "zip"),
			Value: s.tree(pick(s, 1, depthMax)),
		})
		return
	}
	at := s.IntN(len(n.Members))
	switch s.IntN(4) {
	case 0:
		n.Members = slices.Delete(n.Members, at, at+1)
	case 1:
		n.Members[at].Value = s.tree(pick(s, 1, depthMax))
	case 2:
		n.Members[at].Value = textNode(pick(s, "int8", "int32", "float", "double", "float32", "string", "bytes", "array", "map", "struct", "zip", "INT32", "", protocol.DecimalName, protocol.DateName))
	case 3:
		n.Members[at].Value = numberNode(pick(s, "1", "1.5", "-1", "2147483648", "1e2"))
	}
}
