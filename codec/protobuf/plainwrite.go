package protobuf

import (
	"fmt"
	"math"
	"math/big"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// javaType is the class of a value that a field takes. Source: FieldDescriptor.JavaType.
type javaType uint8

const (
	javaNull javaType = iota
	javaInt
	javaLong
	javaFloat
	javaDouble
	javaBoolean
	javaString
	javaBytes
	javaEnum
	javaMessage
	javaList
	javaPair // a member of a oneof
)

var javaTypeNames = [...]string{
	javaInt: "INT", javaLong: "LONG", javaFloat: "FLOAT", javaDouble: "DOUBLE", javaBoolean: "BOOLEAN", javaString: "STRING",
	javaBytes: "BYTE_STRING", javaEnum: "ENUM", javaMessage: "MESSAGE",
}

// javaType is the class of the values of f.
func (f *Field) javaType() javaType {
	switch f.Type {
	case typeInt32, typeUint32, typeSint32, typeFixed32, typeSfixed32:
		return javaInt
	case typeFloat:
		return javaFloat
	case typeDouble:
		return javaDouble
	case typeBool:
		return javaBoolean
	case typeString:
		return javaString
	case typeBytes:
		return javaBytes
	case typeEnum:
		return javaEnum
	case typeMessage:
		return javaMessage
	}
	return javaLong
}

// made is what a value of Connect becomes.
type made struct {
	java    javaType
	scalar  scalar
	message *dynamic
	items   []made
	name    string // of the member of a oneof, beside its one item
}

// plainWriter makes messages of values, the way the original does: a value at a time. Source: ProtobufData.fromConnectData.
type plainWriter struct {
	*data
	standard standard
	file     *Linked
	raw      bool // values stand in wrappers: the record is one
}

// record makes the message of a record, nil for null.
func (w *plainWriter) record(s *batch.Schema, name string, v batch.Value) (*dynamic, error) {
	m, err := w.value(w.file.Message(name), s, v, false)
	switch {
	case err != nil || m.java == javaNull:
		return nil, err
	case m.java != javaMessage:
		return nil, codec.Data("Unsupported object of class io.confluent.connect.protobuf.ProtobufData$Pair")
	}
	return m.message, nil
}

// value converts one value. in is the message around, or for maps and structs their own; member says that it stands in a oneof.
func (w *plainWriter) value(in *Message, s *batch.Schema, v batch.Value, member bool) (made, error) {
	if v.IsNull() {
		return made{}, nil
	}
	if m, done, err := w.logical(s, v); done || err != nil {
		return m, err
	}
	wrap := w.raw || w.wraps(s, member)
	scalarOf := func(t javaType, wrapper string, v scalar) (made, error) {
		if !wrap {
			return made{java: t, scalar: v}, nil
		}
		d := newDynamic(w.standard["google.protobuf."+wrapper])
		d.setScalar(d.of.Fields[0], v)
		return made{java: javaMessage, message: d}, nil
	}
	if !fits(s.Kind(), v) {
		return made{}, codec.Data("Invalid type for %s: class %s", s.Kind(), classOf(v))
	}
	switch s.Kind() {
	case batch.KindInt8, batch.KindInt16, batch.KindInt32:
		if name, ok := s.Param(enumParam); ok {
			return enumValue(in, name, intOf(v)), nil
		}
		return scalarOf(javaInt, "Int32Value", scalar{bits: uint64(int64(intOf(v)))})
	case batch.KindInt64:
		if t, _ := s.Param(paramType); t == "uint32" || t == "fixed32" {
			return scalarOf(javaInt, "Int32Value", scalar{bits: uint64(int64(int32(longOf(v))))})
		}
		return scalarOf(javaLong, "Int64Value", scalar{bits: uint64(longOf(v))})
	case batch.KindFloat32:
		return scalarOf(javaFloat, "FloatValue", scalar{bits: uint64(math.Float32bits(floatOfNumber(v)))})
	case batch.KindFloat64:
		return scalarOf(javaDouble, "DoubleValue", scalar{bits: math.Float64bits(doubleOf(v))})
	case batch.KindBoolean:
		return scalarOf(javaBoolean, "BoolValue", scalar{bits: uint64(v.Int())})
	case batch.KindString:
		if isEnum(s) {
			name, _ := s.Param(w.enumKey())
			if text, ok := s.Param(w.enumKey() + "." + v.Str()); ok {
				n, err := tagOf(text)
				return enumValue(in, name, n), err
			}
		}
		return scalarOf(javaString, "StringValue", scalar{text: java.AppendEncodedUTF8(nil, []byte(v.Str()))})
	case batch.KindBytes:
		return scalarOf(javaBytes, "BytesValue", scalar{text: v.Bytes()})
	case batch.KindArray:
		return w.array(in, s, v)
	case batch.KindMap:
		return w.mapOf(in, s, v)
	case batch.KindStruct:
		if of := v.Struct().Schema; of != s && !of.Equal(s) {
			return made{}, codec.Data("Mismatching struct schema")
		}
		if isUnion(s) {
			return w.union(in, s, v)
		}
		return w.structOf(in, s, v)
	}
	return made{}, codec.Data("Unknown schema type: %s", s.Kind())
}

// enumValue finds a value of an enum that is nested in a message; null where there is none.
func enumValue(in *Message, name string, n int32) made {
	if in == nil {
		return made{}
	}
	for _, f := range in.Fields {
		if f.Enum != nil && f.Enum.FullName == in.FullName+"."+name {
			if f.Enum.byNumber(n) == nil {
				return made{}
			}
			return made{java: javaEnum, scalar: scalar{bits: uint64(int64(n))}}
		}
	}
	return made{}
}

// of is the message that values of a field stand in; that around where the field is of none. Source: ProtobufData.getFieldType.
func (m *Message) of(name string) *Message {
	f := m.field(name)
	if f == nil || f.Message == nil {
		return m
	}
	return f.Message
}

// inner is the message to hand on for values of s in a field.
func (w *plainWriter) inner(in *Message, name string, s *batch.Schema) *Message {
	for s.Kind() == batch.KindArray {
		s = s.Elem()
	}
	if s.Kind() == batch.KindMap || s.Kind() == batch.KindStruct {
		return in.of(name)
	}
	return in
}

func (w *plainWriter) array(in *Message, s *batch.Schema, v batch.Value) (made, error) {
	if len(v.Array()) == 0 {
		return made{}, nil
	}
	out := made{java: javaList}
	for _, e := range v.Array() {
		m, err := w.value(in, s.Elem(), e, false)
		if err != nil {
			return made{}, err
		}
		out.items = append(out.items, m)
	}
	return out, nil
}

func (w *plainWriter) mapOf(entry *Message, s *batch.Schema, v batch.Value) (made, error) {
	out := made{java: javaList}
	for i := range v.Map().Keys {
		d := newDynamic(entry)
		for k, side := range []struct {
			s *batch.Schema
			v batch.Value
		}{{s.Key(), v.Map().Keys[i]}, {s.Elem(), v.Map().Values[i]}} {
			f := entry.Fields[k]
			m, err := w.value(w.inner(entry, f.Name, side.s), side.s, side.v, false)
			if err == nil && m.java != javaNull {
				err = d.put(f, m)
			}
			if err != nil {
				return made{}, err
			}
		}
		out.items = append(out.items, made{java: javaMessage, message: d})
	}
	return out, nil
}

// memberOf is Struct.get, or getWithoutDefault where the config says so.
func (d *data) memberOf(f *batch.Field, v batch.Value) batch.Value {
	v = v.Struct().Fields[f.Index]
	if v.IsNull() && !d.ignoreDefaults {
		return f.Schema.Default()
	}
	return v
}

func (w *plainWriter) union(in *Message, s *batch.Schema, v batch.Value) (made, error) {
	for i := range s.Fields() {
		f := &s.Fields()[i]
		value := w.memberOf(f, v)
		if value.IsNull() {
			continue
		}
		name := w.scrubbed(f.Name)
		m, err := w.value(w.inner(in, name, f.Schema), f.Schema, value, true)
		return made{java: javaPair, name: name, items: []made{m}}, err
	}
	return made{}, codec.Data("Cannot find non-null field")
}

func (w *plainWriter) structOf(in *Message, s *batch.Schema, v batch.Value) (made, error) {
	if in == nil {
		return made{}, javaError(nullPointer, `Cannot invoke "com.google.protobuf.Descriptors$Descriptor.getFullName()" because "ctx" is null`)
	}
	d := newDynamic(in)
	for i := range s.Fields() {
		f := &s.Fields()[i]
		name := w.scrubbed(f.Name)
		of := in
		if !isUnion(f.Schema) {
			of = w.inner(in, name, f.Schema)
		}
		m, err := w.value(of, f.Schema, w.memberOf(f, v), false)
		if err != nil {
			return made{}, err
		}
		if m.java == javaPair {
			name, m = m.name, m.items[0]
		}
		if m.java == javaNull {
			continue
		}
		to := in.field(name)
		if to == nil {
			return made{}, codec.Data("Cannot find field with name %s", name)
		}
		if err := d.put(to, m); err != nil {
			return made{}, err
		}
	}
	return made{java: javaMessage, message: d}, nil
}

// put gives a field a value of its class. Source: DynamicMessage.Builder.setField.
func (d *dynamic) put(f *Field, m made) error {
	if !f.Repeated {
		switch {
		case m.java != f.javaType():
			return wrongClass(f, m.java)
		case m.java == javaMessage:
			d.set(f, &content{message: m.message})
		default:
			d.setScalar(f, m.scalar)
		}
		return nil
	}
	if m.java != javaList {
		return wrongClass(f, m.java)
	}
	c := &content{}
	for i := range m.items {
		switch item := &m.items[i]; {
		case item.java == javaNull:
			return &codec.Error{Class: nullPointer, Path: f.Name, Pos: -1} // an element is null: Java says nothing more
		case item.java != f.javaType():
			return wrongClass(f, item.java)
		case item.java == javaMessage:
			c.list = append(c.list, item.message)
		case item.java == javaString || item.java == javaBytes:
			c.texts = append(c.texts, item.scalar.text)
		default:
			c.numbers = append(c.numbers, item.scalar.bits)
		}
	}
	d.set(f, c)
	return nil
}

// javaClasses are the classes of what values become.
var javaClasses = [...]string{
	javaInt: "java.lang.Integer", javaLong: "java.lang.Long", javaFloat: "java.lang.Float", javaDouble: "java.lang.Double",
	javaBoolean: "java.lang.Boolean", javaString: "java.lang.String", javaBytes: "com.google.protobuf.ByteString$LiteralByteString",
	javaEnum: "com.google.protobuf.Descriptors$EnumValueDescriptor", javaMessage: "com.google.protobuf.DynamicMessage",
	javaList: "java.util.ArrayList", javaPair: "io.confluent.connect.protobuf.ProtobufData$Pair",
}

func wrongClass(f *Field, got javaType) error {
	return javaError(illegalArgument, fmt.Sprintf("Wrong object type used with protocol message reflection.\nField number: %d, field java type: %s, value type: %s\n",
		f.Number, javaTypeNames[f.javaType()], javaClasses[got]))
}

// logical makes the message of a logical type. done says that s is one.
func (w *plainWriter) logical(s *batch.Schema, v batch.Value) (m made, done bool, err error) {
	message := func(d *dynamic) (made, bool, error) { return made{java: javaMessage, message: d}, true, nil }
	wrong := func(kind, class string) (made, bool, error) {
		return made{}, true, codec.Data("Invalid type for %s, expected %s but was class %s", kind, class, classOf(v))
	}
	date := v.Tag() == batch.TagDate
	switch s.Name() {
	case batch.DecimalName:
		d := v.Decimal()
		if d == nil {
			return wrong("Decimal", "BigDecimal")
		}
		out := newDynamic(w.standard[decimalMessage])
		out.setScalar(out.of.Fields[0], scalar{text: java.AppendBigBytes(nil, d.Unscaled)})
		out.setScalar(out.of.Fields[1], scalar{bits: uint64(digitsOf(d.Unscaled))})
		out.setScalar(out.of.Fields[2], scalar{bits: uint64(int64(d.Scale))})
		return message(out)
	case batch.DateName:
		if !date {
			return wrong("Date", "Date")
		}
		if v.Int()%millisPerDay != 0 {
			return made{}, true, codec.Data("Kafka Connect Date type should not have any time fields set to non-zero values.")
		}
		year, month, day := calendarDate(v.Int() / millisPerDay)
		return message(newDynamic(w.standard[dateMessage]).setNumbers(int64(year), int64(month), int64(day)))
	case batch.TimeName:
		if !date {
			return wrong("Time", "Date")
		}
		ms := v.Int()
		if ms < 0 || ms > millisPerDay {
			return made{}, true, codec.Data(timeRange)
		}
		ms %= millisPerDay
		return message(newDynamic(w.standard[timeMessage]).setNumbers(ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000*nanosPerMilli))
	case batch.TimestampName:
		if !date {
			return wrong("Timestamp", "Date")
		}
		seconds, nanos := floorDiv(v.Int(), 1000), (v.Int()-floorDiv(v.Int(), 1000)*1000)*nanosPerMilli
		if !validTimestamp(seconds, nanos) {
			return made{}, true, timestampError(seconds, int32(nanos))
		}
		return message(newDynamic(w.standard[timestampMessage]).setNumbers(seconds, nanos))
	}
	return made{}, false, nil
}

// timeRange is what the original says of a time outside a day.
const timeRange = "Time values must use number of millis greater than 0 and less than 86400000"

// digitsOf is BigDecimal.precision.
func digitsOf(v *big.Int) int { return len(new(big.Int).Abs(v).String()) }
