package protobuf

import (
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
)

// fromConnect returns the file for values of s, and the name of the message in it that they are written as.
//
// Errors: *codec.Error with the class and the text of Java. Source: ProtobufData.fromConnectSchema.
func (d *data) fromConnect(s *batch.Schema) (f *File, name string, err error) {
	w := schemaWriter{data: d, file: &File{Syntax: "proto3"}, added: map[*MessageType]map[string]bool{}}
	pkg, name := w.splitName(w.nameOrDefault(s))
	switch s.Kind() {
	case batch.KindStruct:
	case batch.KindArray, batch.KindMap:
		return nil, "", javaError(illegalArgument, "Unsupported root schema of type "+s.Kind().String())
	default:
		return known(wrappersFile), wrapperOf[s.Kind()], nil
	}
	w.file.Package = pkg
	m, err := w.message(name, s)
	if err != nil {
		return nil, "", err
	}
	w.file.Messages = []*MessageType{m}
	if _, err := Link(w.file, nil); err != nil { // as it is built first, with defaults
		return nil, "", javaError(illegalArgument, "Invalid protobuf schema definition: "+err.Error())
	}
	if pkg != "" && w.isImported(name) { // Java looks for it by its short name, which then is nobody's
		return nil, "", javaError(nullPointer, `Cannot invoke "com.google.protobuf.Descriptors$Descriptor.getFile()" because "descriptor" is null`)
	}
	withoutDefaults(m)
	return w.file, qualified(pkg, name), nil
}

// wrapperOf are the messages that values stand in that are no structs.
var wrapperOf = map[batch.Kind]string{
	batch.KindInt8: "google.protobuf.Int32Value", batch.KindInt16: "google.protobuf.Int32Value", batch.KindInt32: "google.protobuf.Int32Value",
	batch.KindInt64: "google.protobuf.Int64Value", batch.KindFloat32: "google.protobuf.FloatValue", batch.KindFloat64: "google.protobuf.DoubleValue",
	batch.KindBoolean: "google.protobuf.BoolValue", batch.KindString: "google.protobuf.StringValue", batch.KindBytes: "google.protobuf.BytesValue",
}

// withoutDefaults drops what proto3 has no place for.
func withoutDefaults(m *MessageType) {
	for i := range m.Fields {
		m.Fields[i].Default = nil
	}
	for i := range m.Oneofs {
		for k := range m.Oneofs[i].Fields {
			m.Oneofs[i].Fields[k].Default = nil
		}
	}
	for _, n := range m.Messages {
		withoutDefaults(n)
	}
}

// schemaWriter makes one file.
type schemaWriter struct {
	*data
	file    *File
	added   map[*MessageType]map[string]bool // messages defined in a message
	unnamed int                              // names that were made up
	depth   int
}

// nameOrDefault is the name of a schema, or one that is made up. Source: ProtobufData.getNameOrDefault.
func (w *schemaWriter) nameOrDefault(s *batch.Schema) string { return w.orDefault(s.Name()) }

func (w *schemaWriter) orDefault(name string) string {
	if name != "" {
		return name
	}
	w.unnamed++
	return defaultName + strconv.Itoa(w.unnamed)
}

// unqualified is the last part of a name. Source: ProtobufData.getUnqualifiedName.
func (w *schemaWriter) unqualified(name string) string {
	return w.scrubbed(lastPart(w.orDefault(name)))
}

func (d *data) scrubbed(name string) string {
	if d.scrub {
		return scrubbed(name)
	}
	return name
}

// splitName divides a name at its last dot. Source: ProtobufData.splitName, whose split drops empty parts at the end.
func (d *data) splitName(full string) (pkg, name string) {
	if full == "" {
		return "", ""
	}
	parts := strings.Split(strings.TrimRight(full, "."), ".")
	for i := range parts {
		parts[i] = d.scrubbed(parts[i])
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], "."), parts[last]
}

// message makes the message of a struct. Source: ProtobufData.messageDefinitionFromConnectSchema.
func (w *schemaWriter) message(name string, s *batch.Schema) (*MessageType, error) {
	if w.depth++; w.depth > depthMax {
		return nil, codec.Data("schema of more than %d levels", depthMax)
	}
	defer func() { w.depth-- }()
	m := &MessageType{Name: name}
	next, synthetic := int32(1), false
	for i := range s.Fields() {
		f := &s.Fields()[i]
		tag, err := w.tag(f.Schema, &next)
		if err != nil {
			return nil, err
		}
		before := len(m.Oneofs)
		made, err := w.field(m, f.Schema, w.scrubbed(f.Name), tag, false)
		if err != nil {
			return nil, err
		}
		if len(m.Oneofs) > before && synthetic {
			return nil, javaError(illegalArgument, "Invalid protobuf schema definition: "+qualified(w.file.Package, name)+": Synthetic oneofs must come after real oneofs.")
		}
		if made != nil {
			synthetic = synthetic || made.Label == "optional"
			m.Fields = append(m.Fields, *made)
		}
	}
	return m, nil
}

// tag is the number of a field: that of its schema, or the next.
func (w *schemaWriter) tag(s *batch.Schema, next *int32) (int32, error) {
	text, ok := s.Param(paramTag)
	if !ok {
		*next++
		return *next - 1, nil
	}
	return tagOf(text)
}

func tagOf(text string) (int32, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, javaError(numberFormat, "For input string: \""+text+"\"")
	}
	return int32(n), nil
}

// oneof adds the members of a struct that stands for a oneof. Source: ProtobufData.oneofDefinitionFromConnectSchema.
func (w *schemaWriter) oneof(m *MessageType, s *batch.Schema, name string) error {
	m.Oneofs = append(m.Oneofs, OneofType{Name: name})
	at := len(m.Oneofs) - 1
	for i := range s.Fields() {
		f := &s.Fields()[i]
		tag, none := int32(0), int32(0)
		if _, ok := f.Schema.Param(paramTag); ok {
			var err error
			if tag, err = w.tag(f.Schema, &none); err != nil {
				return err
			}
		}
		made, err := w.field(m, f.Schema, w.scrubbed(f.Name), tag, true)
		if err != nil {
			return err
		}
		if made != nil {
			made.Label = ""
			m.Oneofs[at].Fields = append(m.Oneofs[at].Fields, *made)
		}
	}
	return nil
}

// field makes one field; nil where a oneof stands for it. Source: ProtobufData.fieldDefinitionFromConnectSchema.
func (w *schemaWriter) field(m *MessageType, s *batch.Schema, name string, tag int32, member bool) (*FieldType, error) {
	label := ""
	switch {
	case s.Kind() == batch.KindArray || s.Kind() == batch.KindMap:
		label = "repeated"
	case w.optionalNullables && s.Optional():
		label = "optional"
	}
	if s.Kind() == batch.KindArray {
		if s = s.Elem(); s == nil {
			return nil, javaError(nullPointer, "array of an unknown schema")
		}
	}
	var params []OptionValue
	typ, err := w.typeOf(s, name, &params, member)
	if err != nil {
		return nil, err
	}
	f := &FieldType{Label: label, Type: typ, Name: name, Tag: tag}
	switch {
	case s.Kind() == batch.KindStruct && isUnion(s):
		return nil, w.union(m, s)
	case s.Kind() == batch.KindStruct:
		if typ == m.Name || w.added[m][typ] || isKnownMessage(typ) && s.Name() == variantName {
			break
		}
		if w.added[m] == nil {
			w.added[m] = map[string]bool{}
		}
		w.added[m][typ] = true
		sub, err := w.message(typ, s)
		if err != nil {
			return nil, err
		}
		m.Messages = append(m.Messages, sub)
	case s.Kind() == batch.KindMap:
		sub, err := w.entry(typ, s)
		if err != nil {
			return nil, err
		}
		m.Messages = append(m.Messages, sub)
	case isEnum(s):
		if err := w.enum(m, s); err != nil {
			return nil, err
		}
	default:
		if path := fileOf[typ]; path != "" {
			w.imports(path)
		} else if s.HasDefault() {
			text := defaultText(s.Default())
			f.Default = &text
		}
	}
	if path := fileOf[typ]; path != "" && s.Kind() == batch.KindStruct {
		w.imports(path)
	}
	if len(params) > 0 {
		f.Options = []Option{{Name: fieldMeta, Custom: true, Value: OptionValue{
			Kind: OptionMap, Names: []string{"params"}, Items: []OptionValue{{Kind: OptionList, Items: params}},
		}}}
	}
	return f, nil
}

// union adds the oneof that a struct stands for.
func (w *schemaWriter) union(m *MessageType, s *batch.Schema) error {
	name := ""
	if w.generalized {
		name, _ = s.Param(generalUnion)
	} else {
		rest, ok := strings.CutPrefix(s.Name(), unionPrefix)
		if !ok {
			return javaError("java.lang.StringIndexOutOfBoundsException", "union named "+strconv.Quote(s.Name())+": its name must start with "+unionPrefix)
		}
		name = w.unqualified(rest)
	}
	return w.oneof(m, s, name)
}

// imports adds a file to those that are imported.
func (w *schemaWriter) imports(path string) {
	for _, p := range w.file.Imports {
		if p == path {
			return
		}
	}
	w.file.Imports = append(w.file.Imports, path)
}

// isImported reports whether a file that is imported has a message of that name.
func (w *schemaWriter) isImported(name string) bool {
	for _, path := range w.file.Imports {
		if slices.ContainsFunc(known(path).Messages, func(m *MessageType) bool { return m.Name == name }) {
			return true
		}
	}
	return false
}

// fileOf are the files of the messages that fields may be of.
var fileOf = map[string]string{
	decimalMessage: decimalFile, variantMessage: variantFile, dateMessage: dateFile, timeMessage: timeFile, timestampMessage: timestampFile,
	"google.protobuf.DoubleValue": wrappersFile, "google.protobuf.FloatValue": wrappersFile, "google.protobuf.Int64Value": wrappersFile,
	"google.protobuf.UInt64Value": wrappersFile, "google.protobuf.Int32Value": wrappersFile, "google.protobuf.UInt32Value": wrappersFile,
	"google.protobuf.BoolValue": wrappersFile, "google.protobuf.StringValue": wrappersFile, "google.protobuf.BytesValue": wrappersFile,
}

func isKnownMessage(name string) bool { return fileOf[name] != "" }

// entry makes the message of a map's entries. Source: ProtobufData.mapDefinitionFromConnectSchema.
func (w *schemaWriter) entry(name string, s *batch.Schema) (*MessageType, error) {
	if w.depth++; w.depth > depthMax {
		return nil, codec.Data("schema of more than %d levels", depthMax)
	}
	defer func() { w.depth-- }()
	m := &MessageType{Name: name}
	for i, of := range []*batch.Schema{s.Key(), s.Elem()} {
		if of == nil {
			return nil, javaError(nullPointer, "map of an unknown schema")
		}
		f, err := w.field(m, of, []string{keyField, valueField}[i], int32(i+1), false)
		if err != nil {
			return nil, err
		}
		if f == nil {
			return nil, javaError(nullPointer, "map of a union")
		}
		if f.Label == "optional" {
			f.Label = "" // Java names no oneof for it
		}
		m.Fields = append(m.Fields, *f)
	}
	return m, nil
}

// isEnum reports whether a schema is written as an enum.
func isEnum(s *batch.Schema) bool {
	_, general := s.Param(generalEnum)
	_, own := s.Param(enumParam)
	return general || own
}

// enum adds the enum of a schema. Source: ProtobufData.enumDefinitionFromConnectSchema.
func (w *schemaWriter) enum(m *MessageType, s *batch.Schema) error {
	name := w.unqualified(s.Name())
	for _, e := range m.Enums {
		if e.Name == name {
			return nil
		}
	}
	e := &EnumType{Name: w.unqualified(s.Name())}
	for _, p := range s.Params() {
		symbol, ok := strings.CutPrefix(p.Key, w.enumKey()+".")
		if !ok {
			continue
		}
		n, err := tagOf(p.Value)
		if err != nil {
			return err
		}
		e.Constants = append(e.Constants, Constant{Name: symbol, Tag: n})
	}
	m.Enums = append(m.Enums, e)
	return nil
}
