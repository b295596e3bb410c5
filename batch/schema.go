package batch

import (
	"slices"
	"strconv"
)

// Schema describes a value: type, optional flag, default, name, version, doc, parameters, and fields,
// key or element. It is immutable after Build; schemas are compared by pointer on hot paths and by
// Equal otherwise. A nil *Schema means schemaless. Source: ConnectSchema.
type Schema struct {
	kind       Kind
	logical    Logical
	optional   bool
	hasName    bool
	hasVersion bool
	hasDoc     bool
	hasDefault bool
	version    int32
	scale      int32 // LogicalDecimal: the parameter scale; see Scale
	scaleOK    bool
	name, doc  string
	params     []Param // nil: none (Java null); in insertion order
	def        Value
	fields     []Field
	index      map[string]int32 // field name -> position
	key        *Schema          // MAP
	elem       *Schema          // ARRAY elements, MAP values
}

// Param is one schema parameter.
type Param struct{ Key, Value string }

// Field is one member of a STRUCT schema.
type Field struct {
	Name   string
	Index  int32
	Schema *Schema
}

// Kind returns the type.
func (s *Schema) Kind() Kind { return s.kind }

// Logical returns the logical type that the name gives.
func (s *Schema) Logical() Logical { return s.logical }

// Optional reports whether null is a valid value.
func (s *Schema) Optional() bool { return s.optional }

// Name returns the schema name; "" also when there is none, see HasName.
func (s *Schema) Name() string { return s.name }

// HasName reports whether the name is not null.
func (s *Schema) HasName() bool { return s.hasName }

// Version returns the version, 0 when there is none.
func (s *Schema) Version() int32 { return s.version }

// HasVersion reports whether the version is not null.
func (s *Schema) HasVersion() bool { return s.hasVersion }

// Doc returns the documentation, "" when there is none.
func (s *Schema) Doc() string { return s.doc }

// HasDoc reports whether the documentation is not null.
func (s *Schema) HasDoc() bool { return s.hasDoc }

// Params returns the parameters in insertion order; nil when there are none. Not to be written.
func (s *Schema) Params() []Param { return s.params }

// Param returns one parameter.
func (s *Schema) Param(key string) (string, bool) {
	for i := range s.params {
		if s.params[i].Key == key {
			return s.params[i].Value, true
		}
	}
	return "", false
}

// Default returns the default value; null when there is none.
func (s *Schema) Default() Value { return s.def }

// HasDefault reports whether a default other than null is set.
func (s *Schema) HasDefault() bool { return s.hasDefault }

// Fields returns the members of a STRUCT in order. Not to be written.
func (s *Schema) Fields() []Field { return s.fields }

// Field returns the member with that name, or nil.
func (s *Schema) Field(name string) *Field {
	if i, ok := s.index[name]; ok {
		return &s.fields[i]
	}
	return nil
}

// Key returns the key schema of a MAP.
func (s *Schema) Key() *Schema { return s.key }

// Elem returns the element schema of an ARRAY or the value schema of a MAP.
func (s *Schema) Elem() *Schema { return s.elem }

// Scale returns the scale of a Decimal, and whether the parameter is there and a number.
func (s *Schema) Scale() (int32, bool) { return s.scale, s.scaleOK }

// Equal reports whether both describe the same: every property, doc and default included, parameters
// as a set. nil equals nil. Source: ConnectSchema.equals.
func (s *Schema) Equal(o *Schema) bool {
	if s == o {
		return true
	}
	if s == nil || o == nil {
		return false
	}
	if s.kind != o.kind || s.optional != o.optional ||
		s.hasName != o.hasName || s.name != o.name ||
		s.hasVersion != o.hasVersion || s.version != o.version ||
		s.hasDoc != o.hasDoc || s.doc != o.doc ||
		s.hasDefault != o.hasDefault || len(s.fields) != len(o.fields) || !sameParams(s.params, o.params) {
		return false
	}
	for i := range s.fields {
		if s.fields[i].Name != o.fields[i].Name || !s.fields[i].Schema.Equal(o.fields[i].Schema) {
			return false
		}
	}
	return s.key.Equal(o.key) && s.elem.Equal(o.elem) && (!s.hasDefault || s.def.Equal(o.def))
}

func sameParams(a, b []Param) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !slices.Contains(b, a[i]) {
			return false
		}
	}
	return true
}

// Builder makes a Schema. The zero value is not usable: start with NewSchema, OptionalSchema or From.
type Builder struct{ s Schema }

// NewSchema starts a required schema of type k.
func NewSchema(k Kind) *Builder { return &Builder{Schema{kind: k}} }

// From starts with every property of s.
func From(s *Schema) *Builder {
	b := &Builder{*s}
	b.s.fields = slices.Clone(s.fields)
	b.s.params = slices.Clone(s.params)
	return b
}

// Basics starts a schema of type k with the name, version, doc and parameters of s, and neither its
// optional flag nor its default. Source: SchemaUtil.copySchemaBasics.
func Basics(k Kind, s *Schema) *Builder {
	return &Builder{Schema{kind: k, name: s.name, hasName: s.hasName, version: s.version, hasVersion: s.hasVersion,
		doc: s.doc, hasDoc: s.hasDoc, params: slices.Clone(s.params)}}
}

// Optional sets the optional flag.
func (b *Builder) Optional(v bool) *Builder { b.s.optional = v; return b }

// Name sets the schema name.
func (b *Builder) Name(n string) *Builder { b.s.name, b.s.hasName = n, true; return b }

// NoName removes the schema name.
func (b *Builder) NoName() *Builder { b.s.name, b.s.hasName = "", false; return b }

// Version sets the version.
func (b *Builder) Version(v int32) *Builder { b.s.version, b.s.hasVersion = v, true; return b }

// NoVersion removes the version.
func (b *Builder) NoVersion() *Builder { b.s.version, b.s.hasVersion = 0, false; return b }

// Doc sets the documentation.
func (b *Builder) Doc(d string) *Builder { b.s.doc, b.s.hasDoc = d, true; return b }

// Param sets a parameter; an existing one keeps its place.
func (b *Builder) Param(key, value string) *Builder {
	for i := range b.s.params {
		if b.s.params[i].Key == key {
			b.s.params[i].Value = value
			return b
		}
	}
	b.s.params = append(b.s.params, Param{key, value})
	return b
}

// Default sets the default; a null Value removes it. The caller has checked that it fits the schema.
func (b *Builder) Default(v Value) *Builder {
	b.s.def, b.s.hasDefault = v, !v.IsNull()
	return b
}

// Field appends a member to a STRUCT.
func (b *Builder) Field(name string, s *Schema) *Builder {
	b.s.fields = append(b.s.fields, Field{Name: name, Schema: s})
	return b
}

// Fields replaces all members of a STRUCT.
func (b *Builder) Fields(f []Field) *Builder { b.s.fields = slices.Clone(f); return b }

// Key sets the key schema of a MAP.
func (b *Builder) Key(s *Schema) *Builder { b.s.key = s; return b }

// Elem sets the element schema of an ARRAY or the value schema of a MAP.
func (b *Builder) Elem(s *Schema) *Builder { b.s.elem = s; return b }

// Build returns the schema. The builder may go on; later changes do not reach the result.
// Fields with the same name are the caller's error: the first one is found by name.
func (b *Builder) Build() *Schema {
	s := b.s
	s.logical = logicalOf(s.kind, s.name)
	s.fields = slices.Clone(s.fields)
	s.params = slices.Clone(s.params)
	s.index = nil
	if s.kind == KindStruct {
		s.index = make(map[string]int32, len(s.fields))
		for i := range s.fields {
			s.fields[i].Index = int32(i)
			if _, dup := s.index[s.fields[i].Name]; !dup {
				s.index[s.fields[i].Name] = int32(i)
			}
		}
	}
	s.scale, s.scaleOK = 0, false
	if s.logical == LogicalDecimal {
		if t, ok := s.Param("scale"); ok {
			if n, err := strconv.ParseInt(t, 10, 32); err == nil {
				s.scale, s.scaleOK = int32(n), true
			}
		}
	}
	return &s
}

// Of returns the plain schema of type k: required or optional, no other property. The twelve pairs
// are shared, so they can be compared by pointer. ARRAY, MAP and STRUCT need a Builder.
func Of(k Kind, optional bool) *Schema {
	if optional {
		return optionalOf[k]
	}
	return requiredOf[k]
}

var requiredOf, optionalOf = plainSchemas(false), plainSchemas(true)

func plainSchemas(optional bool) (out [12]*Schema) {
	for k := KindInt8; k <= KindBytes; k++ {
		out[k] = NewSchema(k).Optional(optional).Build()
	}
	return out
}
