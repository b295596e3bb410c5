package protocol

import (
	"fmt"
	"slices"
	"strconv"
)

// The names of Connect's schema types.
const (
	Int8    = "int8"
	Int16   = "int16"
	Int32   = "int32"
	Int64   = "int64"
	Float32 = "float32"
	Float64 = "float64"
	Boolean = "boolean"
	String  = "string"
	Bytes   = "bytes"
	Array   = "array"
	Map     = "map"
	Struct  = "struct"
)

// The names of Connect's logical types.
const (
	DecimalName   = "org.apache.kafka.connect.data.Decimal"
	DateName      = "org.apache.kafka.connect.data.Date"
	TimeName      = "org.apache.kafka.connect.data.Time"
	TimestampName = "org.apache.kafka.connect.data.Timestamp"
)

// Schema is S of the protocol; a nil *Schema is schemaless. An array without Items, or a map without Keys or Values, has unknown content.
type Schema struct {
	Type       string
	Optional   bool
	Name       *string
	Version    *int32
	Doc        *string
	Parameters []Pair // in order; compared as a set
	Default    Value  // null: none
	Items      *Schema
	Keys       *Schema
	Values     *Schema
	Fields     []Field
}

// Field is one field of a struct schema.
type Field struct {
	Name   string
	Schema *Schema
}

// Pair is a key and a text.
type Pair struct{ Key, Text string }

// Clone returns a deep copy.
func (s *Schema) Clone() *Schema {
	if s == nil {
		return nil
	}
	c := *s
	c.Parameters = slices.Clone(s.Parameters)
	c.Default = s.Default.Clone()
	c.Items, c.Keys, c.Values = s.Items.Clone(), s.Keys.Clone(), s.Values.Clone()
	c.Fields = slices.Clone(s.Fields)
	for i := range c.Fields {
		c.Fields[i].Schema = c.Fields[i].Schema.Clone()
	}
	return &c
}

// AppendSchema appends S.
func AppendSchema(dst []byte, s *Schema) []byte {
	if s == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"type":"`...)
	dst = append(dst, s.Type...)
	dst = append(dst, '"')
	if s.Optional {
		dst = append(dst, `,"optional":true`...)
	}
	if s.Name != nil {
		dst = AppendString(append(dst, `,"name":`...), *s.Name)
	}
	if s.Version != nil {
		dst = strconv.AppendInt(append(dst, `,"version":`...), int64(*s.Version), 10)
	}
	if s.Doc != nil {
		dst = AppendString(append(dst, `,"doc":`...), *s.Doc)
	}
	if len(s.Parameters) > 0 {
		dst = AppendPairs(append(dst, `,"parameters":`...), s.Parameters)
	}
	if s.Default.Tag != Null {
		dst = AppendValue(append(dst, `,"default":`...), s.Default)
	}
	switch s.Type {
	case Array:
		dst = AppendSchema(append(dst, `,"items":`...), s.Items)
	case Map:
		dst = AppendSchema(append(dst, `,"keys":`...), s.Keys)
		dst = AppendSchema(append(dst, `,"values":`...), s.Values)
	case Struct:
		dst = append(dst, `,"fields":[`...)
		for i, f := range s.Fields {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendString(append(dst, `{"field":`...), f.Name)
			dst = append(AppendSchema(append(dst, `,"schema":`...), f.Schema), '}')
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// AppendPairs appends an object of strings.
func AppendPairs(dst []byte, pairs []Pair) []byte {
	dst = append(dst, '{')
	for i, p := range pairs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(append(AppendString(dst, p.Key), ':'), p.Text)
	}
	return append(dst, '}')
}

// ReadSchema reads S.
func ReadSchema(n *Node) (*Schema, error) {
	if n.Kind == NullNode {
		return nil, nil
	}
	if n.Kind != ObjectNode {
		return nil, fmt.Errorf("a schema must be null or an object")
	}
	s := &Schema{Type: n.Get("type").Text, Optional: n.Get("optional").Bool, Name: optionalText(n.Get("name")), Doc: optionalText(n.Get("doc"))}
	if v := n.Get("version"); v.Kind == NumberNode {
		i, err := strconv.ParseInt(v.Text, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("schema version: %w", err)
		}
		version := int32(i)
		s.Version = &version
	}
	for _, m := range n.Get("parameters").Members {
		s.Parameters = append(s.Parameters, Pair{m.Name, m.Value.Text})
	}
	var err error
	if s.Default, err = ReadValue(n.Get("default")); err != nil {
		return nil, fmt.Errorf("schema default: %w", err)
	}
	if s.Items, err = ReadSchema(n.Get("items")); err != nil {
		return nil, err
	}
	if s.Keys, err = ReadSchema(n.Get("keys")); err != nil {
		return nil, err
	}
	if s.Values, err = ReadSchema(n.Get("values")); err != nil {
		return nil, err
	}
	fields := n.Get("fields").Items
	for i := range fields {
		f, err := ReadSchema(fields[i].Get("schema"))
		if err != nil {
			return nil, err
		}
		s.Fields = append(s.Fields, Field{fields[i].Get("field").Text, f})
	}
	switch s.Type {
	case Int8, Int16, Int32, Int64, Float32, Float64, Boolean, String, Bytes, Array, Map, Struct:
		return s, nil
	}
	return nil, fmt.Errorf("unknown schema type %q", s.Type)
}

func optionalText(n *Node) *string {
	if n.Kind != StringNode {
		return nil
	}
	return &n.Text
}
