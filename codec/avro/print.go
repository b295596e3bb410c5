package avro

// String returns the schema's text as Java prints it: compact, properties in order of insertion, names
// shortened where their namespace is that of what is around them. Source: Schema.toString.
func (s *Schema) String() string {
	p := printer{names: map[Name]*Schema{}}
	p.schema(s)
	return string(p.out)
}

// printable returns the error with which Java prints a schema that has two types of one name. Source: Schema.Names.put.
func (s *Schema) printable() error {
	p := printer{names: map[Name]*Schema{}}
	p.schema(s)
	if p.twice != nil {
		return parseError("Can't redefine: " + p.twice.Full())
	}
	return nil
}

// printer writes one schema.
type printer struct {
	out   []byte
	names map[Name]*Schema // what was written in full
	twice *Name            // the first that was so for two schemas
	space string           // the namespace around
}

func (p *printer) text(s string) { p.out = appendText(p.out, s) }

// member starts a member of the object that is open.
func (p *printer) member(name string) {
	if p.out[len(p.out)-1] != '{' {
		p.out = append(p.out, ',')
	}
	p.text(name)
	p.out = append(p.out, ':')
}

func (p *printer) textMember(name, value string) {
	p.member(name)
	p.text(value)
}

func (p *printer) schema(s *Schema) {
	switch {
	case s.Type == Union:
		p.out = append(p.out, '[')
		for i, t := range s.Types {
			if i > 0 {
				p.out = append(p.out, ',')
			}
			p.schema(t)
		}
		p.out = append(p.out, ']')
		return
	case s.Type >= String && len(s.Props) == 0:
		p.text(s.Type.String())
		return
	case s.Type.named():
		if known := p.names[s.Name]; known != nil && s.Equal(known) {
			p.text(qualified(s.Name, p.space))
			return
		} else if s.Name.Name != "" {
			if known != nil && p.twice == nil {
				p.twice = &s.Name
			}
			p.names[s.Name] = s
		}
	}
	p.out = append(p.out, '{')
	kind := s.Type.String()
	if s.Error {
		kind = "error"
	}
	p.textMember("type", kind)
	switch s.Type {
	case Array:
		p.member("items")
		p.schema(s.Elem)
	case Map:
		p.member("values")
		p.schema(s.Elem)
	case Record, Enum, Fixed:
		p.named(s)
		return
	}
	p.props(s.Props)
	p.out = append(p.out, '}')
}

// named writes what follows the type of a named schema.
func (p *printer) named(s *Schema) {
	p.textMember("name", s.Name.Name)
	if s.Name.Space != p.space {
		p.textMember("namespace", s.Name.Space)
	}
	saved := p.space
	if s.Type == Record {
		p.space = s.Name.Space
	}
	if s.Doc != nil {
		p.textMember("doc", *s.Doc)
	}
	switch s.Type {
	case Record:
		p.member("fields")
		p.fields(s.Fields)
	case Enum:
		p.member("symbols")
		p.texts(s.Symbols)
		if s.Default != nil {
			p.textMember("default", *s.Default)
		}
	case Fixed:
		p.member("size")
		n := intNode(int64(s.Size))
		p.out = n.append(p.out)
	}
	p.props(s.Props)
	if len(s.Aliases) > 0 {
		aliases := make([]string, len(s.Aliases))
		for i, a := range s.Aliases {
			aliases[i] = qualified(a, s.Name.Space)
		}
		p.member("aliases")
		p.texts(aliases)
	}
	p.out = append(p.out, '}')
	p.space = saved
}

func (p *printer) fields(fields []Field) {
	p.out = append(p.out, '[')
	for i := range fields {
		f := &fields[i]
		if i > 0 {
			p.out = append(p.out, ',')
		}
		p.out = append(p.out, '{')
		p.textMember("name", f.Name)
		p.member("type")
		p.schema(f.Schema)
		if f.Doc != nil {
			p.textMember("doc", *f.Doc)
		}
		if f.Default != nil {
			p.member("default")
			p.out = f.Default.append(p.out)
		}
		if f.Order != "" {
			p.textMember("order", f.Order)
		}
		if len(f.Aliases) > 0 {
			p.member("aliases")
			p.texts(f.Aliases)
		}
		p.props(f.Props)
		p.out = append(p.out, '}')
	}
	p.out = append(p.out, ']')
}

func (p *printer) texts(list []string) {
	p.out = append(p.out, '[')
	for i, t := range list {
		if i > 0 {
			p.out = append(p.out, ',')
		}
		p.text(t)
	}
	p.out = append(p.out, ']')
}

func (p *printer) props(props []Prop) {
	for i := range props {
		p.member(props[i].Name)
		p.out = props[i].Value.append(p.out)
	}
}

// qualified returns n as it is written inside a namespace. Source: Name.getQualified.
func qualified(n Name, space string) string {
	if n.Space == "" || n.Space != space {
		return n.Full()
	}
	for _, t := range typeNames {
		if t == n.Name {
			return n.Full()
		}
	}
	return n.Name
}
