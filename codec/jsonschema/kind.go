package jsonschema

import (
	"slices"

	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/codec/schemaregistry"
	"github.com/millrace/millrace/internal/java"
)

// Kind is what a registry inside the process asks of JSON Schema: the text under which it keeps a schema.
// Source: io.confluent.kafka.schemaregistry.json.JsonSchema.
func Kind() schemaregistry.Kind {
	return schemaregistry.Kind{
		Name: schemaregistry.JSON,
		Canonical: func(s schemaregistry.Parsed, normalize bool) (string, error) {
			references := make([]named, len(s.References))
			for i, r := range s.References {
				references[i] = named{r.Name, r.Text}
			}
			if _, err := load(s.Text, references, false); err != nil {
				return "", err
			}
			n, err := parseText(s.Text)
			if err != nil {
				return "", err
			}
			if normalize {
				sorted(n)
			}
			return string(appendNode(nil, n)), nil
		},
	}
}

// sorted puts the members of every object in n into the order of their names. Source: JsonSchema.normalize.
func sorted(n *jsonscan.Node) {
	for i := range n.Items {
		sorted(&n.Items[i])
	}
	if n.Kind != jsonscan.Object {
		return
	}
	o := *n
	n.Names, n.Items = slices.Clone(o.Names), make([]jsonscan.Node, len(o.Items))
	slices.SortFunc(n.Names, java.CompareUTF16)
	for i, name := range n.Names {
		n.Items[i] = *o.Member(name)
	}
}

// compatible says why one schema cannot read what was written with another. Only schemas of one text, whatever the order
// of their members, are known to; the rules of the original's SchemaDiff are not followed, and whether others can is not
// told.
func compatible(_ *schemaregistry.Registry, reader, writer *schemaregistry.Schema) ([]string, error) {
	var texts [2]string
	for i, s := range [...]*schemaregistry.Schema{reader, writer} {
		n, err := parseText(s.Text)
		if err != nil {
			return nil, err
		}
		sorted(n)
		texts[i] = string(appendNode(nil, n))
	}
	if texts[0] == texts[1] {
		return nil, nil
	}
	return []string{"schemas of different texts are not compared"}, nil
}
