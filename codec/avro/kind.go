package avro

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"

	"github.com/millrace/millrace/codec/schemaregistry"
)

// Kind is what a registry inside the process asks of Avro: the text under which it keeps a schema, whether two are one,
// whether one reads the other. Source: AvroSchema, AvroSchemaUtils.
func Kind() schemaregistry.Kind {
	return schemaregistry.Kind{
		Name: schemaregistry.Avro,
		Canonical: func(s schemaregistry.Parsed, normalize bool) (string, error) {
			a, err := parseKind(s)
			switch {
			case err != nil:
				return "", err
			case len(s.References) > 0: // what is referred to stays where it is
				var b bytes.Buffer
				err := json.Compact(&b, []byte(s.Text))
				return b.String(), err
			case normalize:
				a = withoutProp(a, "", map[*Schema]*Schema{})
				sortProps(a, map[*Schema]bool{})
			}
			return a.String(), nil
		},
		Same: func(a, b schemaregistry.Parsed) bool {
			x, errX := parseKind(a)
			y, errY := parseKind(b)
			return errX == nil && errY == nil && x.Equal(y)
		},
		Compatible: func(reader, writer schemaregistry.Parsed) []string {
			var c compatibility
			a, err := parseKind(reader)
			if err == nil {
				var b *Schema
				if b, err = parseKind(writer); err == nil {
					c.check(a, b, nil)
				}
			}
			if err != nil {
				return []string{err.Error()}
			}
			return c.found
		},
	}
}

func parseKind(s schemaregistry.Parsed) (*Schema, error) {
	texts := make([]string, len(s.References))
	for i := range s.References {
		texts[i] = s.References[i].Text
	}
	return ParseSchema(s.Text, texts...)
}

// sortProps puts the properties of every type and field in the order of their names.
func sortProps(s *Schema, done map[*Schema]bool) {
	if s == nil || done[s] {
		return
	}
	done[s] = true
	byName := func(a, b Prop) int { return cmp.Compare(a.Name, b.Name) }
	slices.SortFunc(s.Props, byName)
	sortProps(s.Elem, done)
	for _, t := range s.Types {
		sortProps(t, done)
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		f.Props = slices.Clone(f.Props)
		slices.SortFunc(f.Props, byName)
		sortProps(f.Schema, done)
	}
}
