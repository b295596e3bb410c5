package jsonschema

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// fromConnect returns the text under which values of s are registered: members in the order in which the original prints
// them, so that a migrated topic gains no version.
//
// Errors: *codec.Error. Source: JsonSchemaData.fromConnectSchema, org.everit.json.schema.ToStringVisitor.
func (d *data) fromConnect(s *batch.Schema) (string, error) {
	f := registering{data: d, ids: map[string]bool{}}
	n, err := f.schema(s, noIndex, false)
	if err != nil {
		return "", err
	}
	return string(appendNode(nil, &n)), nil
}

// noIndex is that of a schema that is no field.
const noIndex = -1

// registering is one mapping of a Connect schema to JSON Schema.
type registering struct {
	*data
	ids map[string]bool
}

// form is a schema of one class: what is printed before, among and behind the keywords of every class.
type form struct {
	before      *jsonObject
	unprocessed *jsonObject // in the order in which they are put
	after       *jsonObject
	combined    bool
}

// schema maps s, the indexth field of a struct; required leaves out that it is optional.
func (r *registering) schema(s *batch.Schema, index int, required bool) (jsonscan.Node, error) {
	id, named := s.Param(idParam)
	if named {
		r.ids[id] = true
	}
	f := form{before: newJSONObject(), unprocessed: newJSONObject(), after: newJSONObject()}
	if err := r.class(&f, s); err != nil {
		return jsonscan.Node{}, err
	}
	common := newJSONObject()
	if !f.combined {
		if err := r.common(&f, common, s); err != nil {
			return jsonscan.Node{}, err
		}
		if s.Optional() && !required {
			f = optional(f.print(common, ""))
			common = newJSONObject()
		}
	}
	if index != noIndex {
		f.unprocessed.put(keywordIndex, intNode(int64(index)))
	}
	return f.print(common, id), nil
}

// optional is the form of what is null or inner.
func optional(inner ...jsonscan.Node) form {
	f := form{before: newJSONObject(), unprocessed: newJSONObject(), after: newJSONObject(), combined: true}
	null := newJSONObject()
	null.put("type", textNode("null"))
	f.after.put(string(oneOf), arrayNode(append([]jsonscan.Node{null.Node}, inner...)...))
	return f
}

// print puts a schema together; its own keywords stand in a copy of a HashMap. Source: Schema.<init>, ToStringVisitor.visitSchema.
func (f *form) print(common *jsonObject, id string) jsonscan.Node {
	out := f.before
	add := func(o *jsonObject) {
		out.Names, out.Items = append(out.Names, o.Names...), append(out.Items, o.Items...)
	}
	add(common)
	if id != "" {
		out.put("id", textNode(id))
	}
	f.unprocessed.hashed(hashTable)
	f.unprocessed.hashed(java.CopyTableSize(len(f.unprocessed.Names)))
	add(f.unprocessed)
	add(f.after)
	return out.Node
}

// common adds the keywords of every class.
func (r *registering) common(f *form, common *jsonObject, s *batch.Schema) error {
	if s.HasName() {
		common.put("title", textNode(s.Name()))
	}
	if s.HasDoc() {
		common.put("description", textNode(s.Doc()))
	}
	if s.HasDefault() {
		n, err := r.defaultNode(s)
		if err != nil {
			return err
		}
		common.put("default", n)
	}
	if s.HasVersion() {
		f.unprocessed.put(keywordVersion, intNode(int64(s.Version())))
	}
	params := newJSONObject()
	for _, p := range s.Params() {
		if !isOwn(p.Key) {
			params.put(p.Key, textNode(p.Value))
		}
	}
	if len(params.Names) > 0 {
		params.hashed(hashTable)
		params.hashed(java.TableSize(len(params.Names))) // org.json copies it
		f.unprocessed.put(keywordParameters, params.Node)
	}
	return nil
}

// defaultNode is the default of s as it stands in the text of a schema.
func (r *registering) defaultNode(s *batch.Schema) (jsonscan.Node, error) {
	w := plainWriter{data: r.data, inSchema: true}
	text, _, err := w.value(nil, s, s.Default(), 0)
	if err != nil {
		return jsonscan.Node{}, err
	}
	n, err := jsonscan.ParseChars(text)
	switch {
	case err != nil:
		return n, codec.Data(invalidDefault)
	case w.nonFinite != nil:
		return n, w.nonFinite
	}
	hashOrder(&n)
	return n, nil
}

// class adds the keywords of the class of s.
func (r *registering) class(f *form, s *batch.Schema) error {
	typed := func(name, connect string) {
		f.before.put("type", textNode(name))
		if connect != "" {
			f.unprocessed.put(keywordType, textNode(connect))
		}
	}
	switch s.Kind() {
	case batch.KindInt8, batch.KindInt16, batch.KindInt32, batch.KindInt64:
		typed("integer", strings.ToLower(s.Kind().String()))
	case batch.KindFloat32, batch.KindFloat64:
		typed("number", strings.ToLower(s.Kind().String()))
	case batch.KindBoolean:
		f.after.put("type", textNode("boolean")) // the one class whose type comes last
	case batch.KindString:
		if isEnum(s) {
			f.before.put("enum", r.symbols(s))
			return nil
		}
		typed("string", "")
	case batch.KindBytes:
		if r.numeric && s.HasName() && s.Name() == batch.DecimalName {
			typed("number", typeBytes)
		} else {
			typed("string", typeBytes)
		}
	case batch.KindArray:
		typed("array", "")
		items, err := r.known(s.Elem(), noIndex)
		f.after.put("items", items)
		return err
	case batch.KindMap:
		return r.mapping(f, s)
	default:
		return r.structure(f, s)
	}
	return nil
}

// symbols are the values of an enum, in the order of a HashSet.
func (r *registering) symbols(s *batch.Schema) jsonscan.Node {
	prefix := r.enumKey() + "."
	var names []string
	null := -1
	for _, p := range s.Params() {
		symbol, ok := strings.CutPrefix(p.Key, prefix)
		if !ok {
			continue
		}
		if symbol == nullSymbol {
			null = len(names)
			symbol = "" // the hash of null is that of no text
		}
		names = append(names, symbol)
	}
	out := arrayNode()
	for _, i := range java.HashMapOrder(names) {
		if int(i) == null {
			out.Items = append(out.Items, jsonscan.Node{Kind: jsonscan.Null})
		} else {
			out.Items = append(out.Items, textNode(names[i]))
		}
	}
	return out
}

// known maps s, or refers to what of the same id was mapped before.
func (r *registering) known(s *batch.Schema, index int) (jsonscan.Node, error) {
	if id, ok := s.Param(idParam); ok && r.ids[id] {
		ref := newJSONObject()
		ref.put("$ref", textNode(id))
		return ref.Node, nil
	}
	return r.schema(s, index, false)
}

func (r *registering) mapping(f *form, s *batch.Schema) error {
	if stringKeyed(s) {
		f.before.put("type", textNode("object"))
		f.unprocessed.put(keywordType, textNode(typeMap))
		values, err := r.schema(s.Elem(), noIndex, false)
		f.after.put("additionalProperties", values)
		return err
	}
	f.before.put("type", textNode("array"))
	f.unprocessed.put(keywordType, textNode(typeMap))
	properties := newJSONObject()
	for i, side := range [...]*batch.Schema{s.Key(), s.Elem()} {
		n, err := r.schema(side, i, false)
		if err != nil {
			return err
		}
		properties.put([...]string{keyField, valueField}[i], n)
	}
	properties.hashed(hashTable)
	entry := newJSONObject()
	entry.put("type", textNode("object"))
	entry.put("properties", properties.Node)
	f.after.put("items", entry.Node)
	return nil
}

func (r *registering) structure(f *form, s *batch.Schema) error {
	switch {
	case isVariant(s):
		return nil
	case isUnion(s):
		return r.union(f, s)
	case s.Optional():
		inner, err := r.schema(batch.From(s).Optional(false).Build(), noIndex, false)
		*f = optional(inner)
		return err
	}
	f.before.put("type", textNode("object"))
	if r.closed {
		f.before.put("additionalProperties", jsonscan.Node{Kind: jsonscan.Boolean})
	}
	properties := newJSONObject()
	for i := range s.Fields() {
		n, err := r.known(s.Fields()[i].Schema, i)
		if err != nil {
			return codec.InField(err, s.Fields()[i].Name)
		}
		properties.put(s.Fields()[i].Name, n)
	}
	if len(properties.Names) > 0 {
		properties.hashed(hashTable)
		f.after.put("properties", properties.Node)
	}
	return nil
}

// union adds a part for every field.
func (r *registering) union(f *form, s *batch.Schema) error {
	var parts []jsonscan.Node
	for i := range s.Fields() {
		n, err := r.schema(batch.From(s.Fields()[i].Schema).Optional(false).Build(), i, true)
		if err != nil {
			return codec.InField(err, s.Fields()[i].Name)
		}
		parts = append(parts, n)
	}
	*f = optional(parts...)
	if !s.Optional() {
		f.after.Items[0].Items = f.after.Items[0].Items[1:]
	}
	return nil
}
