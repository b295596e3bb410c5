package protobuf

import (
	"strconv"
	"strings"
)

// String returns the file as Java prints it: what is registered, and what schemas are compared by.
// Source: ProtobufSchemaUtils.toString.
func (f *File) String() string {
	var b strings.Builder
	if f.Syntax != "" {
		b.WriteString("syntax = \"" + f.Syntax + "\";\n")
	}
	if f.Package != "" {
		b.WriteString("package " + f.Package + ";\n")
	}
	if len(f.Imports)+len(f.PublicImports) > 0 {
		b.WriteByte('\n')
	}
	for _, path := range f.Imports {
		b.WriteString("import \"" + path + "\";\n")
	}
	for _, path := range f.PublicImports {
		b.WriteString("import public \"" + path + "\";\n")
	}
	if len(f.Options) > 0 {
		b.WriteByte('\n')
		for i := range f.Options {
			b.WriteString(f.Options[i].statement())
		}
	}
	if len(f.Messages)+len(f.Enums) > 0 {
		b.WriteByte('\n')
	}
	for _, m := range f.Messages {
		b.WriteString(m.text())
	}
	for _, e := range f.Enums {
		b.WriteString(e.text())
	}
	if len(f.Extends) > 0 {
		b.WriteByte('\n')
	}
	for i := range f.Extends {
		b.WriteString(f.Extends[i].text())
	}
	if len(f.Services) > 0 {
		b.WriteByte('\n')
	}
	for i := range f.Services {
		b.WriteString(f.Services[i].text())
	}
	return b.String()
}

// block is the text of a declaration with braces, made of sections with an empty line before each.
type block struct{ strings.Builder }

// open starts a declaration.
func (b *block) open(head string) { b.WriteString(head + " {") }

// section starts a section with n items.
func (b *block) section(n int) {
	if n > 0 {
		b.WriteByte('\n')
	}
}

// item adds lines of text, indented.
func (b *block) item(text string) { indent(&b.Builder, text) }

// items adds a section of declarations.
func items[T any](b *block, of []T, text func(*T) string) {
	b.section(len(of))
	for i := range of {
		b.item(text(&of[i]))
	}
}

// closed ends the declaration.
func (b *block) closed() string {
	b.WriteString("}\n")
	return b.String()
}

// indent adds lines, two spaces before each. Source: ProtobufSchemaUtils.appendIndented.
func indent(b *strings.Builder, text string) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		b.WriteString("  " + line + "\n")
	}
}

func (m *MessageType) text() string {
	var b block
	b.open("message " + m.Name)
	b.section(len(m.Reserved))
	for i := range m.Reserved {
		b.item(m.Reserved[i].text("reserved"))
	}
	items(&b, m.Options, (*Option).statement)
	items(&b, m.Fields, (*FieldType).text)
	items(&b, m.Oneofs, (*OneofType).text)
	items(&b, m.Groups, (*Group).text)
	b.section(len(m.Extensions))
	for i := range m.Extensions {
		b.item(m.Extensions[i].text("extensions"))
	}
	items(&b, m.Extends, (*Extend).text)
	b.section(len(m.Messages) + len(m.Enums))
	for _, t := range m.Messages {
		b.item(t.text())
	}
	for _, t := range m.Enums {
		b.item(t.text())
	}
	return b.closed()
}

func (e *EnumType) text() string {
	var b block
	b.open("enum " + e.Name)
	b.section(len(e.Reserved) + len(e.Options) + len(e.Constants))
	for i := range e.Reserved {
		b.item(e.Reserved[i].text("reserved"))
	}
	for i := range e.Options {
		b.item(e.Options[i].statement())
	}
	for i := range e.Constants {
		c := &e.Constants[i]
		text := c.Name + " = " + strconv.Itoa(int(c.Tag))
		if len(c.Options) > 0 {
			text += " " + bracketed(c.Options)
		}
		b.item(text + ";\n")
	}
	return b.closed()
}

func (o *OneofType) text() string {
	var b block
	b.open("oneof " + o.Name)
	items(&b, o.Options, (*Option).statement)
	items(&b, o.Fields, (*FieldType).text)
	items(&b, o.Groups, (*Group).text)
	return b.closed()
}

func (g *Group) text() string {
	var b block
	head := "group " + g.Name + " = " + strconv.Itoa(int(g.Tag))
	if g.Label != "" {
		head = g.Label + " " + head
	}
	b.open(head)
	items(&b, g.Fields, (*FieldType).text)
	return b.closed()
}

func (x *Extend) text() string {
	var b block
	b.open("extend " + x.Name)
	items(&b, x.Fields, (*FieldType).text)
	return b.closed()
}

func (s *Service) text() string {
	var b block
	b.open("service " + s.Name)
	items(&b, s.Options, (*Option).statement)
	items(&b, s.Methods, (*Method).text)
	return b.closed()
}

func (m *Method) text() string {
	stream := func(yes bool) string {
		if yes {
			return "stream "
		}
		return ""
	}
	out := "rpc " + m.Name + " (" + stream(m.StreamsRequest) + m.Request + ") returns (" + stream(m.StreamsAnswer) + m.Response + ")"
	if len(m.Options) == 0 {
		return out + ";\n"
	}
	var b strings.Builder
	b.WriteString(out + " {\n")
	for i := range m.Options {
		indent(&b, m.Options[i].statement())
	}
	b.WriteString("};\n")
	return b.String()
}

func (r *Ranges) text(word string) string {
	parts := make([]string, len(r.Items))
	for i := range r.Items {
		x := &r.Items[i]
		switch {
		case x.Name != "":
			parts[i] = "\"" + x.Name + "\""
		case x.Single:
			parts[i] = strconv.Itoa(int(x.First))
		case x.Last >= tagMax:
			parts[i] = strconv.Itoa(int(x.First)) + " to max"
		default:
			parts[i] = strconv.Itoa(int(x.First)) + " to " + strconv.Itoa(int(x.Last))
		}
	}
	out := word + " " + strings.Join(parts, ", ")
	if len(r.Options) > 0 {
		out += " " + bracketed(r.Options)
	}
	return out + ";\n"
}

func (f *FieldType) text() string {
	out := f.Type + " " + f.Name + " = " + strconv.Itoa(int(f.Tag))
	if f.Label != "" {
		out = f.Label + " " + out
	}
	options := f.Options[:len(f.Options):len(f.Options)]
	if f.Default != nil {
		options = append(options, Option{Name: "default", Value: OptionValue{Kind: defaultKind(f.Type), Text: *f.Default}})
	}
	if f.JSONName != nil {
		options = append(options, Option{Name: "json_name", Value: OptionValue{Kind: OptionString, Text: *f.JSONName}})
	}
	if len(options) > 0 {
		out += " " + bracketed(options)
	}
	return out + ";\n"
}

// defaultKind says how the default of a field of some type is printed.
func defaultKind(typ string) OptionKind {
	switch {
	case typ == "bool":
		return OptionBoolean
	case typ == "string":
		return OptionString
	case scalarOf(typ) != typeNone:
		return OptionNumber
	}
	return OptionEnum
}

// statement is an option of its own line.
func (o *Option) statement() string { return "option " + o.text() + ";\n" }

// text is a name and a value.
func (o *Option) text() string {
	name := o.Name
	if o.Custom {
		name = "(" + name + ")"
	}
	return name + o.Value.assigned()
}

// assigned is the value behind a name.
func (v *OptionValue) assigned() string {
	switch v.Kind {
	case OptionNested:
		return "." + v.Names[0] + v.Items[0].assigned()
	case OptionList:
		texts := make([]string, len(v.Items))
		for i := range v.Items {
			texts[i] = v.Items[i].text()
		}
		return " = " + listed(texts)
	}
	return " = " + v.text()
}

// text is the value alone. Source: ProtobufSchemaUtils.formatOptionMapOrListValue.
func (v *OptionValue) text() string {
	var b strings.Builder
	switch v.Kind {
	case OptionString:
		return "\"" + escaped(v.Text) + "\""
	case OptionMap:
		b.WriteString("{\n")
		for i := range v.Items {
			kv := v.Names[i] + ": " + v.Items[i].text()
			if i < len(v.Items)-1 {
				kv += ","
			}
			indent(&b, kv)
		}
		b.WriteByte('}')
		return b.String()
	case OptionList:
		b.WriteString("[\n")
		for i := range v.Items {
			item := v.Items[i].text()
			if i < len(v.Items)-1 {
				item += ","
			}
			indent(&b, item)
		}
		b.WriteByte(']')
		return b.String()
	case OptionNested:
		return v.Names[0] + v.Items[0].assigned()
	}
	return v.Text
}

// bracketed are options behind a field.
func bracketed(options []Option) string {
	texts := make([]string, len(options))
	for i := range options {
		texts[i] = options[i].text()
	}
	return listed(texts)
}

// listed puts texts in brackets, more than one on lines of their own.
func listed(texts []string) string {
	if len(texts) == 1 {
		return "[" + texts[0] + "]"
	}
	var b strings.Builder
	b.WriteString("[\n")
	for i, t := range texts {
		if i < len(texts)-1 {
			t += ","
		}
		indent(&b, t)
	}
	b.WriteByte(']')
	return b.String()
}

// escaped is text as it stands in quotes. Source: ProtobufSchemaUtils.escapeChars.
func escaped(s string) string {
	return strings.NewReplacer("\a", `\a`, "\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\v", `\v`, `\`, `\\`, `'`, `\'`, `"`, `\"`).Replace(s)
}
