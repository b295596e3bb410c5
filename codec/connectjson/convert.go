package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// reader turns nodes into values, one at a time.
type reader struct{ replaceNull bool }

// value converts n under s, schemaless when s is nil. n nil is a member that is not there.
//
// Schemaless maps keep the order of members; maps under a schema come in HashMap order.
// Errors: *codec.Error, *batch.DataError. Source: JsonConverter.convertToConnect.
func (r reader) value(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	if s == nil {
		return r.schemaless(n), nil
	}
	if n == nil || n.Kind == jsonscan.Null {
		switch {
		case s.HasDefault() && r.replaceNull:
			return s.Default(), nil
		case s.Optional():
			return batch.Null(), nil
		}
		return batch.Null(), codec.Data("Invalid null value for required %s field", s.Kind())
	}
	if s.HasName() {
		switch s.Name() {
		case batch.DecimalName:
			return jsonlogical.ReadDecimal(s, n)
		case batch.DateName, batch.TimeName, batch.TimestampName:
			return jsonlogical.ReadDate(s.Name(), n)
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
		if n.Kind != jsonscan.String {
			return batch.Null(), nil
		}
		b, ok := jsonscan.AppendBase64(nil, n.Text)
		if !ok {
			return batch.Null(), codec.Data("Invalid bytes field")
		}
		return batch.BytesValue(b), nil
	case batch.KindArray:
		return r.array(s, n)
	case batch.KindMap:
		return r.mapping(s, n)
	}
	return r.structure(s, n)
}

// schemaless converts n by its own type. Integers wrap at 64 bits.
func (r reader) schemaless(n *jsonscan.Node) batch.Value {
	switch n.Kind {
	case jsonscan.Boolean:
		return batch.BooleanValue(n.Bool)
	case jsonscan.Integer:
		return batch.Int64Value(n.Int)
	case jsonscan.Decimal:
		return batch.Float64Value(n.DoubleValue())
	case jsonscan.String:
		return batch.StringValue(n.Text)
	case jsonscan.Array:
		out := make([]batch.Value, len(n.Items))
		for i := range n.Items {
			out[i] = r.schemaless(&n.Items[i])
		}
		return batch.ArrayValue(out)
	case jsonscan.Object:
		m := &batch.MapValue{Keys: make([]batch.Value, len(n.Items)), Values: make([]batch.Value, len(n.Items))}
		for i := range n.Items {
			m.Keys[i] = batch.StringValue(n.Names[i])
			m.Values[i] = r.schemaless(&n.Items[i])
		}
		return batch.MapValueOf(m)
	}
	return batch.Null()
}

// array converts the elements of an array, or the values of an object; anything else has none.
func (r reader) array(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	out := make([]batch.Value, len(n.Items))
	for i := range n.Items {
		v, err := r.value(s.Elem(), &n.Items[i])
		if err != nil {
			return batch.Null(), err
		}
		out[i] = v
	}
	return batch.ArrayValue(out), nil
}

// mapping converts an object where keys are strings, otherwise an array of pairs.
func (r reader) mapping(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	if s.Key().Kind() == batch.KindString {
		if n.Kind != jsonscan.Object {
			return batch.Null(), codec.Data("Maps with string fields should be encoded as JSON objects, but found %s", n.Kind.TypeName())
		}
		m := &batch.MapValue{}
		for i := range n.Items {
			v, err := r.value(s.Elem(), &n.Items[i])
			if err != nil {
				return batch.Null(), codec.InField(err, n.Names[i])
			}
			m.Keys, m.Values = append(m.Keys, batch.StringValue(n.Names[i])), append(m.Values, v)
		}
		return batch.MapValueOf(hashmap.Ordered(m)), nil
	}
	if n.Kind != jsonscan.Array {
		return batch.Null(), codec.Data("Maps with non-string fields should be encoded as JSON array of tuples, but found %s", n.Kind.TypeName())
	}
	m := &batch.MapValue{}
	places := map[string]int{}
	var key []byte
	for i := range n.Items {
		e := &n.Items[i]
		if e.Kind != jsonscan.Array {
			return batch.Null(), codec.Data("Found invalid map entry instead of array tuple: %s", e.Kind.TypeName())
		}
		if len(e.Items) != 2 {
			return batch.Null(), codec.Data("Found invalid map entry, expected length 2 but found :%d", len(e.Items))
		}
		k, err := r.value(s.Key(), &e.Items[0])
		if err != nil {
			return batch.Null(), err
		}
		v, err := r.value(s.Elem(), &e.Items[1])
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

// structure converts the members that s names, and checks each as Struct.put does.
func (r reader) structure(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	if n.Kind != jsonscan.Object {
		return batch.Null(), codec.Data("Structs should be encoded as JSON objects, but found %s", n.Kind.TypeName())
	}
	var index map[string]int
	if len(n.Names) > 16 {
		index = make(map[string]int, len(n.Names))
		for i, name := range n.Names {
			index[name] = i
		}
	}
	out := batch.NewStructValue(s)
	for i := range s.Fields() {
		f := &s.Fields()[i]
		var member *jsonscan.Node
		if index == nil {
			member = n.Member(f.Name)
		} else if at, ok := index[f.Name]; ok {
			member = &n.Items[at]
		}
		v, err := r.value(f.Schema, member)
		if err != nil {
			return batch.Null(), codec.InField(err, f.Name)
		}
		if err := f.Schema.ValidateField(f.Name, v); err != nil {
			return batch.Null(), codec.InField(&codec.Error{Class: codec.DataException, Text: err.Error(), Pos: -1}, f.Name)
		}
		out.Fields[i] = v
	}
	return batch.StructValueOf(out), nil
}
