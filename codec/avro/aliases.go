package avro

// aliases are the names that a reader's schema has for those of a writer's. Source: Schema.getAliases.
type aliases struct {
	names  map[Name]Name
	fields map[Name]map[string]string // by record, as the reader names it or an alias of it
	seen   map[*Schema]*Schema
}

// withAliases returns the writer's schema under the names that the reader has for it. Errors: names that then come twice.
// Source: Schema.applyAliases.
func withAliases(writer, reader *Schema) (*Schema, error) {
	if writer.Equal(reader) {
		return writer, nil
	}
	a := aliases{names: map[Name]Name{}, fields: map[Name]map[string]string{}, seen: map[*Schema]*Schema{}}
	a.collect(reader)
	if len(a.names) == 0 && len(a.fields) == 0 {
		return writer, nil
	}
	clear(a.seen)
	return a.apply(writer)
}

func (a *aliases) collect(s *Schema) {
	for _, old := range s.Aliases {
		a.names[old] = s.Name
	}
	switch s.Type {
	case Record:
		if a.seen[s] != nil {
			return
		}
		a.seen[s] = s
		for i := range s.Fields {
			f := &s.Fields[i]
			for _, old := range f.Aliases {
				if a.fields[s.Name] == nil {
					a.fields[s.Name] = map[string]string{}
				}
				a.fields[s.Name][old] = f.Name
			}
			a.collect(f.Schema)
		}
		if of := a.fields[s.Name]; of != nil {
			for _, old := range s.Aliases {
				a.fields[old] = of
			}
		}
	case Array, Map:
		a.collect(s.Elem)
	case Union:
		for _, t := range s.Types {
			a.collect(t)
		}
	}
}

// apply returns s renamed. What need not be is shared.
func (a *aliases) apply(s *Schema) (*Schema, error) {
	if known := a.seen[s]; known != nil {
		return known, nil
	}
	out := *s
	if name, ok := a.names[s.Name]; ok && s.Type.named() {
		out.Name = name
	}
	switch s.Type {
	case Record:
		a.seen[s] = &out
		out.Fields = make([]Field, len(s.Fields))
		taken := make(map[string]bool, len(s.Fields))
		for i, f := range s.Fields {
			var err error
			if f.Schema, err = a.apply(f.Schema); err != nil {
				return nil, err
			}
			if name, ok := a.fields[out.Name][f.Name]; ok {
				f.Name = name
			}
			if taken[f.Name] {
				return nil, avroError("Duplicate field " + f.Name + " in record " + out.Name.Full())
			}
			taken[f.Name] = true
			out.Fields[i] = f
		}
	case Array, Map:
		elem, err := a.apply(s.Elem)
		if err != nil {
			return nil, err
		}
		out.Elem = elem
	case Union:
		types := make([]*Schema, len(s.Types))
		for i, t := range s.Types {
			var err error
			if types[i], err = a.apply(t); err != nil {
				return nil, err
			}
		}
		return newUnion(types)
	}
	return &out, nil
}
