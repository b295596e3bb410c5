package protobuf

import (
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
)

func itoa(n int) string { return strconv.Itoa(n) }

// toConnect returns the Connect schema of a message. version is that of the registry; nil without one.
//
// Errors: *codec.Error with the class and the text of Java; messages that contain themselves are refused.
// Source: ProtobufData.toConnectSchema.
func (d *data) toConnect(m *Message, version *int32) (*batch.Schema, error) {
	r := schemaReader{data: d, open: map[*Message]bool{}, used: map[string][]batch.Param{}, left: connectTypesMax}
	b, err := r.message(m)
	if err != nil {
		return nil, err
	}
	if version != nil {
		b.Version(*version)
	}
	return b.Build(), nil
}

// connectTypesMax bounds the types of one Connect schema, in which messages that are defined once stand written out.
const connectTypesMax = 100_000

// schemaReader makes one Connect schema.
type schemaReader struct {
	*data
	open map[*Message]bool // messages around
	// used holds the parameters of messages that were met before: the original keeps one builder for each, and what comes later sees
	// the parameters that the first place gave it.
	used map[string][]batch.Param
	left int
}

// message makes the schema of a message.
func (r *schemaReader) message(m *Message) (*batch.Builder, error) {
	if r.left--; r.left < 0 {
		return nil, codec.Data("schema of more than %d types, written out", connectTypesMax)
	}
	if k, ok := m.wrapped(); ok && r.wrapRaw {
		return batch.NewSchema(k), nil
	}
	if r.open[m] {
		return nil, codec.Data("message %q contains itself: recursive schemas are not supported", m.FullName)
	}
	r.open[m] = true
	defer delete(r.open, m)
	b := batch.NewSchema(batch.KindStruct).Name(r.nameOf(m.FullName, m.Name))
	seen := map[string]bool{}
	add := func(name string, s *batch.Schema) error {
		if seen[name] {
			return javaError(schemaBuilder, "Cannot create field because of field name duplication "+name)
		}
		seen[name] = true
		b.Field(name, s)
		return nil
	}
	for _, o := range m.Oneofs {
		if err := r.oneof(o, add); err != nil {
			return nil, err
		}
	}
	for _, f := range m.Fields {
		if f.Oneof != nil {
			continue
		}
		s, err := r.field(f)
		if err == nil {
			err = add(f.Name, s)
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (r *schemaReader) nameOf(full, name string) string {
	if r.enhanced {
		return full
	}
	return name
}

// oneof adds the field that stands for a oneof, or its members.
func (r *schemaReader) oneof(o *Oneof, add func(string, *batch.Schema) error) error {
	b := batch.NewSchema(batch.KindStruct).Optional(true)
	if r.generalized {
		b.Name(o.Name).Param(generalUnion, o.Name)
	} else {
		b.Name(unionPrefix + r.nameOf(o.FullName, o.Name))
	}
	for _, f := range o.Fields {
		s, err := r.field(f)
		if err != nil {
			return err
		}
		if !r.flattenUnions {
			b.Field(f.Name, s)
		} else if err := add(f.Name, s); err != nil {
			return err
		}
	}
	if r.flattenUnions {
		return nil
	}
	return add(r.unionField(o), b.Build())
}

// field makes the schema of a field.
func (r *schemaReader) field(f *Field) (*batch.Schema, error) {
	b, again, err := r.base(f)
	if err != nil {
		return nil, err
	}
	built := b.Build()
	first := "" // the message whose first place this is
	if f.Message != nil && built.Kind() == batch.KindStruct && !again {
		first = f.Message.FullName
		r.used[first] = nil
	}
	if f.Repeated && built.Kind() != batch.KindMap {
		b, first = batch.NewSchema(batch.KindArray).Elem(b.Optional(true).Build()).Optional(true), ""
	}
	wrapper := false
	switch {
	case f.Oneof != nil:
		b.Optional(true)
		_, wrapper = f.wrapper()
		wrapper = wrapper && r.wrapNullables
	case r.optionalNullables:
		if f.Optional {
			b.Optional(true)
		}
	case !r.wrapNullables:
		b.Optional(true)
	}
	if wrapper {
		b.Param(paramWrapper, "true")
	}
	b.Param(paramTag, strconv.Itoa(int(f.Number)))
	s := b.Build()
	if first != "" {
		r.used[first] = s.Params()
	}
	return s, nil
}

// wrapper is the kind of value that a field's message holds for it.
func (f *Field) wrapper() (batch.Kind, bool) {
	if f.Message == nil {
		return 0, false
	}
	return f.Message.wrapped()
}

// base makes the schema of one value of a field. again says that its message has been met before.
func (r *schemaReader) base(f *Field) (b *batch.Builder, again bool, err error) {
	switch f.Type {
	case typeInt32, typeSint32, typeSfixed32:
		switch f.Params[metaConnectType] {
		case "int8":
			return batch.NewSchema(batch.KindInt8), false, nil
		case "int16":
			return batch.NewSchema(batch.KindInt16), false, nil
		}
		b = batch.NewSchema(batch.KindInt32)
		if f.Type != typeInt32 {
			b.Param(paramType, f.Type.String())
		}
	case typeUint32, typeFixed32, typeInt64, typeUint64, typeSint64, typeFixed64, typeSfixed64:
		b = batch.NewSchema(batch.KindInt64)
		if f.Type != typeInt64 {
			b.Param(paramType, f.Type.String())
		}
	case typeFloat:
		b = batch.NewSchema(batch.KindFloat32)
	case typeDouble:
		b = batch.NewSchema(batch.KindFloat64)
	case typeBool:
		b = batch.NewSchema(batch.KindBoolean)
	case typeString:
		b = batch.NewSchema(batch.KindString)
	case typeBytes:
		b = batch.NewSchema(batch.KindBytes)
	case typeEnum:
		b = r.enum(f.Enum)
	default:
		return r.sub(f)
	}
	return b, false, nil
}

func (r *schemaReader) enum(e *Enum) *batch.Builder {
	kind := batch.KindString
	if r.intEnums {
		kind = batch.KindInt32
	}
	key := r.enumKey()
	b := batch.NewSchema(kind).Name(r.nameOf(e.FullName, e.Name)).Param(key, e.Name).Optional(true)
	for i := range e.Values {
		b.Param(key+"."+e.Values[i].Name, strconv.Itoa(int(e.Values[i].Tag)))
	}
	return b
}

// sub makes the schema of a field of a message.
func (r *schemaReader) sub(f *Field) (b *batch.Builder, again bool, err error) {
	m := f.Message
	switch m.FullName {
	case decimalMessage:
		scale, _ := strconv.ParseInt(f.Params[paramScale], 10, 32)
		b = batch.NewSchema(batch.KindBytes).Name(batch.DecimalName).Param(paramScale, strconv.FormatInt(scale, 10)).Version(1)
		if p, err := strconv.ParseInt(f.Params[metaPrecision], 10, 32); err == nil {
			b.Param(paramPrecision, strconv.FormatInt(p, 10))
		}
		return b.Optional(true), false, nil
	case dateMessage:
		return batch.NewSchema(batch.KindInt32).Name(batch.DateName).Version(1).Optional(true), false, nil
	case timeMessage:
		return batch.NewSchema(batch.KindInt32).Name(batch.TimeName).Version(1).Optional(true), false, nil
	case timestampMessage:
		return batch.NewSchema(batch.KindInt64).Name(batch.TimestampName).Version(1).Optional(true), false, nil
	case variantMessage:
		s := batch.NewSchema(batch.KindStruct).Name(variantName)
		for _, name := range []string{"metadata", "value"} {
			s.Field(name, batch.Of(batch.KindBytes, false))
		}
		return s.Optional(true), false, nil
	}
	if k, ok := m.wrapped(); ok && r.wrapNullables {
		return batch.NewSchema(k).Optional(true), false, nil
	}
	if f.isMap() {
		return r.mapOf(m)
	}
	before, again := r.used[m.FullName]
	if b, err = r.message(m); err != nil {
		return nil, false, err
	}
	for _, p := range before {
		b.Param(p.Key, p.Value)
	}
	return b.Optional(true), again, nil
}

func (r *schemaReader) mapOf(m *Message) (b *batch.Builder, again bool, err error) {
	if r.open[m] {
		return nil, false, codec.Data("message %q contains itself: recursive schemas are not supported", m.FullName)
	}
	r.open[m] = true
	defer delete(r.open, m)
	key, err := r.field(m.Fields[0])
	if err != nil {
		return nil, false, err
	}
	value, err := r.field(m.Fields[1])
	if err != nil {
		return nil, false, err
	}
	return batch.NewSchema(batch.KindMap).Name(mapFieldName(r.nameOf(m.FullName, m.Name))).Key(key).Elem(value).Optional(true), false, nil
}
