package jsonschema

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// read converts a value under s. n nil is a member that is not there. Maps come in HashMap order.
//
// Errors: *codec.Error, *batch.DataError. Source: JsonSchemaData.toConnectData.
func (d *data) read(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	if n == nil || n.Kind == jsonscan.Null {
		switch {
		case s.HasDefault():
			return s.Default(), nil
		case n == nil || s.Optional():
			return batch.Null(), nil
		}
		return batch.Null(), nullRequired(s)
	}
	if s.HasName() {
		switch s.Name() {
		case batch.DecimalName:
			return jsonlogical.ReadDecimal(s, n)
		case batch.DateName, batch.TimeName, batch.TimestampName:
			return jsonlogical.ReadDate(s.Name(), n)
		case variantName:
			if d.hashed { // org.json had it in between
				hashed := cloned(n)
				hashOrder(&hashed)
				n = &hashed
			}
			return readVariant(s, n)
		}
	}
	switch s.Kind() {
	case batch.KindInt8, batch.KindInt16, batch.KindInt32:
		return batch.IntValue(s.Kind(), int64(n.IntValue())), nil
	case batch.KindInt64:
		return batch.Int64Value(n.LongValue()), nil
	case batch.KindFloat32:
		return batch.Float32Value(n.FloatValue()), nil
	case batch.KindFloat64:
		return batch.Float64Value(n.DoubleValue()), nil
	case batch.KindBoolean:
		return batch.BooleanValue(n.Kind == jsonscan.Boolean && n.Bool), nil
	case batch.KindString:
		if n.Kind != jsonscan.String {
			return batch.Null(), nil
		}
		return batch.StringValue(n.Text), nil
	case batch.KindBytes:
		return readBytes(n)
	case batch.KindArray:
		return d.readArray(s, n)
	case batch.KindMap:
		return d.readMap(s, n)
	}
	if isUnion(s) {
		return d.readUnion(s, n)
	}
	return d.readStruct(s, n)
}

func nullRequired(s *batch.Schema) error {
	return codec.Data("Invalid null value for required %s field", s.Kind())
}

// readBytes takes text as Base64. Anything else becomes the number that it is, or zero, which only a Decimal can hold.
func readBytes(n *jsonscan.Node) (batch.Value, error) {
	if n.Kind != jsonscan.String {
		v := java.NewDecimal(0, 0)
		if n.Kind == jsonscan.Integer || n.Kind == jsonscan.Decimal {
			v = n.DecimalValue()
		}
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: v.Unscaled(), Scale: v.Scale()}), nil
	}
	b, ok := jsonscan.AppendBase64([]byte{}, n.Text)
	if !ok {
		return batch.Null(), codec.Data("Invalid bytes field")
	}
	return batch.BytesValue(b), nil
}

// readArray converts the elements of an array, or the values of an object; anything else has none.
func (d *data) readArray(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	out := make([]batch.Value, len(n.Items))
	for i := range n.Items {
		v, err := d.read(s.Elem(), &n.Items[i])
		if err != nil {
			return batch.Null(), err
		}
		out[i] = v
	}
	return batch.ArrayValue(out), nil
}

// readMap converts an object where keys are strings, otherwise an array of objects of a key and a value.
func (d *data) readMap(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	m := &batch.MapValue{}
	if stringKeyed(s) {
		if n.Kind != jsonscan.Object {
			return batch.Null(), codec.Data("Maps with string fields should be encoded as JSON objects, but found %s", n.Kind.TypeName())
		}
		for i := range n.Items {
			v, err := d.read(s.Elem(), &n.Items[i])
			if err != nil {
				return batch.Null(), codec.InField(err, n.Names[i])
			}
			m.Keys, m.Values = append(m.Keys, batch.StringValue(n.Names[i])), append(m.Values, v)
		}
		return batch.MapValueOf(hashmap.Ordered(m)), nil
	}
	if n.Kind != jsonscan.Array {
		return batch.Null(), codec.Data("Maps with non-string fields should be encoded as JSON array of objects, but found %s", n.Kind.TypeName())
	}
	places := map[string]int{}
	var key []byte
	for i := range n.Items {
		e := &n.Items[i]
		if e.Kind != jsonscan.Object {
			return batch.Null(), codec.Data("Found invalid map entry instead of object: %s", e.Kind.TypeName())
		}
		if len(e.Items) != 2 {
			return batch.Null(), codec.Data("Found invalid map entry, expected length 2 but found :%d", len(e.Items))
		}
		k, err := d.read(s.Key(), e.Member(keyField))
		if err != nil {
			return batch.Null(), err
		}
		v, err := d.read(s.Elem(), e.Member(valueField))
		if err != nil {
			return batch.Null(), err
		}
		if !hashmap.ByIdentity(k) {
			key = k.AppendKey(key[:0])
			if at, ok := places[string(key)]; ok {
				m.Values[at] = v
				continue
			}
			places[string(key)] = len(m.Keys)
		}
		m.Keys, m.Values = append(m.Keys, k), append(m.Values, v)
	}
	return batch.MapValueOf(hashmap.Ordered(m)), nil
}

// readStruct converts the members that s names. What a member becomes is checked where it is put, as Struct.put does;
// what is not there stays null, whatever its schema says.
func (d *data) readStruct(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	if n.Kind != jsonscan.Object {
		return batch.Null(), codec.Data("Structs should be encoded as JSON objects, but found %s", n.Kind.TypeName())
	}
	out := batch.NewStructValue(s)
	find := membersOf(n)
	for i := range s.Fields() {
		f := &s.Fields()[i]
		v, err := d.read(f.Schema, find(f.Name))
		if err == nil && !v.IsNull() {
			err = put(out, i, v)
		}
		if err != nil {
			return batch.Null(), codec.InField(err, f.Name)
		}
	}
	return batch.StructValueOf(out), nil
}

// put makes v the value of field i, if it fits.
func put(s *batch.StructValue, i int, v batch.Value) error {
	f := &s.Schema.Fields()[i]
	if err := f.Schema.ValidateField(f.Name, v); err != nil {
		return codec.Data("%s", err)
	}
	s.Fields[i] = v
	return nil
}

// outsideStructs is v with the schema that it stands under in place of the one that the default of a variant has, which has no default. Java compares
// the two where a struct has it, and nowhere else.
func outsideStructs(s *batch.Schema, v batch.Value) batch.Value {
	within := s
	for within.Kind() == batch.KindArray || within.Kind() == batch.KindMap {
		within = within.Elem()
	}
	if v.IsNull() || within.Kind() != batch.KindStruct || !isVariant(within) || !within.HasDefault() {
		return v
	}
	each := func(values []batch.Value) []batch.Value {
		out := make([]batch.Value, len(values))
		for i, e := range values {
			out[i] = outsideStructs(s.Elem(), e)
		}
		return out
	}
	switch s.Kind() {
	case batch.KindArray:
		return batch.ArrayValue(each(v.Array()))
	case batch.KindMap:
		return batch.MapValueOf(&batch.MapValue{Keys: v.Map().Keys, Values: each(v.Map().Values)})
	}
	return batch.StructValueOf(&batch.StructValue{Schema: s, Fields: v.Struct().Fields})
}

// membersOf returns what finds the members of an object by name.
func membersOf(n *jsonscan.Node) func(string) *jsonscan.Node {
	const few = 16
	if len(n.Names) <= few {
		return n.Member
	}
	index := make(map[string]int, len(n.Names))
	for i, name := range n.Names {
		index[name] = i
	}
	return func(name string) *jsonscan.Node {
		if i, ok := index[name]; ok {
			return &n.Items[i]
		}
		return nil
	}
}
