package jsonschema

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// allOf maps a schema all of whose parts hold: the properties of all objects in it, or else the part that says most.
// Source: JsonSchemaData.allOfToConnectSchema.
func (t *connecting) allOf(s *schema, version *int32, optional bool, depth int) (*batch.Schema, error) {
	var last [classConditional + 1]*schema
	c := collected{required: map[string]bool{}, at: map[string]int{}}
	for _, part := range s.parts {
		last[part.class] = part
		c.collect(part, map[*schema]bool{})
	}
	text, number := last[classString], last[classNumber]
	var of *schema
	switch {
	case len(c.properties) > 0:
		t.objects[s] = nil
		b, err := t.structure(c.properties, c.required, depth)
		if err != nil {
			return nil, err
		}
		out := b.Optional(optional).Build()
		t.objects[s] = out
		return out, nil
	case last[classCombined] != nil:
		of = last[classCombined]
	case last[classConst] != nil:
		of = firstOf(text, number)
	case last[classEnum] != nil && text != nil:
		of = last[classEnum]
	case last[classEnum] != nil:
		of = number
	case text != nil:
		of = firstOf(number, text)
	case last[classReference] != nil:
		return t.reference(last[classReference].referred, version, optional, depth)
	}
	if of == nil {
		return nil, illegalArgument("Unsupported criterion allOf for "+textOfSchema(s), nil)
	}
	return t.schema(of, version, optional, depth+1)
}

func firstOf(a, b *schema) *schema {
	if a != nil {
		return a
	}
	return b
}

// textOfSchema shows a schema in an error.
func textOfSchema(s *schema) string {
	if s.raw == nil {
		return "{}"
	}
	const most = 1000
	text := string(appendNode(nil, s.raw))
	return text[:min(len(text), most)]
}

// collected are the properties of the objects in an allOf. Source: JsonSchemaData.collectPropertySchemas.
type collected struct {
	properties []property
	required   map[string]bool
	at         map[string]int
}

func (c *collected) collect(s *schema, visited map[*schema]bool) {
	if visited[s] {
		return
	}
	visited[s] = true
	switch s.class {
	case classCombined:
		if s.criterion == allOf {
			for _, part := range s.parts {
				c.collect(part, visited)
			}
		}
	case classReference:
		c.collect(s.referred, visited)
	case classObject:
		for _, p := range s.properties {
			if at, ok := c.at[p.name]; ok {
				c.properties[at] = p
			} else {
				c.at[p.name] = len(c.properties)
				c.properties = append(c.properties, p)
			}
			c.required[p.name] = s.required[p.name]
		}
	}
}

// symbolOf is Object.toString of a value that is not null.
func symbolOf(n *jsonscan.Node) string {
	switch n.Kind {
	case jsonscan.Array:
		out := "["
		for i := range n.Items {
			if i > 0 {
				out += ", "
			}
			out += symbolOf(&n.Items[i])
		}
		return out + "]"
	case jsonscan.Object:
		out := "{"
		for k, i := range java.HashMapOrder(n.Names) {
			if k > 0 {
				out += ", "
			}
			out += n.Names[i] + "=" + symbolOf(&n.Items[i])
		}
		return out + "}"
	}
	return textOf(n)
}

// textOf is a scalar as text.
func textOf(n *jsonscan.Node) string {
	if n.Kind == jsonscan.String {
		return n.Text
	}
	return string(appendNode(nil, n))
}
