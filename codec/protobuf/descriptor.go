package protobuf

import (
	"slices"
	"strconv"
)

// parseDescriptor reads a FileDescriptorProto, the binary form in which a registry may give a schema.
//
// Errors: as of the bytes of any message. Source: ProtobufSchema.toProtoFile(FileDescriptorProto).
func parseDescriptor(b []byte) (*File, error) {
	l, err := descriptorFile()
	if err != nil {
		return nil, err
	}
	d, err := parseMessage(l.Message("google.protobuf.FileDescriptorProto"), b)
	if err != nil {
		return nil, err
	}
	return node{d}.file(), nil
}

// metaText is the part of confluent/meta.proto that is read, as messages inside the options of fields.
const metaText = `message M { message Meta { optional string doc = 1; repeated P params = 2; } message P { optional string key = 1; optional string value = 2; }
	optional Meta field_meta = 1088; }`

// descriptorFile is descriptor.proto with the option of meta.proto for fields.
func descriptorFile() (*Linked, error) {
	f := known("google/protobuf/descriptor.proto")
	meta, err := ParseFile(metaText)
	if err != nil {
		return nil, err
	}
	for _, m := range f.Messages {
		if m.Name == "FieldOptions" {
			m.Fields = append(m.Fields, meta.Messages[0].Fields...)
			m.Messages = append(m.Messages, meta.Messages[0].Messages...)
		}
	}
	return Link(f, nil)
}

// node is a message of descriptor.proto.
type node struct{ *dynamic }

func (n node) content(name string) *content {
	if f := n.of.field(name); f != nil && n.dynamic != nil {
		return n.values[f.Index]
	}
	return nil
}

func (n node) text(name string) string {
	if c := n.content(name); c != nil {
		return string(c.scalar.text)
	}
	return ""
}

func (n node) texts(name string) []string {
	var out []string
	if c := n.content(name); c != nil {
		for _, t := range c.texts {
			out = append(out, string(t))
		}
	}
	return out
}

func (n node) number(name string) int32 {
	if c := n.content(name); c != nil {
		return int32(c.bits)
	}
	return 0
}

func (n node) list(name string) []node {
	var out []node
	if c := n.content(name); c != nil {
		for _, m := range c.list {
			out = append(out, node{m})
		}
	}
	return out
}

// options returns the options of a message as text has them, in the order in which the original prints them: that of the numbers, but for a few.
func (n node) options() []Option {
	c := n.content("options")
	if c == nil {
		return nil
	}
	o := node{c.message}
	var out []Option
	for _, f := range o.of.Fields {
		v := o.values[f.Index]
		if v == nil || f.Repeated || f.Type == typeMessage {
			continue
		}
		value := OptionValue{Kind: OptionNumber, Text: strconv.FormatInt(int64(v.bits), 10)}
		switch f.Type {
		case typeBool:
			value = OptionValue{Kind: OptionBoolean, Text: strconv.FormatBool(v.bits != 0)}
		case typeString:
			value = OptionValue{Kind: OptionString, Text: string(v.text)}
		case typeEnum:
			value = OptionValue{Kind: OptionEnum, Text: f.Enum.symbol(int32(v.bits))}
		}
		out = append(out, Option{Name: f.Name, Value: value})
	}
	if meta := o.content("field_meta"); meta != nil {
		if m := (node{meta.message}).meta(); len(m.Items) > 0 {
			out = append(out, Option{Name: fieldMeta, Custom: true, Value: m})
		}
	}
	return out
}

// meta is Meta as text has it. Source: ProtobufSchema.toOption.
func (n node) meta() OptionValue {
	out := OptionValue{Kind: OptionMap}
	add := func(name string, v OptionValue) { out.Names, out.Items = append(out.Names, name), append(out.Items, v) }
	if doc := n.text("doc"); doc != "" {
		add("doc", OptionValue{Kind: OptionString, Text: doc})
	}
	list := OptionValue{Kind: OptionList}
	for _, p := range n.list("params") {
		list.Items = append(list.Items, metaParam(p.text(keyField), p.text(valueField)))
	}
	if len(list.Items) > 0 {
		add("params", list)
	}
	return out
}

// metaParam is one parameter as text has it: of two, the value comes first.
func metaParam(key, value string) OptionValue {
	k, v := OptionValue{Kind: OptionString, Text: key}, OptionValue{Kind: OptionString, Text: value}
	if key == metaPrecision || key == paramScale {
		return OptionValue{Kind: OptionMap, Names: []string{valueField, keyField}, Items: []OptionValue{v, k}}
	}
	return OptionValue{Kind: OptionMap, Names: []string{keyField, valueField}, Items: []OptionValue{k, v}}
}

func (n node) file() *File {
	f := &File{Package: n.text("package"), Options: n.options()}
	if s := n.text("syntax"); s == "proto2" || s == "proto3" {
		f.Syntax = s
	}
	public := map[uint64]bool{}
	if c := n.content("public_dependency"); c != nil {
		for _, i := range c.numbers {
			public[i] = true
		}
	}
	for i, path := range n.texts("dependency") {
		if public[uint64(i)] {
			f.PublicImports = append(f.PublicImports, path)
		} else {
			f.Imports = append(f.Imports, path)
		}
	}
	proto3 := f.Syntax == "proto3"
	for _, m := range n.list("message_type") {
		f.Messages = append(f.Messages, m.message(proto3))
	}
	for _, e := range n.list("enum_type") {
		f.Enums = append(f.Enums, e.enum())
	}
	f.Extends = n.extends("extension", proto3)
	for _, s := range n.list("service") {
		f.Services = append(f.Services, s.service())
	}
	return f
}

func (n node) message(proto3 bool) *MessageType {
	m := &MessageType{Name: n.text("name"), Options: n.options(), Extends: n.extends("extension", proto3)}
	for _, o := range n.list("oneof_decl") {
		m.Oneofs = append(m.Oneofs, OneofType{Name: o.text("name"), Options: o.options()})
	}
	for _, f := range n.list("field") {
		at := f.number("oneof_index")
		if f.content("oneof_index") != nil && f.number("proto3_optional") == 0 && at >= 0 && int(at) < len(m.Oneofs) {
			m.Oneofs[at].Fields = append(m.Oneofs[at].Fields, f.field(proto3, true))
			continue
		}
		m.Fields = append(m.Fields, f.field(proto3, false))
	}
	m.Oneofs = slices.DeleteFunc(m.Oneofs, func(o OneofType) bool { return len(o.Fields) == 0 })
	for _, t := range n.list("nested_type") {
		m.Messages = append(m.Messages, t.message(proto3))
	}
	for _, e := range n.list("enum_type") {
		m.Enums = append(m.Enums, e.enum())
	}
	m.Reserved = n.ranges("reserved_range", 1)
	for _, name := range n.texts("reserved_name") {
		m.Reserved = append(m.Reserved, Ranges{Items: []Range{{Name: name}}})
	}
	m.Extensions = n.ranges("extension_range", 1)
	return m
}

// ranges reads ranges whose ends are by that much beyond the last number.
func (n node) ranges(name string, beyond int32) []Ranges {
	var out []Ranges
	for _, r := range n.list(name) {
		first, last := r.number("start"), r.number("end")-beyond
		out = append(out, Ranges{Items: []Range{{First: first, Last: last, Single: first == last}}})
	}
	return out
}

func (n node) field(proto3, inOneof bool) FieldType {
	f := FieldType{Name: n.text("name"), Tag: n.number("number"), Type: n.text("type_name"), Options: n.options()}
	if f.Type == "" {
		if t := n.number("type"); t > 0 && int(t) < len(typeNames) {
			f.Type = fieldType(t).String()
		}
	}
	switch label := n.number("label"); {
	case inOneof:
	case n.number("proto3_optional") != 0:
		f.Label = "optional"
	case label == 3:
		f.Label = "repeated"
	case label == 2 && !proto3:
		f.Label = "required"
	case !proto3:
		f.Label = "optional"
	}
	if c := n.content("json_name"); c != nil {
		name := string(c.text)
		f.JSONName = &name
	}
	if c := n.content("default_value"); c != nil && !proto3 {
		value := string(c.text)
		f.Default = &value
	}
	return f
}

func (n node) enum() *EnumType {
	e := &EnumType{Name: n.text("name"), Options: n.options(), Reserved: n.ranges("reserved_range", 0)}
	for _, v := range n.list("value") {
		e.Constants = append(e.Constants, Constant{Name: v.text("name"), Tag: v.number("number"), Options: v.options()})
	}
	for _, name := range n.texts("reserved_name") {
		e.Reserved = append(e.Reserved, Ranges{Items: []Range{{Name: name}}})
	}
	return e
}

// extends groups extensions by the message that they extend.
func (n node) extends(name string, proto3 bool) []Extend {
	var out []Extend
next:
	for _, f := range n.list(name) {
		to := f.text("extendee")
		for i := range out {
			if out[i].Name == to {
				out[i].Fields = append(out[i].Fields, f.field(proto3, false))
				continue next
			}
		}
		out = append(out, Extend{Name: to, Fields: []FieldType{f.field(proto3, false)}})
	}
	return out
}

func (n node) service() Service {
	s := Service{Name: n.text("name"), Options: n.options()}
	for _, m := range n.list("method") {
		s.Methods = append(s.Methods, Method{
			Name: m.text("name"), Request: m.text("input_type"), Response: m.text("output_type"),
			StreamsRequest: m.number("client_streaming") != 0, StreamsAnswer: m.number("server_streaming") != 0, Options: m.options(),
		})
	}
	return s
}
