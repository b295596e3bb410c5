package protobuf

import (
	"github.com/millrace/millrace/codec/schemaregistry"
)

// Kind is what a registry inside the process asks of Protobuf: the text under which it keeps a schema, and whether one reads
// the other. Source: ProtobufSchema.
func Kind() schemaregistry.Kind {
	return schemaregistry.Kind{
		Name: schemaregistry.Protobuf,
		Canonical: func(s schemaregistry.Parsed, _ bool) (string, error) {
			l, err := linkKind(s)
			if err != nil {
				return "", err
			}
			return l.File.String(), nil
		},
		Same: func(a, b schemaregistry.Parsed) bool { return a.Text == b.Text },
		Compatible: func(reader, writer schemaregistry.Parsed) []string {
			r, err := linkKind(reader)
			if err == nil {
				var w *Linked
				if w, err = linkKind(writer); err == nil {
					return incompatibilities(w, r)
				}
			}
			return []string{err.Error()}
		},
	}
}

func linkKind(s schemaregistry.Parsed) (*Linked, error) {
	f, err := parseSchema(s.Text)
	if err != nil {
		return nil, err
	}
	imports := map[string]*File{}
	for i := range s.References {
		if imports[s.References[i].Name], err = parseSchema(s.References[i].Text); err != nil {
			return nil, err
		}
	}
	return Link(f, imports)
}

// recordName returns the full name of a schema's first type. Source: ProtobufSchema.name.
func recordName(s *schemaregistry.Schema) string {
	f, err := parseSchema(s.Text)
	if err != nil {
		return ""
	}
	switch {
	case len(f.Messages) > 0:
		return qualified(f.Package, f.Messages[0].Name)
	case len(f.Enums) > 0:
		return qualified(f.Package, f.Enums[0].Name)
	}
	return ""
}

// compatible says why reader cannot read what was written with writer; empty: it can.
func compatible(r *schemaregistry.Registry, reader, writer *schemaregistry.Schema) ([]string, error) {
	var linked [2]*Linked
	for i, s := range []*schemaregistry.Schema{reader, writer} {
		refs, err := r.Resolve(s)
		if err != nil {
			return nil, err
		}
		parsed := schemaregistry.Parsed{Text: s.Text}
		for k := range refs {
			parsed.References = append(parsed.References, schemaregistry.ParsedReference{Name: refs[k].Name, Text: refs[k].Text})
		}
		if linked[i], err = linkKind(parsed); err != nil {
			return nil, err
		}
	}
	return incompatibilities(linked[1], linked[0]), nil
}
