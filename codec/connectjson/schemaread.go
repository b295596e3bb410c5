package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
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

// schema converts a JSON schema; null gives nil.
// Errors: *codec.Error. Source: JsonConverter.asConnectSchema.
func (r reader) schema(n *jsonscan.Node) (*batch.Schema, error) {
	if n.Kind == jsonscan.Null {
		return nil, nil
	}
	name := n.Member("type")
	if name == nil || name.Kind != jsonscan.String {
		return nil, codec.Data("Schema must contain 'type' field")
	}
	kind, ok := kindOf(name.Text)
	if !ok {
		return nil, codec.Data("Unknown schema type: %s", name.Text)
	}
	b := batch.NewSchema(kind)
	if err := r.content(b, kind, n); err != nil {
		return nil, err
	}
	if o := n.Member("optional"); o != nil && o.Kind == jsonscan.Boolean {
		b.Optional(o.Bool)
	}
	if t := n.Member("name"); t != nil && t.Kind == jsonscan.String {
		b.Name(t.Text)
	}
	if v := n.Member("version"); v != nil && v.Kind == jsonscan.Integer {
		b.Version(v.IntValue())
	}
	if t := n.Member("doc"); t != nil && t.Kind == jsonscan.String {
		b.Doc(t.Text)
	}
	if p := n.Member("parameters"); p != nil && p.Kind == jsonscan.Object {
		for i := range p.Items {
			if p.Items[i].Kind != jsonscan.String {
				return nil, codec.Data("Schema parameters must have string values.")
			}
			b.Param(p.Names[i], p.Items[i].Text)
		}
	}
	if d := n.Member("default"); d != nil {
		if err := r.standard(b, d); err != nil {
			return nil, err
		}
	}
	return b.Build(), nil
}

// content reads what ARRAY, MAP and STRUCT schemas consist of.
func (r reader) content(b *batch.Builder, kind batch.Kind, n *jsonscan.Node) error {
	switch kind {
	case batch.KindArray:
		items := n.Member("items")
		if items == nil || items.Kind == jsonscan.Null {
			return codec.Data("Array schema did not specify the element type")
		}
		elem, err := r.schema(items)
		if err != nil {
			return err
		}
		b.Elem(elem)
	case batch.KindMap:
		keys, values := n.Member("keys"), n.Member("values")
		if keys == nil {
			return codec.Data("Map schema did not specify the key type")
		}
		if values == nil {
			return codec.Data("Map schema did not specify the value type")
		}
		key, err := r.schema(keys)
		if err != nil {
			return err
		}
		elem, err := r.schema(values)
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
		return r.fields(b, n)
	}
	return nil
}

// fields reads the members of a STRUCT schema. Source: SchemaBuilder.field.
func (r reader) fields(b *batch.Builder, n *jsonscan.Node) error {
	fields := n.Member("fields")
	if fields == nil || fields.Kind != jsonscan.Array {
		return codec.Data(`Struct schema's "fields" argument is not an array.`)
	}
	seen := make(map[string]bool, len(fields.Items))
	for i := range fields.Items {
		name := fields.Items[i].Member("field")
		if name == nil || name.Kind != jsonscan.String {
			return codec.Data("Struct schema's field name not specified properly")
		}
		s, err := r.schema(&fields.Items[i])
		if err != nil {
			return inField(err, name.Text)
		}
		if name.Text == "" {
			return builderError("fieldName cannot be null.", nil)
		}
		if seen[name.Text] {
			return builderError("Cannot create field because of field name duplication "+name.Text, nil)
		}
		seen[name.Text] = true
		b.Field(name.Text, s)
	}
	return nil
}

// standard sets the default. Java checks it against the schema that is still being built, which no
// struct is ever equal to: a STRUCT with a default is refused.
// Source: SchemaBuilder.defaultValue, ConnectSchema.validateValue.
func (r reader) standard(b *batch.Builder, n *jsonscan.Node) error {
	s := b.Build()
	v, err := r.value(s, n)
	if err != nil {
		return err
	}
	err = s.Validate(v)
	if err == nil && s.Kind() == batch.KindStruct && !v.IsNull() {
		err = codec.Data("Struct schemas do not match.")
	}
	if err != nil {
		return builderError("Invalid default value", err)
	}
	b.Default(v)
	return nil
}
