package protobuf

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// incompatibilities says why messages of update cannot read what was written with original; empty: they can.
// Source: SchemaDiff.compare, whose compatible changes are left out.
func incompatibilities(original, update *Linked) []string {
	c := comparison{original: original, update: update}
	if original.File.Package != update.File.Package {
		c.found = append(c.found, difference("PACKAGE_CHANGED", "#/"))
	}
	c.types(original.File.Package, update.File.Package, nil, original.File.Messages, update.File.Messages)
	return c.found
}

type comparison struct {
	original, update *Linked
	found            []string
}

func difference(kind, path string) string {
	return "{errorType:\"" + kind + "\", description:\"" + kind + " at path '" + path + "'\"}"
}

func (c *comparison) add(kind string, path ...string) {
	c.found = append(c.found, difference(kind, "#/"+strings.Join(path, "/")))
}

// types compares the messages inside two scopes by their names.
func (c *comparison) types(was, is string, path []string, original, update []*MessageType) {
	byName := map[string]*MessageType{}
	for _, m := range update {
		byName[m.Name] = m
	}
	for _, m := range original {
		here := append(slices.Clone(path), m.Name)
		to := byName[m.Name]
		if to == nil {
			if !isTrue(m.Options, "map_entry") {
				c.add("MESSAGE_REMOVED", here...)
			}
			continue
		}
		a, b := qualified(was, m.Name), qualified(is, m.Name)
		c.fields(here, c.original.Message(a), c.update.Message(b))
		c.types(a, b, here, m.Messages, to.Messages)
	}
}

// fields compares fields by their numbers, whatever oneof they are in.
func (c *comparison) fields(path []string, original, update *Message) {
	deleted := map[*Oneof]bool{}
	for _, o := range original.Oneofs {
		survives := slices.ContainsFunc(update.Oneofs, func(u *Oneof) bool { return u.Name == o.Name }) ||
			slices.ContainsFunc(o.Fields, func(f *Field) bool { return update.byNumber[f.Number] != nil })
		deleted[o] = !survives
	}
	for _, o := range update.Oneofs {
		groups, moved := map[string]bool{}, 0
		for _, f := range o.Fields {
			switch old := original.byNumber[f.Number]; {
			case old == nil:
			case old.Oneof != nil:
				groups["oneof:"+old.Oneof.Name] = true
			default:
				groups["field:"+strconv.Itoa(int(f.Number))] = true
				moved++
			}
		}
		if len(groups) > 1 {
			kind := "FIELD_MOVED_TO_EXISTING_ONEOF"
			if moved > 1 {
				kind = "MULTIPLE_FIELDS_MOVED_TO_ONEOF"
			}
			c.add(kind, append(slices.Clone(path), o.Name)...)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(original.byNumber)) {
		old, now := original.byNumber[n], update.byNumber[n]
		here := append(slices.Clone(path), strconv.Itoa(int(n)))
		switch {
		case now != nil:
			c.field(here, old, now)
		case old.Oneof != nil && !deleted[old.Oneof]:
			c.add("ONEOF_FIELD_REMOVED", here...)
		case old.Required:
			c.add("REQUIRED_FIELD_REMOVED", here...)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(update.byNumber)) {
		if original.byNumber[n] == nil && update.byNumber[n].Required {
			c.add("REQUIRED_FIELD_ADDED", append(slices.Clone(path), strconv.Itoa(int(n)))...)
		}
	}
}

func (c *comparison) field(path []string, original, update *Field) {
	was, is := original.compared(), update.compared()
	if was != is {
		c.add("FIELD_KIND_CHANGED", path...)
		return
	}
	switch was {
	case comparedMap:
		for i := range original.Message.Fields {
			c.field(path, original.Message.Fields[i], update.Message.Fields[i])
		}
	case comparedMessage:
		if original.Message.FullName != update.Message.FullName && original.Message.Name != update.Message.Name {
			c.add("FIELD_NAMED_TYPE_CHANGED", path...)
		}
	default:
		if original.numberKind() != update.numberKind() {
			c.add("FIELD_SCALAR_KIND_CHANGED", path...)
		} else if original.Repeated != update.Repeated && original.numberKind() != typeString && !(original.Proto3 && !original.Optional && !original.Repeated) {
			c.add("FIELD_NUMERIC_LABEL_CHANGED", path...)
		}
	}
}

// How fields are compared. Source: FieldSchemaDiff.Kind.
const (
	comparedScalar = iota
	comparedMap
	comparedMessage
)

func (f *Field) compared() int {
	switch {
	case f.Message != nil && f.Message.MapEntry:
		return comparedMap
	case f.Message != nil:
		return comparedMessage
	}
	return comparedScalar
}

// numberKind is one type of those that may stand for one another. Source: FieldSchemaDiff.scalarKind.
func (f *Field) numberKind() fieldType {
	switch f.Type {
	case typeInt32, typeInt64, typeUint32, typeUint64, typeBool, typeEnum:
		return typeInt32
	case typeSint32, typeSint64:
		return typeSint32
	case typeString, typeBytes:
		return typeString
	case typeFixed32, typeSfixed32:
		return typeFixed32
	case typeFixed64, typeSfixed64:
		return typeFixed64
	}
	return f.Type
}
