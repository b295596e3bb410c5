package protobuf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Linked is a file whose names are resolved, with what it imports. Not changed after it was made.
type Linked struct {
	File  *File
	scope *fileScope
}

// Link resolves a file. imports are those that a registry knows, by their paths; what the original knows itself (known.go)
// is there without being named. An import that nobody knows is left out, as in the original: what it names is then missing.
//
// Errors: *codec.Error of the class that Java throws. Source: ProtobufSchema.toDynamicSchema, Descriptors.FileDescriptor.buildFrom.
func Link(f *File, imports map[string]*File) (*Linked, error) {
	k := linker{imports: imports, done: map[string]*fileScope{}}
	s, err := k.file("default", f)
	if err != nil {
		return nil, err
	}
	return &Linked{f, s}, nil
}

// MessageAt returns the message at a position: outermost first, as in frames. Source: ProtobufSchema.toMessageName.
func (l *Linked) MessageAt(indexes []int32) (*Message, error) {
	scope, file := l.scope, l.File
	if len(file.Messages)+len(file.Enums)+len(file.Imports)+len(file.Services)+len(file.Extends) == 0 && len(file.PublicImports) == 1 && len(scope.direct) == 1 {
		scope, file = scope.direct[0], scope.direct[0].file // a file that only stands for another
	}
	types, name := file.Messages, file.Package
	for _, i := range indexes {
		if i < 0 || int(i) >= len(types) {
			return nil, javaError(illegalArgument, "Invalid message indexes: "+fmt.Sprint(indexes))
		}
		if name != "" {
			name += "."
		}
		name += types[i].Name
		types = types[i].Messages
	}
	return scope.symbols[name].message, nil
}

// Message returns a message by its full name, nil where there is none.
func (l *Linked) Message(fullName string) *Message { return l.scope.symbols[fullName].message }

// symbol is what a name stands for. Source: DescriptorPool.
type symbol struct {
	message *Message
	enum    *Enum
	pkg     bool
}

func (s symbol) isType() bool { return s.message != nil || s.enum != nil }
func (s symbol) holds() bool  { return s.isType() || s.pkg }

// fileScope is the names of one file, and the files whose names it may use.
type fileScope struct {
	file    *File
	symbols map[string]symbol
	direct  []*fileScope
	public  []*fileScope // of direct
	visible []*fileScope // direct, and what they import publicly
	fields  []unresolved
}

// unresolved is a field of a message or an enum that is named.
type unresolved struct {
	field *Field
	in    *Message
}

type linker struct {
	imports map[string]*File
	done    map[string]*fileScope // nil: being linked
}

func (k *linker) file(path string, f *File) (*fileScope, error) {
	if s, ok := k.done[path]; ok {
		if s == nil {
			return nil, javaError(illegalArgument, "file imports itself: "+path)
		}
		return s, nil
	}
	if len(k.done) > importsMax {
		return nil, javaError(illegalArgument, "more files are imported than are read")
	}
	k.done[path] = nil
	s := &fileScope{file: f, symbols: map[string]symbol{}}
	for _, public := range []bool{false, true} {
		list := f.Imports
		if public {
			list = f.PublicImports
		}
		for _, path := range list {
			to := k.imports[path]
			if to == nil {
				to = known(path)
			}
			if to == nil {
				continue
			}
			sub, err := k.file(path, to)
			if err != nil {
				return nil, err
			}
			s.direct = append(s.direct, sub)
			if public {
				s.public = append(s.public, sub)
			}
		}
	}
	for _, d := range s.direct {
		s.see(d)
	}
	if err := s.link(); err != nil {
		return nil, err
	}
	k.done[path] = s
	return s, nil
}

// importsMax bounds the files of one schema.
const importsMax = 10_000

// see makes the names of a file usable, and of what it imports publicly.
func (s *fileScope) see(d *fileScope) {
	if slices.Contains(s.visible, d) {
		return
	}
	s.visible = append(s.visible, d)
	for _, p := range d.public {
		s.see(p)
	}
}

func (s *fileScope) link() error {
	for pkg := s.file.Package; pkg != ""; pkg = pkg[:max(strings.LastIndexByte(pkg, '.'), 0)] {
		s.symbols[pkg] = symbol{pkg: true}
	}
	for _, m := range s.file.Messages {
		if _, err := s.message(s.file.Package, m); err != nil {
			return err
		}
	}
	for _, e := range s.file.Enums {
		if err := s.enum(s.file.Package, e); err != nil {
			return err
		}
	}
	for _, u := range s.fields {
		if err := s.resolve(u); err != nil {
			return err
		}
	}
	s.fields = nil
	for _, to := range s.symbols {
		if m := to.message; m != nil {
			m.byOrder = slices.SortedFunc(slices.Values(m.Fields), func(a, b *Field) int { return cmp.Compare(a.Number, b.Number) })
		}
	}
	return nil
}

func qualified(scope, name string) string {
	if scope == "" {
		return name
	}
	return scope + "." + name
}

// declare gives a name its meaning.
func (s *fileScope) declare(scope, simple string, to symbol) error {
	name := qualified(scope, simple)
	switch {
	case simple == "":
		return invalid(name, "Missing name.")
	case !isIdentifier(simple):
		return invalid(name, "\""+simple+"\" is not a valid identifier.")
	}
	if _, taken := s.symbols[name]; taken {
		return invalid(name, "\""+name+"\" is already defined.")
	}
	s.symbols[name] = to
	return nil
}

func isIdentifier(name string) bool {
	for i := range len(name) {
		if !nameByte(name[i]) || i == 0 && name[0] >= '0' && name[0] <= '9' {
			return false
		}
	}
	return true
}

// invalid is a schema that Java's linker refuses.
func invalid(name, text string) error {
	return javaError(illegalState, "com.google.protobuf.Descriptors$DescriptorValidationException: "+name+": "+text)
}

func (s *fileScope) proto2() bool { return s.file.Syntax != "proto3" }

func (s *fileScope) message(scope string, t *MessageType) (*Message, error) {
	m := &Message{FullName: qualified(scope, t.Name), Name: t.Name, Proto2: s.proto2(), MapEntry: isTrue(t.Options, "map_entry"), byNumber: map[int32]*Field{}}
	for _, n := range t.Messages { // a message is declared after what is in it

		if _, err := s.message(m.FullName, n); err != nil {
			return nil, err
		}
	}
	for _, e := range t.Enums {
		if err := s.enum(m.FullName, e); err != nil {
			return nil, err
		}
	}
	for i := range t.Oneofs {
		o := &Oneof{Name: t.Oneofs[i].Name, FullName: qualified(m.FullName, t.Oneofs[i].Name), Index: i}
		m.Oneofs = append(m.Oneofs, o)
		for k := range t.Oneofs[i].Fields {
			if err := s.field(m, &t.Oneofs[i].Fields[k], o); err != nil {
				return nil, err
			}
		}
	}
	members := len(m.Fields)
	for i := range t.Fields {
		f := &t.Fields[i]
		if slices.ContainsFunc(m.Fields[:members], func(o *Field) bool { return o.Name == f.Name }) {
			continue
		}
		if err := s.field(m, f, nil); err != nil {
			return nil, err
		}
	}
	return m, s.declare(scope, t.Name, symbol{message: m})
}

// field declares one field of m; a map brings the message of its entries along.
func (s *fileScope) field(m *Message, t *FieldType, o *Oneof) error {
	f := &Field{
		Name: t.Name, Number: t.Tag, Index: len(m.Fields), Oneof: o, Proto3: !s.proto2(),
		Repeated: t.Label == "repeated" && o == nil, Required: t.Label == "required" && o == nil,
		Strict: !s.proto2() || m.MapEntry || isTrue(s.file.Options, "java_string_check_utf8"),
		named:  t.Type, given: t.Default, Params: metaParams(t.Options),
	}
	f.Optional = o == nil && (t.Label == "optional" || s.proto2() && !f.Repeated && !f.Required)
	if key, value, ok := mapTypes(t.Type); ok {
		f.Repeated, f.Optional, f.Required, f.named = true, false, false, mapEntryName(t.Name)
		entry := &MessageType{Name: f.named, Options: []Option{{Name: "map_entry", Value: OptionValue{Kind: OptionBoolean, Text: "true"}}},
			Fields: []FieldType{{Name: keyField, Tag: 1, Type: key}, {Name: valueField, Tag: 2, Type: value}}}
		if _, err := s.message(m.FullName, entry); err != nil {
			return err
		}
	}
	full := qualified(m.FullName, f.Name)
	switch {
	case f.Number <= 0:
		return invalid(full, "Field numbers must be positive integers.")
	case m.byNumber[f.Number] != nil:
		return invalid(full, fmt.Sprintf("Field number %d has already been used in %q by field %q.", f.Number, m.FullName, m.byNumber[f.Number].Name))
	}
	if err := s.declare(m.FullName, f.Name, symbol{}); err != nil {
		return err
	}
	if len(m.Fields) >= fieldsMax {
		return invalid(full, "more fields than are read")
	}
	m.Fields, m.byNumber[f.Number] = append(m.Fields, f), f
	if o != nil {
		o.Fields = append(o.Fields, f)
	}
	f.Packed = f.Proto3
	if v := optionOf(t.Options, "packed"); v != nil {
		f.Packed = v.Text == "true"
	}
	s.fields = append(s.fields, unresolved{f, m})
	return nil
}

// fieldsMax bounds the fields of one message.
const fieldsMax = 100_000

// mapTypes returns the types of map<K, V>.
func mapTypes(typ string) (key, value string, ok bool) {
	inner, ok := strings.CutPrefix(typ, "map<")
	if !ok {
		return "", "", false
	}
	key, value, ok = strings.Cut(strings.TrimSuffix(inner, ">"), ", ")
	return key, value, ok
}

// metaParams returns the parameters of confluent.field_meta. Source: ProtobufSchema.findParams.
func metaParams(options []Option) map[string]string {
	var out map[string]string
	for i := range options {
		if n := options[i].Name; n != fieldMeta && n != "."+fieldMeta {
			continue
		}
		v := options[i].Value.member("params")
		if v == nil {
			continue
		}
		list := []OptionValue{*v}
		if v.Kind == OptionList {
			list = v.Items
		}
		for i := range list {
			k, p := list[i].member(keyField), list[i].member(valueField)
			if k == nil || p == nil {
				continue
			}
			if out == nil {
				out = map[string]string{}
			}
			out[k.Text] = p.Text
		}
	}
	return out
}

// fieldMeta is the option in which the original keeps what Protobuf has no word for.
const fieldMeta = "confluent.field_meta"

func (s *fileScope) enum(scope string, t *EnumType) error {
	e := &Enum{FullName: qualified(scope, t.Name), Name: t.Name, Closed: s.proto2(), Values: t.Constants}
	if len(e.Values) == 0 {
		return invalid(e.FullName, "Enums must contain at least one value.")
	}
	for i := range e.Values {
		if err := s.declare(e.FullName, e.Values[i].Name, symbol{}); err != nil {
			return err
		}
	}
	return s.declare(scope, t.Name, symbol{enum: e})
}

// resolve finds what a field is of.
func (s *fileScope) resolve(u unresolved) error {
	f, full := u.field, qualified(u.in.FullName, u.field.Name)
	if f.Type = scalarOf(f.named); f.Type == typeNone {
		to, ok := s.lookup(f.named, full)
		switch {
		case !ok:
			return invalid(full, "\""+f.named+"\" is not defined.")
		case to.message != nil:
			f.Type, f.Message = typeMessage, to.message
		default:
			f.Type, f.Enum = typeEnum, to.enum
			f.Default.bits = uint64(int64(to.enum.Values[0].Tag))
		}
	}
	switch {
	case f.given == nil:
		return nil
	case f.Repeated:
		return invalid(full, "Repeated fields cannot have default values.")
	}
	return s.defaultOf(f, full)
}

// lookup finds a type by a name that a field names. Source: DescriptorPool.lookupSymbol.
func (s *fileScope) lookup(name, relativeTo string) (symbol, bool) {
	if full, ok := strings.CutPrefix(name, "."); ok {
		return s.find(full, symbol.isType)
	}
	first, _, nested := strings.Cut(name, ".")
	for scope := relativeTo; ; {
		dot := strings.LastIndexByte(scope, '.')
		if dot < 0 {
			return s.find(name, symbol.isType)
		}
		scope = scope[:dot]
		if to, ok := s.find(scope+"."+first, symbol.holds); ok {
			if nested {
				return s.find(scope+"."+name, symbol.isType)
			}
			return to, to.isType()
		}
	}
}

func (s *fileScope) find(name string, fits func(symbol) bool) (symbol, bool) {
	if to, ok := s.symbols[name]; ok && fits(to) {
		return to, true
	}
	for _, v := range s.visible {
		if to, ok := v.symbols[name]; ok && fits(to) {
			return to, true
		}
	}
	return symbol{}, false
}
