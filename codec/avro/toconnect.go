package avro

import (
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
)

// toConnect returns the Connect schema of an Avro schema; nil for Anything, whose values have none.
// version is that of the registry, which stands where the schema names none; nil without one.
//
// Errors: *codec.Error with the class and the text of Java; schemas that contain themselves are refused.
// Source: AvroData.toConnectSchema.
func (d *data) toConnect(s *Schema, version *int32) (*batch.Schema, error) {
	if s.Equal(anything) {
		return nil, nil
	}
	r := schemaReader{data: d, open: map[*Schema]bool{}, left: connectTypesMax}
	return r.schema(s, false, nil, nil, version)
}

// connectTypesMax bounds the types of one Connect schema, in which types that Avro names once stand written out.
const connectTypesMax = 100_000

// schemaReader makes one Connect schema.
type schemaReader struct {
	*data
	open map[*Schema]bool // records around
	left int
}

// sub makes the schema of a type inside another.
func (r *schemaReader) sub(s *Schema, optional bool, doc *string) (*batch.Schema, error) {
	return r.schema(s, optional, nil, doc, nil)
}

// schema maps s. def, where not nil, is the default of the field, doc its documentation.
func (r *schemaReader) schema(s *Schema, optional bool, def *Node, doc *string, version *int32) (*batch.Schema, error) {
	if r.left--; r.left < 0 {
		return nil, codec.Data("schema of more than %d types, written out", connectTypesMax)
	}
	if s.Type == Union {
		if one, nullable := r.single(s); one != nil {
			return r.sub(one, nullable, doc)
		}
	}
	b, err := r.base(s)
	if err != nil {
		return nil, err
	}
	if err := r.properties(b, s, doc, version); err != nil {
		return nil, err
	}
	v := r.defaultOf(b, s, def)
	if err := r.name(b, s); err != nil {
		return nil, err
	}
	if optional {
		b.Optional(true)
	}
	built := b.Build()
	if v.IsNull() {
		return built, nil
	}
	if st := v.Struct(); st != nil {
		v = batch.StructValueOf(&batch.StructValue{Schema: built, Fields: st.Fields})
	}
	return b.Default(v).Build(), nil
}

// single returns the only branch of a union beside null, and whether null is one; nil where the union becomes a struct.
func (r *schemaReader) single(s *Schema) (one *Schema, nullable bool) {
	if len(s.Types) == 1 && r.flattenSingletons {
		return s.Types[0], false
	}
	if len(s.Types) == 2 {
		for i, t := range s.Types {
			if t.Type == Null && len(t.Props) == 0 {
				return s.Types[1-i], true
			}
		}
	}
	return nil, false
}

// base starts the schema of s: its type, what its type says, and what is in it.
func (r *schemaReader) base(s *Schema) (*batch.Builder, error) {
	logical := s.textProp(propLogical)
	is := func(name string) bool { return strings.EqualFold(logical, name) }
	switch s.Type {
	case Boolean:
		return batch.NewSchema(batch.KindBoolean), nil
	case Bytes, Fixed:
		return r.bytes(s, is(logicalDecimal))
	case Double:
		return batch.NewSchema(batch.KindFloat64), nil
	case Float:
		return batch.NewSchema(batch.KindFloat32), nil
	case Int:
		return r.int(s, logical)
	case Long:
		if is(logicalTimestamp) {
			return batch.NewSchema(batch.KindInt64).Name(batch.TimestampName).Version(1), nil
		}
		return batch.NewSchema(batch.KindInt64), nil
	case String:
		return batch.NewSchema(batch.KindString), nil
	case Array:
		if isMapEntry(s.Elem) {
			return r.entries(s.Elem)
		}
		e, err := r.sub(s.Elem, false, nil)
		return batch.NewSchema(batch.KindArray).Elem(e), err
	case Map:
		e, err := r.sub(s.Elem, false, nil)
		return batch.NewSchema(batch.KindMap).Key(batch.Of(batch.KindString, false)).Elem(e), err
	case Record:
		return r.record(s)
	case Enum:
		return r.enum(s), nil
	case Union:
		return r.union(s)
	}
	return nil, codec.Data("Standalone null schemas are not supported by this converter")
}

func (r *schemaReader) bytes(s *Schema, decimal bool) (*batch.Builder, error) {
	b := batch.NewSchema(batch.KindBytes)
	if decimal {
		scale := int32(0)
		if n := s.Prop(propScale); n != nil && n.isNumber() {
			scale = n.int()
		}
		b.Name(batch.DecimalName).Version(1).Param(propScale, strconv.Itoa(int(scale)))
		if n := s.Prop(propPrecision); n != nil && n.Kind != NodeNull {
			if !n.isNumber() {
				return nil, codec.Data("precision property must be a JSON Integer. https://avro.apache.org/docs/1.9.1/spec.html#Decimal")
			}
			if n.int() != defaultPrecision {
				b.Param(paramPrecision, strconv.Itoa(int(n.int())))
			}
		}
	}
	if s.Type == Fixed {
		b.Param(paramFixedSize, strconv.Itoa(int(s.Size)))
	}
	return b, nil
}

func (r *schemaReader) int(s *Schema, logical string) (*batch.Builder, error) {
	kind := s.textProp(propType)
	switch {
	case strings.EqualFold(logical, logicalDate):
		return batch.NewSchema(batch.KindInt32).Name(batch.DateName).Version(1), nil
	case strings.EqualFold(logical, logicalTime):
		return batch.NewSchema(batch.KindInt32).Name(batch.TimeName).Version(1), nil
	case logical != "" || kind == "":
		return batch.NewSchema(batch.KindInt32), nil
	case kind == "int8":
		return batch.NewSchema(batch.KindInt8), nil
	case kind == "int16":
		return batch.NewSchema(batch.KindInt16), nil
	}
	return nil, codec.Data("Connect type annotation for Avro int field is null")
}

// entries makes a map of an array of entries.
func (r *schemaReader) entries(entry *Schema) (*batch.Builder, error) {
	k, v := entry.Field(keyField), entry.Field(valueField)
	if len(entry.Fields) != 2 || k == nil || v == nil {
		return nil, codec.Data("Found map encoded as array of key-value pairs, but array elements do not match the expected format.")
	}
	key, err := r.sub(k.Schema, false, nil)
	if err != nil {
		return nil, err
	}
	if key != nil && key.Kind() == batch.KindString && !key.Optional() {
		// Java takes such a map for one that came as an Avro map and fails on every value.
		return nil, codec.Data("Invalid type for MAP: class org.apache.avro.generic.GenericData$Array")
	}
	elem, err := r.sub(v.Schema, false, nil)
	return batch.NewSchema(batch.KindMap).Key(key).Elem(elem), err
}

func (r *schemaReader) record(s *Schema) (*batch.Builder, error) {
	if r.open[s] {
		return nil, codec.Data("schema %q contains itself: recursive schemas are not supported", s.FullName())
	}
	r.open[s] = true
	defer delete(r.open, s)
	b := batch.NewSchema(batch.KindStruct)
	keepDocs := !r.discardTypeDoc && r.metaData
	if keepDocs && s.Doc != nil {
		b.Param(recordDoc, *s.Doc)
	}
	fields := make([]batch.Field, 0, len(s.Fields))
	for i := range s.Fields {
		f := &s.Fields[i]
		if keepDocs && f.Doc != nil {
			b.Param(fieldDoc+f.Name, *f.Doc)
		}
		fs, err := r.schema(f.Schema, false, f.Default, f.Doc, nil)
		if err != nil {
			return nil, err
		}
		if p := propOf(f.Props, propParameters); p != nil && p.Kind == NodeObject && r.metaData {
			fs = withParams(fs, p)
		}
		fields = append(fields, batch.Field{Name: f.Name, Schema: fs})
	}
	return b.Fields(fields), nil
}

// withParams returns s with parameters of its field. Source: AvroData.applyFieldLevelParams.
func withParams(s *batch.Schema, params *Node) *batch.Schema {
	b, changed := batch.From(s), false
	for i, k := range params.Names {
		v := params.Items[i].text()
		if old, ok := s.Param(k); !ok || old != v {
			changed = true
		}
		b.Param(k, v)
	}
	if !changed {
		return s
	}
	return b.Build()
}

func (r *schemaReader) enum(s *Schema) *batch.Builder {
	b := batch.NewSchema(batch.KindString)
	if r.metaData {
		if s.Doc != nil {
			key := enumDoc + s.Name.Name
			if r.discardTypeDoc {
				key = propEnumDoc
			}
			b.Param(key, *s.Doc)
		}
		if !r.discardTypeDoc && s.Default != nil {
			b.Param(enumDefault+s.Name.Name, *s.Default)
		}
	}
	key := r.enumKey()
	b.Param(key, s.FullName())
	for i, sym := range s.Symbols {
		v := sym
		if r.generalized {
			v = strconv.Itoa(i)
		}
		b.Param(key+"."+sym, v)
	}
	return b
}

// union makes a struct with one member for each branch.
func (r *schemaReader) union(s *Schema) (*batch.Builder, error) {
	name := unionName
	if r.generalized {
		name = generalPrefix + strconv.FormatInt(r.unions.Add(1)-1, 10)
	}
	b := batch.NewSchema(batch.KindStruct).Name(name)
	if r.generalized {
		b.Param(generalUnion, name)
	}
	var names []string
	for i, t := range s.Types {
		if t.Type == Null {
			b.Optional(true)
			continue
		}
		field := r.memberName(t, i)
		if slices.Contains(names, field) {
			return nil, codec.Data("Multiple union schemas map to the Connect union field name")
		}
		names = append(names, field)
		fs, err := r.sub(t, true, nil)
		if err != nil {
			return nil, err
		}
		b.Field(field, fs)
	}
	return b, nil
}

// memberName is the name of a branch in the struct that stands for its union. Source: AvroData.unionMemberFieldName.
func (d *data) memberName(s *Schema, place int) string {
	switch {
	case d.generalized:
		return generalField + strconv.Itoa(place)
	case s.Type.named() && d.enhanced:
		return s.FullName()
	case s.Type.named():
		_, name := splitName(s.Name.Name, d.scrub)
		return name
	}
	return s.Type.String()
}

// properties adds documentation, version and parameters.
func (r *schemaReader) properties(b *batch.Builder, s *Schema, doc *string, version *int32) error {
	own := s.Prop(propDoc)
	if own != nil && own.Kind != NodeString {
		own = nil
	}
	switch {
	case r.discardTypeDoc:
		switch {
		case doc != nil:
			b.Doc(*doc)
		case s.Doc != nil:
			b.Doc(*s.Doc)
		case own != nil:
			b.Doc(own.Text)
		}
		if r.metaData && s.Doc != nil {
			b.Param(propRecordDoc, *s.Doc)
		}
	case r.metaData && own != nil:
		b.Doc(own.Text)
	}
	number := int32(-1)
	if v := s.Prop(propVersion); v != nil && v.Kind != NodeNull {
		if !v.isNumber() {
			return codec.Data("Invalid Connect version found: %s", v.text())
		}
		number = v.int()
	} else if version != nil {
		number = *version
	}
	if number >= 0 {
		if built := b.Build(); built.HasVersion() && built.Version() != number {
			return codec.Data("Mismatched versions: version already added to SchemaBuilder (%d) differs from version in source schema (%d)", built.Version(), number)
		}
		b.Version(number)
	}
	if p := s.Prop(propParameters); p != nil && p.Kind != NodeNull && r.metaData {
		if p.Kind != NodeObject {
			return codec.Data("Expected JSON object for schema parameters but found: %s", p.text())
		}
		for i, k := range p.Names {
			if p.Items[i].Kind != NodeString {
				return codec.Data("Expected schema parameter values to be strings but found: %s", p.Items[i].text())
			}
			b.Param(k, p.Items[i].Text)
		}
	}
	for i := range s.Props {
		if strings.HasPrefix(s.Props[i].Name, avroPrefix) {
			b.Param(s.Props[i].Name, s.Props[i].Value.text())
		}
	}
	return nil
}

// defaultOf returns the default: that of the field, else the schema's own. One that does not fit is left out, as
// the original does with a warning.
func (r *schemaReader) defaultOf(b *batch.Builder, s *Schema, def *Node) batch.Value {
	own := s.Prop(propDefault)
	if own != nil && own.Kind == NodeBigInt { // which becomes no object
		own = nil
	}
	var v batch.Value
	var err error
	switch {
	case def != nil && givesObject(s, def):
		if own == nil && !r.discardTypeDoc && r.metaData {
			b.Param(fieldDefault, "true")
		}
		if v, err = r.fieldValue(b.Build(), s, def); err == nil {
			v, err = logicalValue(b.Build(), v)
		}
	case own != nil:
		v, err = r.ownValue(b.Build(), s, own)
	}
	if err != nil || v.IsNull() || b.Build().ValidateField("default", v) != nil {
		return batch.Value{}
	}
	return v
}

// name sets the name: connect.name, else that of a named type. Names that AvroData made up are left out.
func (r *schemaReader) name(b *batch.Builder, s *Schema) error {
	built := b.Build()
	name := ""
	if n := s.Prop(propName); n != nil && n.Kind != NodeNull {
		if n.Kind != NodeString {
			return codec.Data("Invalid schema name: %s", n.text())
		}
		name = n.Text
	} else if s.Type.named() && (s.Type != Fixed || built.Name() != batch.DecimalName) {
		name = s.FullName()
	}
	if name == "" || strings.HasPrefix(name, defaultFullName) {
		return nil
	}
	if built.HasName() && built.Name() != name {
		return codec.Data("Mismatched names: name already added to SchemaBuilder (%s) differs from name in source schema (%s)", built.Name(), name)
	}
	b.Name(name)
	return nil
}
