package debezium

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// jsonPayload makes structs of JSON texts. Source: JsonSchemaData.
type jsonPayload struct {
	nullBytes   bool // null is a field of optional bytes
	emptyArrays bool // empty arrays are fields of optional strings
	adjust      adjuster
}

// jsonNode is a JSON value; members keep their order, a name that repeats has its last value.
type jsonNode struct {
	kind  byte // { [ " 0 t (true or false) n
	text  string
	value batch.Value // of numbers, texts and truth
	names []string
	items []*jsonNode
	at    map[string]int // where a name is
}

// Limits of the original's parser, Jackson.
const (
	jsonDepthMax  = 1000
	jsonDigitsMax = 1000
)

// expand returns what text, a JSON object or array, holds, and the schema inferred from it; ok is false for
// text that does not fit, which then stays as it is.
func (p *jsonPayload) expand(name, text string) (s *batch.Schema, v batch.Value, ok bool) {
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return nil, v, false
	}
	n := readJSON(text)
	if n == nil {
		return nil, v, false
	}
	if s = p.schema(name, n); s == nil {
		return nil, v, false
	}
	if v, ok = p.data(n, s); !ok {
		return nil, v, false
	}
	return s, v, s.Validate(v) == nil
}

func (n *jsonNode) add(name string, item *jsonNode) {
	if n.kind == '{' {
		if i, ok := n.at[name]; ok {
			n.items[i] = item
			return
		}
		if n.at == nil {
			n.at = map[string]int{}
		}
		n.at[name] = len(n.items)
		n.names = append(n.names, name)
	}
	n.items = append(n.items, item)
}

// readNumber reads a number; an integer that no long holds has no value.
func readNumber(text string) *jsonNode {
	n := &jsonNode{kind: '0', text: text}
	if len(text) > jsonDigitsMax {
		return nil
	}
	if strings.ContainsAny(text, ".eE") {
		f, err := java.ParseDouble(text)
		if err != nil {
			return nil
		}
		n.value = batch.Float64Value(f)
		return n
	}
	if i, err := java.ParseInt(text, 10); err == nil {
		n.value = batch.Int32Value(i)
	} else if l, err := java.ParseLong(text, 10); err == nil {
		n.value = batch.Int64Value(l)
	}
	return n
}

// schema infers a schema; nil where there is none.
func (p *jsonPayload) schema(key string, n *jsonNode) *batch.Schema {
	switch n.kind {
	case '"':
		return batch.Of(batch.KindString, true)
	case 't':
		return batch.Of(batch.KindBoolean, true)
	case '0':
		switch n.value.Tag() {
		case batch.TagInt32:
			return batch.Of(batch.KindInt32, true)
		case batch.TagInt64:
			return batch.Of(batch.KindInt64, true)
		}
		return batch.Of(batch.KindFloat64, true)
	case '{':
		return p.structSchema(key, n)
	case '[':
		elem := batch.Of(batch.KindString, true)
		if len(n.items) > 0 {
			elem = p.elementSchema(key, n)
		} else if !p.emptyArrays {
			return nil
		}
		if elem == nil {
			return refusedJSON
		}
		return batch.NewSchema(batch.KindArray).Elem(elem).Optional(true).Build()
	}
	if p.nullBytes {
		return batch.Of(batch.KindBytes, true)
	}
	return nil
}

// refusedJSON stands for an array that has no schema: nothing of the payload is expanded then.
var refusedJSON = batch.NewSchema(batch.KindArray).Name("refused").Build()

func (p *jsonPayload) structSchema(key string, n *jsonNode) *batch.Schema {
	out := batch.NewSchema(batch.KindStruct).Optional(true)
	if key != "" {
		out.Name(key)
	}
	seen := map[string]bool{}
	for i, item := range n.items {
		name := p.adjust.name(n.names[i])
		path := name
		if java.Trim(key) != "" {
			path = key + "." + name
		}
		s := p.schema(path, item)
		if s == refusedJSON {
			return s
		}
		if s != nil && !seen[name] {
			if name == "" {
				return refusedJSON // by SchemaBuilder
			}
			seen[name] = true
			out.Field(name, s)
		}
	}
	return out.Build()
}

// elementSchema returns the schema of an array's elements, which are of one kind but for nulls; nil: none.
func (p *jsonPayload) elementSchema(key string, n *jsonNode) (s *batch.Schema) {
	var first *jsonNode
	for _, item := range n.items {
		switch {
		case item.kind == 'n':
		case first == nil:
			first = item
		case item.kind != first.kind, item.kind == '0' && p.schema("", item) != p.schema("", first):
			return nil
		}
	}
	switch {
	case first == nil:
		s = p.schema("", n.items[0])
	case first.kind != '{':
		s = p.schema("", first)
	default:
		for _, item := range n.items {
			if item.kind != '{' {
				continue
			}
			of := p.structSchema(key, item)
			if of == refusedJSON {
				return nil
			}
			s = mergedSchema(s, of)
		}
	}
	if s == refusedJSON {
		return nil
	}
	return s
}

// mergedSchema has the fields of both schemas; of two of one name the first counts, unless it is bytes.
func mergedSchema(left, right *batch.Schema) *batch.Schema {
	if left == nil || left.Equal(right) {
		return right
	}
	fields := append([]batch.Field(nil), left.Fields()...)
	for _, f := range right.Fields() {
		switch old := left.Field(f.Name); {
		case old == nil:
			fields = append(fields, f)
		case old.Schema.Kind() == batch.KindBytes && f.Schema.Kind() != batch.KindBytes:
			fields[old.Index].Schema = f.Schema
		}
	}
	out := batch.Basics(batch.KindStruct, left)
	for _, f := range fields {
		out.Field(f.Name, f.Schema)
	}
	return out.Build()
}

// data returns a node as a value under s; ok is false for what has none.
func (p *jsonPayload) data(n *jsonNode, s *batch.Schema) (batch.Value, bool) {
	switch n.kind {
	case '0':
		return n.value, !n.value.IsNull()
	case '[':
		if s == nil || s.Kind() != batch.KindArray { // nothing is known of what an empty array holds
			return batch.Value{}, false
		}
		list := make([]batch.Value, len(n.items))
		for i, item := range n.items {
			v, ok := p.data(item, s.Elem())
			if !ok {
				return v, false
			}
			list[i] = v
		}
		return batch.ArrayValue(list), true
	case '{':
		if s == nil || s.Kind() != batch.KindStruct {
			return batch.Value{}, false
		}
		out := batch.NewStructValue(s)
		for i, item := range n.items {
			f := s.Field(p.adjust.name(n.names[i]))
			if f == nil || !out.Fields[f.Index].IsNull() {
				continue
			}
			v, ok := p.data(item, f.Schema)
			if !ok || out.Put(f.Name, v) != nil {
				return v, false
			}
		}
		return batch.StructValueOf(out), true
	}
	return n.value, true
}
