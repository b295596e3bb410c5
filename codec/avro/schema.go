package avro

import "slices"

// Type is an Avro type.
type Type uint8

// The types, in Java's order.
const (
	Record Type = iota
	Enum
	Array
	Map
	Union
	Fixed
	String
	Bytes
	Int
	Long
	Float
	Double
	Boolean
	Null
)

var typeNames = [...]string{"record", "enum", "array", "map", "union", "fixed", "string", "bytes", "int", "long", "float", "double", "boolean", "null"}

// String returns the name that schemas use.
func (t Type) String() string { return typeNames[t] }

// named reports whether schemas of the type have a name.
func (t Type) named() bool { return t == Record || t == Enum || t == Fixed }

// primitiveOf returns the type that a name of a primitive stands for.
func primitiveOf(name string) (Type, bool) {
	for t := String; t <= Null; t++ {
		if typeNames[t] == name {
			return t, true
		}
	}
	return 0, false
}

// Schema is an Avro schema. Records may contain themselves. Not to be changed once it is in use.
// Source: org.apache.avro.Schema.
type Schema struct {
	Type    Type
	Name    Name    // RECORD, ENUM, FIXED
	Doc     *string // RECORD, ENUM, FIXED
	Aliases []Name
	Props   []Prop // in order of insertion
	Error   bool   // RECORD: written as "error"

	Fields  []Field   // RECORD
	Symbols []string  // ENUM
	Default *string   // ENUM: its default symbol
	Size    int32     // FIXED
	Elem    *Schema   // ARRAY: items; MAP: values
	Types   []*Schema // UNION
}

// Name is a name and its namespace, "" without one.
type Name struct{ Name, Space string }

// Full returns the name with its namespace.
func (n Name) Full() string {
	if n.Space == "" {
		return n.Name
	}
	return n.Space + "." + n.Name
}

// Field is a member of a record.
type Field struct {
	Name    string
	Schema  *Schema
	Doc     *string
	Default *Node // nil: none
	Order   string
	Aliases []string
	Props   []Prop
}

// Prop is a property that Avro itself gives no meaning.
type Prop struct {
	Name  string
	Value Node
}

// FullName returns the name of a named schema, the type's name of others.
func (s *Schema) FullName() string {
	if s.Type.named() {
		return s.Name.Full()
	}
	return s.Type.String()
}

// Prop returns a property, or nil.
func (s *Schema) Prop(name string) *Node { return propOf(s.Props, name) }

func propOf(props []Prop, name string) *Node {
	for i := range props {
		if props[i].Name == name {
			return &props[i].Value
		}
	}
	return nil
}

// textProp returns a property that is text, "" without one. Source: JsonProperties.getProp.
func (s *Schema) textProp(name string) string {
	if n := s.Prop(name); n != nil && n.Kind == NodeString {
		return n.Text
	}
	return ""
}

// add sets a property that is not there yet; one that is there must be equal.
// Source: JsonProperties.addProp.
func (s *Schema) add(name string, v Node) error {
	if reserved(s.Type, name) {
		return avroError("Can't set reserved property: " + name)
	}
	if old := s.Prop(name); old != nil {
		if !old.Equal(v) {
			return avroError("Can't overwrite property: " + name)
		}
		return nil
	}
	s.Props = append(s.Props, Prop{name, v})
	return nil
}

// reserved reports whether a member of a schema's JSON has a meaning of Avro's.
func reserved(t Type, name string) bool {
	switch name {
	case "doc", "fields", "items", "name", "namespace", "size", "symbols", "values", "type", "aliases":
		return true
	case "default":
		return t == Enum
	}
	return false
}

// Field returns a member of a record, or nil.
func (s *Schema) Field(name string) *Field {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i]
		}
	}
	return nil
}

// branch returns the position of the type or of the named schema in a union, -1 where it has none.
// Source: Schema.getIndexNamed.
func (s *Schema) branch(name string) int {
	return slices.IndexFunc(s.Types, func(b *Schema) bool { return b.FullName() == name })
}

// pair is two schemas that are being compared.
type pair struct{ a, b *Schema }

// Equal reports whether both describe the same; docs and aliases do not count. Source: Schema.equals.
func (s *Schema) Equal(o *Schema) bool { return s.equal(o, map[pair]bool{}) }

func (s *Schema) equal(o *Schema, seen map[pair]bool) bool {
	if s == o {
		return true
	}
	if s.Type != o.Type || s.Name != o.Name || s.Size != o.Size || !slices.Equal(s.Symbols, o.Symbols) ||
		len(s.Fields) != len(o.Fields) || len(s.Types) != len(o.Types) || !sameProps(s.Props, o.Props) {
		return false
	}
	if seen[pair{s, o}] {
		return true // compared further up
	}
	seen[pair{s, o}] = true
	if s.Elem != nil && !s.Elem.equal(o.Elem, seen) {
		return false
	}
	for i := range s.Types {
		if !s.Types[i].equal(o.Types[i], seen) {
			return false
		}
	}
	for i := range s.Fields {
		a, b := &s.Fields[i], &o.Fields[i]
		if a.Name != b.Name || a.Order != b.Order || (a.Default == nil) != (b.Default == nil) || !sameProps(a.Props, b.Props) ||
			a.Default != nil && !a.Default.Equal(*b.Default) || !a.Schema.equal(b.Schema, seen) {
			return false
		}
	}
	return true
}

func sameProps(a, b []Prop) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if v := propOf(b, a[i].Name); v == nil || !a[i].Value.Equal(*v) {
			return false
		}
	}
	return true
}
