package judge

import (
	"bytes"
	"slices"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// canonicalTyped is the text of a schema and its value that equal values share.
func canonicalTyped(t protocol.Typed) []byte {
	return protocol.AppendTyped(nil, protocol.Typed{Schema: canonicalSchema(t.Schema), Value: canonicalValue(t.Schema, t.Value)})
}

func canonicalSchema(s *protocol.Schema) *protocol.Schema {
	if s == nil {
		return nil
	}
	c := s.Clone()
	sortSchema(c)
	return c
}

func sortSchema(s *protocol.Schema) {
	if s == nil {
		return
	}
	slices.SortFunc(s.Parameters, func(a, b protocol.Pair) int { return strings.Compare(a.Key, b.Key) })
	s.Default = canonicalValue(s, s.Default)
	sortSchema(s.Items)
	sortSchema(s.Keys)
	sortSchema(s.Values)
	for i := range s.Fields {
		sortSchema(s.Fields[i].Schema)
	}
}

// canonicalValue sorts the entries of maps and drops the schema of a struct where it is the one that stands around it.
func canonicalValue(s *protocol.Schema, v protocol.Value) protocol.Value {
	switch v.Tag {
	case protocol.List:
		v.Items = slices.Clone(v.Items)
		for i := range v.Items {
			v.Items[i] = canonicalValue(child(s, protocol.Array, 1), v.Items[i])
		}
	case protocol.MapOf:
		v.Items = sortedEntries(s, v.Items)
	case protocol.StructOf:
		own := s
		if v.Own != nil {
			own = v.Own
			v.Own = canonicalSchema(v.Own)
			if s != nil && bytes.Equal(protocol.AppendSchema(nil, canonicalSchema(s)), protocol.AppendSchema(nil, v.Own)) {
				v.Own = nil
			}
		}
		v.Items = slices.Clone(v.Items)
		for i := range v.Items {
			v.Items[i] = canonicalValue(fieldSchema(own, v.Names[i]), v.Items[i])
		}
	}
	return v
}

func sortedEntries(s *protocol.Schema, items []protocol.Value) []protocol.Value {
	type entry struct {
		text  []byte
		value [2]protocol.Value
	}
	entries := make([]entry, len(items)/2)
	for i := range entries {
		e := &entries[i]
		e.value[0] = canonicalValue(child(s, protocol.Map, 0), items[2*i])
		e.value[1] = canonicalValue(child(s, protocol.Map, 1), items[2*i+1])
		e.text = protocol.AppendValue(protocol.AppendValue(nil, e.value[0]), e.value[1])
	}
	slices.SortFunc(entries, func(a, b entry) int { return bytes.Compare(a.text, b.text) })
	sorted := make([]protocol.Value, 0, len(items))
	for _, e := range entries {
		sorted = append(sorted, e.value[0], e.value[1])
	}
	return sorted
}

// child is the schema of an array's items, or of a map's keys (0) or values (1).
func child(s *protocol.Schema, of string, which int) *protocol.Schema {
	switch {
	case s == nil || s.Type != of:
		return nil
	case of == protocol.Array:
		return s.Items
	case which == 0:
		return s.Keys
	}
	return s.Values
}

func fieldSchema(s *protocol.Schema, name string) *protocol.Schema {
	if s != nil {
		for _, f := range s.Fields {
			if f.Name == name {
				return f.Schema
			}
		}
	}
	return nil
}
