package codectest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
)

// ParseSchema reads a schema of the conformance protocol; null is nil. Parameters keep their order, an
// array or map of unknown content has nil where Java has null. Errors name what was met.
func ParseSchema(text []byte) (*batch.Schema, error) {
	n, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	return schemaOf(n)
}

// ParseValue reads a tagged value of the conformance protocol, which stands under s or nowhere.
// Strings keep lone surrogates in three bytes each. Errors name what was met.
func ParseValue(s *batch.Schema, text []byte) (batch.Value, error) {
	n, err := parseJSON(text)
	if err != nil {
		return batch.Value{}, err
	}
	return valueOf(s, n)
}

// errTwice is about a struct schema with two fields of one name, which Java's SchemaBuilder refuses.
var errTwice = errors.New("two fields of a schema have the name")

func kindOf(name string) (batch.Kind, bool) {
	for k := batch.KindInt8; k <= batch.KindStruct; k++ {
		if strings.EqualFold(k.String(), name) {
			return k, true
		}
	}
	return 0, false
}

func schemaOf(n node) (*batch.Schema, error) {
	if n.isNull() {
		return nil, nil
	}
	k, ok := kindOf(n.get("type").text)
	if !ok {
		return nil, fmt.Errorf("schema type %q", n.get("type").text)
	}
	b := batch.NewSchema(k).Optional(n.get("optional").kind == 't')
	if m := n.get("name"); !m.isNull() {
		b.Name(m.text)
	}
	if m := n.get("version"); !m.isNull() {
		v, err := m.number(32)
		if err != nil {
			return nil, err
		}
		b.Version(int32(v))
	}
	if m := n.get("doc"); !m.isNull() {
		b.Doc(m.text)
	}
	params := n.get("parameters")
	for i, name := range params.names {
		b.Param(name, params.items[i].text)
	}
	if err := content(b, k, n); err != nil {
		return nil, err
	}
	if m := n.get("default"); !m.isNull() {
		v, err := valueOf(b.Build(), m)
		if err != nil {
			return nil, fmt.Errorf("default: %w", err)
		}
		b.Default(v)
	}
	return b.Build(), nil
}

// content reads what an array, map or struct schema holds.
func content(b *batch.Builder, k batch.Kind, n node) error {
	var err error
	sub := func(name string) (s *batch.Schema) {
		if err == nil {
			s, err = schemaOf(n.get(name))
		}
		return s
	}
	switch k {
	case batch.KindArray:
		b.Elem(sub("items"))
	case batch.KindMap:
		b.Key(sub("keys")).Elem(sub("values"))
	case batch.KindStruct:
		seen := map[string]bool{}
		for _, f := range n.get("fields").items {
			s, err := schemaOf(f.get("schema"))
			name := f.get("field").text
			if err != nil {
				return fmt.Errorf("field %q: %w", name, err)
			}
			if seen[name] {
				return fmt.Errorf("%w %s", errTwice, name)
			}
			seen[name] = true
			b.Field(name, s)
		}
	}
	return err
}

func valueOf(s *batch.Schema, n node) (batch.Value, error) {
	if n.isNull() {
		return batch.Value{}, nil
	}
	if n.kind != '{' || len(n.items) == 0 {
		return batch.Value{}, fmt.Errorf("a value without tag")
	}
	tag, v := n.names[0], n.items[0]
	integer := func(k batch.Kind) (batch.Value, error) {
		i, err := v.number(8 * k.FixedBytes())
		return batch.IntValue(k, i), err
	}
	switch tag {
	case "i8":
		return integer(batch.KindInt8)
	case "i16":
		return integer(batch.KindInt16)
	case "i32":
		return integer(batch.KindInt32)
	case "i64":
		return integer(batch.KindInt64)
	case "millis":
		i, err := v.number(64)
		return batch.DateValue(i), err
	case "f32":
		f, err := strconv.ParseFloat(v.text, 32)
		return batch.Float32Value(float32(f)), err
	case "f64":
		f, err := strconv.ParseFloat(v.text, 64)
		return batch.Float64Value(f), err
	case "bool":
		return batch.BooleanValue(v.kind == 't'), nil
	case "s":
		return batch.StringValue(v.text), nil
	case "b":
		b, err := base64.StdEncoding.DecodeString(v.text)
		return batch.BytesValue(b), err
	case "decimal":
		return decimalOf(v)
	case "list":
		return listOf(s, v)
	case "map":
		return mapOf(s, v)
	case "struct":
		return structOf(s, n, v)
	}
	return batch.Value{}, fmt.Errorf("value tag %q", tag)
}

func decimalOf(n node) (batch.Value, error) {
	unscaled, ok := new(big.Int).SetString(n.get("unscaled").text, 10)
	if !ok {
		return batch.Value{}, fmt.Errorf("unscaled %q", n.get("unscaled").text)
	}
	scale, err := n.get("scale").number(32)
	return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: unscaled, Scale: int32(scale)}), err
}

func listOf(s *batch.Schema, n node) (batch.Value, error) {
	var elem *batch.Schema
	if s != nil && s.Kind() == batch.KindArray {
		elem = s.Elem()
	}
	out := make([]batch.Value, len(n.items))
	for i, e := range n.items {
		var err error
		if out[i], err = valueOf(elem, e); err != nil {
			return batch.Value{}, err
		}
	}
	return batch.ArrayValue(out), nil
}

func mapOf(s *batch.Schema, n node) (batch.Value, error) {
	var key, elem *batch.Schema
	if s != nil && s.Kind() == batch.KindMap {
		key, elem = s.Key(), s.Elem()
	}
	m := &batch.MapValue{}
	for _, e := range n.items {
		if len(e.items) != 2 {
			return batch.Value{}, fmt.Errorf("map entry of %d parts", len(e.items))
		}
		k, err := valueOf(key, e.items[0])
		if err != nil {
			return batch.Value{}, err
		}
		v, err := valueOf(elem, e.items[1])
		if err != nil {
			return batch.Value{}, err
		}
		m.Put(k, v)
	}
	return batch.MapValueOf(m), nil
}

// structOf reads a struct by its own schema, or the one around it.
func structOf(s *batch.Schema, n, fields node) (batch.Value, error) {
	own, err := schemaOf(n.get("schema"))
	if err != nil {
		return batch.Value{}, err
	}
	if own != nil {
		s = own
	}
	if s == nil || s.Kind() != batch.KindStruct {
		return batch.Value{}, fmt.Errorf("a struct without schema")
	}
	st := batch.NewStructValue(s)
	for _, e := range fields.items {
		if len(e.items) != 2 || s.Field(e.items[0].text) == nil {
			return batch.Value{}, fmt.Errorf("a struct field that the schema does not have")
		}
		f := s.Field(e.items[0].text)
		if st.Fields[f.Index], err = valueOf(f.Schema, e.items[1]); err != nil {
			return batch.Value{}, err
		}
	}
	return batch.StructValueOf(st), nil
}
