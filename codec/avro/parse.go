package avro

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// Bounds of a schema's text. Java has none but its stack; what a registry holds is far below.
const (
	SchemaBytesMax = 16 << 20 // of all texts of a schema
	SchemaDepthMax = 200      // of types in each other
	schemaTypesMax = 100_000  // types that are written out
)

// ParseSchema reads the text of a schema. Named types of references, given in the order in which they
// build on each other, may be used in it.
//
// Errors: *codec.Error with the class and the text of Java, and what is beyond the bounds.
// Source: Schema.Parser of 1.11 without the check of defaults, as the registry's client parses.
func ParseSchema(text string, references ...string) (*Schema, error) {
	p := parser{names: map[Name]*Schema{}, left: SchemaBytesMax}
	for _, r := range references {
		if _, err := p.parse(r); err != nil {
			return nil, err
		}
	}
	return p.parse(text)
}

// parser reads one schema after another.
type parser struct {
	names map[Name]*Schema
	space string
	depth int
	types int
	left  int // bytes that may still be read
}

func (p *parser) parse(text string) (*Schema, error) {
	if p.left -= len(text); p.left < 0 {
		return nil, parseError("schema of more than " + strconv.Itoa(SchemaBytesMax) + " bytes")
	}
	n, err := jsonscan.Parse([]byte(text))
	if err != nil {
		return nil, parseError(javaText(err))
	}
	if n.Kind == jsonscan.Missing {
		return nil, parseError("Cannot parse <null> schema")
	}
	p.space = ""
	return p.schema(&n)
}

// javaText is Throwable.toString of a cause.
func javaText(err error) string {
	var j interface{ JavaClass() string }
	if errors.As(err, &j) {
		return j.JavaClass() + ": " + err.Error()
	}
	return err.Error()
}

// shown returns a value for messages.
func shown(n *jsonscan.Node) string {
	v := nodeOf(n)
	return v.String()
}

func (p *parser) schema(n *jsonscan.Node) (*Schema, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.types++; p.depth > SchemaDepthMax || p.types > schemaTypesMax {
		return nil, parseError("schema of more than " + strconv.Itoa(SchemaDepthMax) + " types in each other, or of more than " + strconv.Itoa(schemaTypesMax))
	}
	switch n.Kind {
	case jsonscan.String:
		s, err := p.get(n.Text)
		if err == nil && s == nil {
			err = parseError("Undefined name: " + shown(n))
		}
		return s, err
	case jsonscan.Object:
		return p.object(n)
	case jsonscan.Array:
		types := make([]*Schema, len(n.Items))
		for i := range n.Items {
			var err error
			if types[i], err = p.schema(&n.Items[i]); err != nil {
				return nil, err
			}
		}
		return newUnion(types)
	}
	return nil, parseError("Schema not yet supported: " + shown(n))
}

// get returns the schema of a name, nil where there is none. Source: Schema.Names.get.
func (p *parser) get(name string) (*Schema, error) {
	if t, ok := primitiveOf(name); ok {
		return &Schema{Type: t}, nil
	}
	full, err := newName(name, p.space)
	if err != nil {
		return nil, err
	}
	if s := p.names[full]; s != nil {
		return s, nil
	}
	if full, err = newName(name, ""); err != nil {
		return nil, err
	}
	return p.names[full], nil
}

// newUnion makes a union. Source: Schema.UnionSchema.
func newUnion(types []*Schema) (*Schema, error) {
	seen := map[string]bool{}
	for _, t := range types {
		if t.Type == Union {
			return nil, avroError("Nested union: " + (&Schema{Type: Union, Types: types}).String())
		}
		name := t.FullName()
		if name == "" {
			return nil, avroError("Nameless in union:" + t.String())
		}
		if seen[name] {
			return nil, avroError("Duplicate in union:" + name)
		}
		seen[name] = true
	}
	return &Schema{Type: Union, Types: types}, nil
}

// requiredText returns a member that must be text. Source: Schema.getRequiredText.
func requiredText(n *jsonscan.Node, name, complaint string) (string, error) {
	m := n.Member(name)
	if m == nil || m.Kind != jsonscan.String {
		return "", parseError(complaint + ": " + shown(n))
	}
	return m.Text, nil
}

// optionalText returns a member that is text, nil without one.
func optionalText(n *jsonscan.Node, name string) *string {
	if m := n.Member(name); m != nil && m.Kind == jsonscan.String {
		return &m.Text
	}
	return nil
}

func (p *parser) object(n *jsonscan.Node) (*Schema, error) {
	kind, err := requiredText(n, "type", "No type")
	if err != nil {
		return nil, err
	}
	saved := p.space
	defer func() { p.space = saved }()
	var s *Schema
	switch kind {
	case "record", "error", "enum", "fixed":
		s, err = p.named(n, kind)
	case "array", "map":
		s, err = p.container(n, kind)
	default:
		t, ok := primitiveOf(kind)
		if !ok {
			return p.selfReference(kind)
		}
		s = &Schema{Type: t}
	}
	if err != nil {
		return nil, err
	}
	for i, name := range n.Names {
		if !reserved(s.Type, name) {
			s.Props = append(s.Props, Prop{name, nodeOf(&n.Items[i])})
		}
	}
	p.space = saved
	if s.Type.named() {
		aliases, err := textsOf(n, "aliases")
		if err != nil {
			return nil, err
		}
		for _, a := range aliases {
			name, err := newName(a, s.Name.Space)
			if err != nil {
				return nil, err
			}
			s.Aliases = append(s.Aliases, name)
		}
	}
	return s, nil
}

// selfReference returns the schema that {"type":"name"} names.
func (p *parser) selfReference(kind string) (*Schema, error) {
	name, err := newName(kind, p.space)
	if err != nil {
		return nil, err
	}
	if s := p.names[name]; s != nil {
		return s, nil
	}
	return nil, parseError("Type not supported: " + kind)
}

func (p *parser) container(n *jsonscan.Node, kind string) (*Schema, error) {
	t, member, complaint := Array, "items", "Array has no items type: "
	if kind == "map" {
		t, member, complaint = Map, "values", "Map has no values type: "
	}
	elem := n.Member(member)
	if elem == nil {
		return nil, parseError(complaint + shown(n))
	}
	e, err := p.schema(elem)
	return &Schema{Type: t, Elem: e}, err
}

// named reads a record, an enum or a fixed.
func (p *parser) named(n *jsonscan.Node, kind string) (*Schema, error) {
	space := p.space
	if t := optionalText(n, "namespace"); t != nil {
		space = *t
	}
	text, err := requiredText(n, "name", "No name in schema")
	if err != nil {
		return nil, err
	}
	s := &Schema{Doc: optionalText(n, "doc"), Error: kind == "error"}
	if s.Name, err = newName(text, space); err != nil {
		return nil, err
	}
	p.space = s.Name.Space
	switch kind {
	case "enum":
		s.Type = Enum
		err = p.enum(s, n)
	case "fixed":
		s.Type = Fixed
		size := n.Member("size")
		if size == nil || !size.IsInt32() {
			return nil, parseError("Invalid or no size: " + shown(n))
		}
		if s.Size = int32(size.Int); s.Size < 0 {
			err = illegalArgument("Invalid fixed size: " + strconv.Itoa(int(s.Size)))
		}
	default:
		s.Type = Record
		if err = p.add(s); err == nil {
			err = p.fields(s, n)
		}
		return s, err
	}
	if err != nil {
		return nil, err
	}
	return s, p.add(s)
}

func (p *parser) add(s *Schema) error {
	if _, ok := primitiveOf(s.Name.Full()); ok && s.Name.Space == "" {
		return avroTypeName(s.Name.Name)
	}
	if p.names[s.Name] != nil {
		return parseError("Can't redefine: " + s.Name.Full())
	}
	p.names[s.Name] = s
	return nil
}

func (p *parser) enum(s *Schema, n *jsonscan.Node) error {
	list := n.Member("symbols")
	if list == nil || list.Kind != jsonscan.Array {
		return parseError("Enum has no symbols: " + shown(n))
	}
	for i := range list.Items {
		s.Symbols = append(s.Symbols, list.Items[i].Text)
	}
	s.Default = optionalText(n, "default")
	return checkEnum(s)
}

// checkEnum checks symbols and the default. Source: Schema.EnumSchema.
func checkEnum(s *Schema) error {
	seen := map[string]bool{}
	for _, sym := range s.Symbols {
		if err := checkName(sym); err != nil {
			return err
		}
		if seen[sym] {
			return parseError("Duplicate enum symbol: " + sym)
		}
		seen[sym] = true
	}
	if s.Default != nil && !seen[*s.Default] {
		return parseError("The Enum Default: " + *s.Default + " is not in the enum symbol set: [" + strings.Join(s.Symbols, ", ") + "]")
	}
	return nil
}

func (p *parser) fields(s *Schema, n *jsonscan.Node) error {
	list := n.Member("fields")
	if list == nil || list.Kind != jsonscan.Array {
		return parseError("Record has no fields: " + shown(n))
	}
	fields := make([]Field, 0, len(list.Items))
	for i := range list.Items {
		f, err := p.field(&list.Items[i])
		if err != nil {
			return err
		}
		fields = append(fields, f)
	}
	return s.setFields(fields)
}

// setFields gives a record its members. Source: RecordSchema.setFields.
func (s *Schema) setFields(fields []Field) error {
	seen := make(map[string]bool, len(fields))
	for i := range fields {
		if seen[fields[i].Name] {
			return avroError("Duplicate field " + fields[i].Name + " in record " + s.Name.Full() + ": " + fields[i].Name + " type:" + strings.ToUpper(fields[i].Schema.Type.String()) + " pos:" + strconv.Itoa(i) + " and " + fields[i].Name + ".")
		}
		seen[fields[i].Name] = true
	}
	s.Fields = fields
	return nil
}

func (p *parser) field(n *jsonscan.Node) (f Field, err error) {
	if f.Name, err = requiredText(n, "name", "No field name"); err != nil {
		return f, err
	}
	f.Doc = optionalText(n, "doc")
	kind := n.Member("type")
	if kind == nil {
		return f, parseError("No field type: " + shown(n))
	}
	if kind.Kind == jsonscan.String {
		if known, err := p.get(kind.Text); err != nil || known == nil {
			if err == nil {
				err = parseError(shown(kind) + ` is not a defined name. The type of the "` + f.Name + `" field must be a defined name or a {"type": ...} expression.`)
			}
			return f, err
		}
	}
	if f.Schema, err = p.schema(kind); err != nil {
		return f, err
	}
	if o := optionalText(n, "order"); o != nil {
		switch order := strings.ToLower(*o); order {
		case "ascending":
		case "descending", "ignore":
			f.Order = order
		default:
			return f, illegalArgument("No enum constant org.apache.avro.Schema.Field.Order." + strings.ToUpper(*o))
		}
	}
	if d := n.Member("default"); d != nil {
		v := nodeOf(d)
		if v.Kind == NodeString && (f.Schema.Type == Float || f.Schema.Type == Double) {
			x, err := java.ParseDouble(v.Text)
			if err != nil {
				return f, err
			}
			v = Node{Kind: NodeDouble, Float: x}
		}
		f.Default = &v
	}
	if err := checkName(f.Name); err != nil {
		return f, err
	}
	for i, name := range n.Names {
		if !slices.Contains([]string{"default", "doc", "name", "order", "type", "aliases"}, name) {
			f.Props = append(f.Props, Prop{name, nodeOf(&n.Items[i])})
		}
	}
	f.Aliases, err = textsOf(n, "aliases")
	return f, err
}

// textsOf returns a member that is a list of texts, without repetitions. Source: Schema.parseAliases.
func textsOf(n *jsonscan.Node, name string) ([]string, error) {
	list := n.Member(name)
	if list == nil {
		return nil, nil
	}
	if list.Kind != jsonscan.Array {
		return nil, parseError("aliases not an array: " + shown(n))
	}
	var out []string
	for i := range list.Items {
		if list.Items[i].Kind != jsonscan.String {
			return nil, parseError("alias not a string: " + shown(&list.Items[i]))
		}
		if !slices.Contains(out, list.Items[i].Text) {
			out = append(out, list.Items[i].Text)
		}
	}
	return out, nil
}
