package protobuf

import "github.com/millrace/millrace/batch"

// fieldType is the type of a field. Source: FieldDescriptorProto.Type, whose numbers these are.
type fieldType uint8

const (
	typeNone fieldType = iota
	typeDouble
	typeFloat
	typeInt64
	typeUint64
	typeInt32
	typeFixed64
	typeFixed32
	typeBool
	typeString
	typeGroup
	typeMessage
	typeBytes
	typeUint32
	typeEnum
	typeSfixed32
	typeSfixed64
	typeSint32
	typeSint64
)

// typeNames are the types as text has them.
var typeNames = [...]string{
	typeDouble: "double", typeFloat: "float", typeInt64: "int64", typeUint64: "uint64", typeInt32: "int32", typeFixed64: "fixed64",
	typeFixed32: "fixed32", typeBool: "bool", typeString: "string", typeBytes: "bytes", typeUint32: "uint32", typeSfixed32: "sfixed32",
	typeSfixed64: "sfixed64", typeSint32: "sint32", typeSint64: "sint64",
}

// scalarOf returns the scalar type of a name, typeNone for others.
func scalarOf(name string) fieldType {
	for t, n := range typeNames {
		if n == name && n != "" {
			return fieldType(t)
		}
	}
	return typeNone
}

// String is the name of a scalar.
func (t fieldType) String() string { return typeNames[t] }

// Message is a message whose fields are resolved. Source: Descriptors.Descriptor.
type Message struct {
	FullName, Name string
	Proto2         bool
	MapEntry       bool     // made from a map field
	Fields         []*Field // of oneofs first, then as the text has them
	Oneofs         []*Oneof
	byNumber       map[int32]*Field
	byOrder        []*Field // as fields are written: by their numbers
}

// Field is a field of a message. Source: Descriptors.FieldDescriptor.
type Field struct {
	Name     string
	Number   int32
	Type     fieldType
	Index    int // among the message's Fields
	Repeated bool
	Required bool
	Optional bool // proto3: with the word optional; proto2: neither required nor repeated nor in a oneof
	Proto3   bool // of a file of proto3
	Packed   bool // how repeated numbers are written
	Strict   bool // text must be UTF-8; elsewhere it is repaired
	Oneof    *Oneof
	Message  *Message
	Enum     *Enum
	Default  scalar            // of a scalar that is not there
	Params   map[string]string // of the option confluent.field_meta

	named string // of Message or Enum, before they are resolved
	given *string
}

// Oneof is fields of which one at most is set. Source: Descriptors.OneofDescriptor.
type Oneof struct {
	Name, FullName string
	Index          int
	Fields         []*Field
}

// Enum is an enum. Source: Descriptors.EnumDescriptor.
type Enum struct {
	FullName, Name string
	Closed         bool // numbers that are no value are unknown fields
	Values         []Constant
}

// byNumber returns the first value of a number, nil where there is none.
func (e *Enum) byNumber(n int32) *Constant {
	for i := range e.Values {
		if e.Values[i].Tag == n {
			return &e.Values[i]
		}
	}
	return nil
}

// scalar is the value of a scalar field: bits of numbers, bytes of text.
type scalar struct {
	bits uint64
	text []byte
}

// presence reports whether a field that is not there differs from one that has its default. Source: FieldDescriptor.hasPresence.
func (f *Field) presence() bool {
	return !f.Repeated && (f.Type == typeMessage || f.Oneof != nil || f.Optional || !f.Proto3)
}

// packable reports whether values may stand in one sequence of bytes.
func (f *Field) packable() bool {
	return f.Repeated && f.Type != typeString && f.Type != typeBytes && f.Type != typeMessage
}

// wireType is how a single value is written.
func (f *Field) wireType() int {
	switch f.Type {
	case typeDouble, typeFixed64, typeSfixed64:
		return wireFixed64
	case typeFloat, typeFixed32, typeSfixed32:
		return wireFixed32
	case typeString, typeBytes, typeMessage:
		return wireBytes
	}
	return wireVarint
}

// isMap reports whether a repeated message is a map of Connect. Source: ProtobufData.isMapDescriptor.
func (f *Field) isMap() bool {
	if !f.Repeated || f.Message == nil || len(f.Message.Name) < len(entrySuffix) || f.Message.Name[len(f.Message.Name)-len(entrySuffix):] != entrySuffix {
		return false
	}
	m := f.Message.Fields
	return len(m) == 2 && m[0].Name == keyField && m[1].Name == valueField && !m[0].Repeated && !m[1].Repeated
}

// wrapped is the kind of value that a message of google/protobuf/wrappers.proto holds.
// Source: ProtobufData.toUnwrappedSchema.
func (m *Message) wrapped() (batch.Kind, bool) {
	k, ok := wrapperKinds[m.FullName]
	return k, ok
}

var wrapperKinds = map[string]batch.Kind{
	"google.protobuf.DoubleValue": batch.KindFloat64, "google.protobuf.FloatValue": batch.KindFloat32,
	"google.protobuf.Int64Value": batch.KindInt64, "google.protobuf.UInt64Value": batch.KindInt64,
	"google.protobuf.Int32Value": batch.KindInt32, "google.protobuf.UInt32Value": batch.KindInt64,
	"google.protobuf.BoolValue": batch.KindBoolean, "google.protobuf.StringValue": batch.KindString,
	"google.protobuf.BytesValue": batch.KindBytes,
}

// field returns the field of that name, nil where there is none.
func (m *Message) field(name string) *Field {
	for _, f := range m.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}
