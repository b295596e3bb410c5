package connectjson

import (
	"errors"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// kindOf returns the type that a schema's "type" names.
func kindOf(name string) (batch.Kind, bool) {
	for k, n := range kindNames {
		if n == name {
			return batch.Kind(k), true
		}
	}
	return 0, false
}

// kindNames are the names of the types, by batch.Kind. Source: JsonSchema.
var kindNames = [...]string{"int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes", "array", "map", "struct"}

// schemaReader reads the JSON schemas of a tape.
type schemaReader struct {
	reader
	t *jsonscan.Tape

	plain [len(kindNames)][2]*batch.Schema // by type and optional: schemas without more to them, which fields share
}

// schema reads the schema v of t; null gives nil.
// Errors: *codec.Error. Source: JsonConverter.asConnectSchema.
func (r reader) schema(t *jsonscan.Tape, v jsonscan.Ref) (*batch.Schema, error) {
	s := &schemaReader{reader: r, t: t}
	return s.schema(v)
}

// schemaMembers are the members of a schema that count. Not there: At is 0, which no value inside of something else has.
type schemaMembers struct {
	kind, optional, name, version, doc, parameters, standard jsonscan.Ref
	items, keys, values, fields                              jsonscan.Ref
	field                                                    jsonscan.Ref // of a field: its name
}

func (r *schemaReader) members(v jsonscan.Ref) (m schemaMembers) {
	if r.t.Kind(v) != jsonscan.Object {
		return m
	}
	all := r.t.Members(v)
	for name, item, ok := all.Next(); ok; name, item, ok = all.Next() {
		switch string(name) {
		case "type":
			m.kind = item
		case "optional":
			m.optional = item
		case "name":
			m.name = item
		case "version":
			m.version = item
		case "doc":
			m.doc = item
		case "parameters":
			m.parameters = item
		case "default":
			m.standard = item
		case "items":
			m.items = item
		case "keys":
			m.keys = item
		case "values":
			m.values = item
		case "fields":
			m.fields = item
		case "field":
			m.field = item
		}
	}
	return m
}

// is reports whether a member is there and of that type.
func (r *schemaReader) is(v jsonscan.Ref, k jsonscan.Kind) bool { return v.At > 0 && r.t.Kind(v) == k }

func (r *schemaReader) schema(v jsonscan.Ref) (*batch.Schema, error) {
	if r.t.Kind(v) == jsonscan.Null {
		return nil, nil
	}
	m := r.members(v)
	return r.schemaOf(&m)
}

func (r *schemaReader) schemaOf(m *schemaMembers) (*batch.Schema, error) {
	if !r.is(m.kind, jsonscan.String) {
		return nil, noSchemaType()
	}
	name := string(r.t.String(m.kind))
	kind, ok := kindOf(name)
	if !ok {
		return nil, codec.Data("Unknown schema type: %s", name)
	}
	optional := r.is(m.optional, jsonscan.Boolean) && r.t.Text[m.optional.At] == 't'
	if kind < batch.KindArray && m.name.At+m.version.At+m.doc.At+m.parameters.At+m.standard.At == 0 {
		return r.plainSchema(kind, optional), nil
	}
	b := batch.NewSchema(kind)
	if err := r.content(b, kind, m); err != nil {
		return nil, err
	}
	if r.is(m.optional, jsonscan.Boolean) {
		b.Optional(optional)
	}
	if r.is(m.name, jsonscan.String) {
		b.Name(string(r.t.String(m.name)))
	}
	if r.is(m.version, jsonscan.Integer) {
		n := r.t.Scalar(m.version)
		b.Version(n.IntValue())
	}
	if r.is(m.doc, jsonscan.String) {
		b.Doc(string(r.t.String(m.doc)))
	}
	if r.is(m.parameters, jsonscan.Object) {
		all := r.t.Members(m.parameters)
		for name, v, ok := all.Next(); ok; name, v, ok = all.Next() {
			if r.t.Kind(v) != jsonscan.String {
				return nil, codec.Data("Schema parameters must have string values.")
			}
			b.Param(string(name), string(r.t.String(v)))
		}
	}
	if m.standard.At > 0 {
		if err := r.standard(b, m.standard); err != nil {
			return nil, err
		}
	}
	return b.Build(), nil
}

// plainSchema returns the schema that has a type and may be optional, and nothing else.
func (r *schemaReader) plainSchema(kind batch.Kind, optional bool) *batch.Schema {
	at := 0
	if optional {
		at = 1
	}
	s := &r.plain[kind][at]
	if *s == nil {
		*s = batch.NewSchema(kind).Optional(optional).Build()
	}
	return *s
}

// content reads what ARRAY, MAP and STRUCT schemas consist of.
func (r *schemaReader) content(b *batch.Builder, kind batch.Kind, m *schemaMembers) error {
	switch kind {
	case batch.KindArray:
		if m.items.At == 0 || r.t.Kind(m.items) == jsonscan.Null {
			return codec.Data("Array schema did not specify the element type")
		}
		elem, err := r.schema(m.items)
		if err != nil {
			return err
		}
		b.Elem(elem)
	case batch.KindMap:
		if m.keys.At == 0 {
			return codec.Data("Map schema did not specify the key type")
		}
		if m.values.At == 0 {
			return codec.Data("Map schema did not specify the value type")
		}
		key, err := r.schema(m.keys)
		if err != nil {
			return err
		}
		elem, err := r.schema(m.values)
		if err != nil {
			return err
		}
		if key == nil {
			return builderError("keySchema cannot be null.", nil)
		}
		if elem == nil {
			return builderError("valueSchema cannot be null.", nil)
		}
		b.Key(key).Elem(elem)
	case batch.KindStruct:
		return r.fields(b, m.fields)
	}
	return nil
}

// fields reads the members of a STRUCT schema. Source: SchemaBuilder.field.
func (r *schemaReader) fields(b *batch.Builder, fields jsonscan.Ref) error {
	if !r.is(fields, jsonscan.Array) {
		return codec.Data(`Struct schema's "fields" argument is not an array.`)
	}
	seen := make(map[string]struct{}, r.t.Count(fields))
	all := r.t.Elements(fields)
	for v, ok := all.Next(); ok; v, ok = all.Next() {
		m := r.members(v)
		if !r.is(m.field, jsonscan.String) {
			return codec.Data("Struct schema's field name not specified properly")
		}
		name := string(r.t.String(m.field))
		s, err := r.schemaOf(&m)
		if err != nil {
			return codec.InField(err, name)
		}
		if name == "" {
			return builderError("fieldName cannot be null.", nil)
		}
		if _, dup := seen[name]; dup {
			return builderError("Cannot create field because of field name duplication "+name, nil)
		}
		seen[name] = struct{}{}
		b.Field(name, s)
	}
	return nil
}

// standard sets the default. Java checks it against the schema that is still being built, which no
// struct is ever equal to: a STRUCT with a default is refused.
// Source: SchemaBuilder.defaultValue, ConnectSchema.validateValue.
func (r *schemaReader) standard(b *batch.Builder, at jsonscan.Ref) error {
	s := b.Build()
	n := r.t.Node(at)
	v, err := r.value(s, &n)
	if err != nil {
		return err
	}
	err = s.Validate(v)
	var thrown *java.Exception
	if errors.As(err, &thrown) { // none of the errors that Java wraps
		return &codec.Error{Class: thrown.Class, Text: thrown.Message, Pos: -1}
	}
	if err == nil && s.Kind() == batch.KindStruct && !v.IsNull() {
		err = codec.Data("Struct schemas do not match.")
	}
	if err != nil {
		return builderError("Invalid default value", err)
	}
	b.Default(v)
	return nil
}
