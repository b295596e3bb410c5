package tagged

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
)

// ParseSchema reads a schema of the conformance protocol; null is nil. Parameters keep their order, an
// array or map of unknown content has nil where Java has null. Errors name what was met.
func ParseSchema(text []byte) (*batch.Schema, error) {
	n, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return SchemaOf(n)
}

// ParseValue reads a tagged value of the conformance protocol, which stands under s or nowhere.
// Strings keep lone surrogates in three bytes each. Errors name what was met.
func ParseValue(s *batch.Schema, text []byte) (batch.Value, error) {
	n, err := Parse(text)
	if err != nil {
		return batch.Value{}, err
	}
	return ValueOf(s, n)
}

// ErrTwice is about a struct schema with two fields of one name, with the text and class of Java's SchemaBuilder.
var ErrTwice error = twice{}

type twice struct{}

func (twice) Error() string     { return "Cannot create field because of field name duplication" }
func (twice) JavaClass() string { return "org.apache.kafka.connect.errors.SchemaBuilderException" }

func kindOf(name string) (batch.Kind, bool) {
	for k := batch.KindInt8; k <= batch.KindStruct; k++ {
		if strings.EqualFold(k.String(), name) {
			return k, true
		}
	}
	return 0, false
}

// SchemaOf reads the schema in n; null is nil. See ParseSchema.
func SchemaOf(n Node) (*batch.Schema, error) {
	if n.IsNull() {
		return nil, nil
	}
	k, ok := kindOf(n.Get("type").Text)
	if !ok {
		return nil, fmt.Errorf("schema type %q", n.Get("type").Text)
	}
	b := batch.NewSchema(k).Optional(n.Get("optional").Kind == 't')
	if m := n.Get("name"); !m.IsNull() {
		b.Name(m.Text)
	}
	if m := n.Get("version"); !m.IsNull() {
		v, err := m.Number(32)
		if err != nil {
			return nil, err
		}
		b.Version(int32(v))
	}
	if m := n.Get("doc"); !m.IsNull() {
		b.Doc(m.Text)
	}
	params := n.Get("parameters")
	for i, name := range params.Names {
		b.Param(name, params.Items[i].Text)
	}
	if err := content(b, k, n); err != nil {
		return nil, err
	}
	if m := n.Get("default"); !m.IsNull() {
		v, err := ValueOf(b.Build(), m)
		if err != nil {
			return nil, fmt.Errorf("default: %w", err)
		}
		b.Default(v)
	}
	return b.Build(), nil
}

// content reads what an array, map or struct schema holds.
func content(b *batch.Builder, k batch.Kind, n Node) error {
	var err error
	sub := func(name string) (s *batch.Schema) {
		if err == nil {
			s, err = SchemaOf(n.Get(name))
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
		for _, f := range n.Get("fields").Items {
			s, err := SchemaOf(f.Get("schema"))
			name := f.Get("field").Text
			if err != nil {
				return fmt.Errorf("field %q: %w", name, err)
			}
			if seen[name] {
				return fmt.Errorf("%w %s", ErrTwice, name)
			}
			seen[name] = true
			b.Field(name, s)
		}
	}
	return err
}

// ValueOf reads the value in n, which stands under s or nowhere. See ParseValue.
func ValueOf(s *batch.Schema, n Node) (batch.Value, error) {
	if n.IsNull() {
		return batch.Value{}, nil
	}
	if n.Kind != '{' || len(n.Items) == 0 {
		return batch.Value{}, fmt.Errorf("a value without tag")
	}
	tag, v := n.Names[0], n.Items[0]
	integer := func(k batch.Kind) (batch.Value, error) {
		i, err := v.Number(8 * k.FixedBytes())
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
		i, err := v.Number(64)
		return batch.DateValue(i), err
	case "f32":
		f, err := strconv.ParseFloat(v.Text, 32)
		return batch.Float32Value(float32(f)), err
	case "f64":
		f, err := strconv.ParseFloat(v.Text, 64)
		return batch.Float64Value(f), err
	case "bool":
		return batch.BooleanValue(v.Kind == 't'), nil
	case "s":
		return batch.StringValue(v.Text), nil
	case "b":
		b, err := base64.StdEncoding.DecodeString(v.Text)
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

func decimalOf(n Node) (batch.Value, error) {
	unscaled, ok := new(big.Int).SetString(n.Get("unscaled").Text, 10)
	if !ok {
		return batch.Value{}, fmt.Errorf("unscaled %q", n.Get("unscaled").Text)
	}
	scale, err := n.Get("scale").Number(32)
	return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: unscaled, Scale: int32(scale)}), err
}

func listOf(s *batch.Schema, n Node) (batch.Value, error) {
	var elem *batch.Schema
	if s != nil && s.Kind() == batch.KindArray {
		elem = s.Elem()
	}
	out := make([]batch.Value, len(n.Items))
	for i, e := range n.Items {
		var err error
		if out[i], err = ValueOf(elem, e); err != nil {
			return batch.Value{}, err
		}
	}
	return batch.ArrayValue(out), nil
}

func mapOf(s *batch.Schema, n Node) (batch.Value, error) {
	var key, elem *batch.Schema
	if s != nil && s.Kind() == batch.KindMap {
		key, elem = s.Key(), s.Elem()
	}
	m := &batch.MapValue{}
	for _, e := range n.Items {
		if len(e.Items) != 2 {
			return batch.Value{}, fmt.Errorf("map entry of %d parts", len(e.Items))
		}
		k, err := ValueOf(key, e.Items[0])
		if err != nil {
			return batch.Value{}, err
		}
		v, err := ValueOf(elem, e.Items[1])
		if err != nil {
			return batch.Value{}, err
		}
		m.Put(k, v)
	}
	return batch.MapValueOf(m), nil
}

// structOf reads a struct by its own schema, or the one around it.
func structOf(s *batch.Schema, n, fields Node) (batch.Value, error) {
	own, err := SchemaOf(n.Get("schema"))
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
	for _, e := range fields.Items {
		if len(e.Items) != 2 || s.Field(e.Items[0].Text) == nil {
			return batch.Value{}, fmt.Errorf("a struct field that the schema does not have")
		}
		f := s.Field(e.Items[0].Text)
		if st.Fields[f.Index], err = ValueOf(f.Schema, e.Items[1]); err != nil {
			return batch.Value{}, err
		}
	}
	return batch.StructValueOf(st), nil
}
