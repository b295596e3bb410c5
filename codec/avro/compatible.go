package avro

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/codec/schemaregistry"
)

// compatible says why values written with one schema cannot be read with another; nothing: they can.
// Source: org.apache.avro.SchemaCompatibility, AvroSchema.isBackwardCompatible.
func compatible(r *schemaregistry.Registry, reader, writer *schemaregistry.Schema) ([]string, error) {
	a, err := parseWith(r, reader)
	if err != nil {
		return nil, err
	}
	b, err := parseWith(r, writer)
	if err != nil {
		return nil, err
	}
	var c compatibility
	c.check(a, b, nil)
	return c.found, nil
}

// parseWith reads the text of a schema, with those that it refers to.
func parseWith(r *schemaregistry.Registry, s *schemaregistry.Schema) (*Schema, error) {
	refs, err := r.Resolve(s)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(refs))
	for i := range refs {
		texts[i] = refs[i].Text
	}
	return ParseSchema(s.Text, texts...)
}

type compatibility struct {
	found []string
	seen  map[pair]bool
}

// complain adds what is wrong at a path.
func (c *compatibility) complain(path []string, text string) {
	c.found = append(c.found, text+" at /"+strings.Join(path, "/"))
}

// promoted are the types that each primitive may be read as.
var promoted = map[Type][]Type{Int: {Long, Float, Double}, Long: {Float, Double}, Float: {Double}, String: {Bytes}, Bytes: {String}}

func (c *compatibility) check(reader, writer *Schema, path []string) {
	if c.seen[pair{reader, writer}] {
		return
	}
	if c.seen == nil {
		c.seen = map[pair]bool{}
	}
	c.seen[pair{reader, writer}] = true
	switch {
	case writer.Type == Union:
		for _, t := range writer.Types {
			c.check(reader, t, path)
		}
		return
	case reader.Type == Union:
		if !slices.ContainsFunc(reader.Types, func(t *Schema) bool {
			one := compatibility{seen: map[pair]bool{{reader, writer}: true}}
			one.check(t, writer, path)
			return len(one.found) == 0
		}) {
			c.complain(path, "reader union lacking writer type: "+strings.ToUpper(writer.Type.String()))
		}
		return
	case reader.Type != writer.Type:
		if !slices.Contains(promoted[writer.Type], reader.Type) {
			c.complain(path, "reader type: "+strings.ToUpper(reader.Type.String())+" not compatible with writer type: "+strings.ToUpper(writer.Type.String()))
		}
		return
	case reader.Type.named() && !sameName(reader, writer):
		c.complain(path, "expected: "+writer.FullName())
	}
	switch reader.Type {
	case Array, Map:
		c.check(reader.Elem, writer.Elem, append(path, "items"))
	case Fixed:
		if reader.Size != writer.Size {
			c.complain(path, "fixed of another size")
		}
	case Enum:
		for _, s := range writer.Symbols {
			if !slices.Contains(reader.Symbols, s) && reader.Default == nil {
				c.complain(path, "reader enum lacking symbol "+s)
			}
		}
	case Record:
		for i := range reader.Fields {
			f := &reader.Fields[i]
			w := writer.Field(f.Name)
			for k := 0; w == nil && k < len(f.Aliases); k++ {
				w = writer.Field(f.Aliases[k])
			}
			switch {
			case w != nil:
				c.check(f.Schema, w.Schema, append(path[:len(path):len(path)], f.Name))
			case f.Default == nil && !(f.Schema.Type == Enum && f.Schema.Default != nil):
				c.complain(path, "reader field without default, missing in writer: "+f.Name)
			}
		}
	}
}

// sameName reports whether a reader's named type may read a writer's. Source: SchemaCompatibility.schemaNameEquals.
func sameName(reader, writer *Schema) bool {
	return reader.Name.Name == writer.Name.Name || slices.Contains(reader.Aliases, writer.Name)
}
