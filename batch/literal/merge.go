package literal

import "github.com/millrace/millrace/batch"

// merger finds the schema that all elements of a list, or all keys or values of a map, can have.
//
// Source: Values.SchemaMerger, mergeSchemas.
type merger struct {
	schema *batch.Schema // nil: nothing seen, or nothing in common
	apart  bool          // nothing in common
}

func (m *merger) merge(s *batch.Schema) {
	switch {
	case s == nil || m.apart:
	case m.schema == nil:
		m.schema = s
	default:
		m.schema = common(m.schema, s)
		m.apart = m.schema == nil
	}
}

// common returns the wider of two numeric types, of two equal types the latter schema, otherwise nil.
// Logical types count as the types beneath, so that a Date stands for INT32.
func common(a, b *batch.Schema) *batch.Schema {
	x, y := a.Kind(), b.Kind()
	switch {
	case x == y:
		return b
	case x > batch.KindFloat64 || y > batch.KindFloat64:
		return nil
	case x > y:
		return a
	}
	return b
}

// alignList converts the elements to their common schema.
func alignList(elem *batch.Schema, values []batch.Value) (typed, bool) {
	if elem != nil {
		for i := range values {
			v, ok := convert(elem, values[i])
			if !ok {
				return typed{}, false
			}
			values[i] = v
		}
	}
	if values == nil {
		values = []batch.Value{}
	}
	return typed{batch.NewSchema(batch.KindArray).Elem(elem).Build(), batch.ArrayValue(values)}, true
}

// alignMap converts keys, and values if both have something in common.
func alignMap(key, elem *batch.Schema, in *entries) (typed, bool) {
	if key == nil {
		return typed{batch.NewSchema(batch.KindMap).Build(), batch.MapValueOf(&in.m)}, true
	}
	var out entries
	for i := range in.m.Keys {
		k, ok := convert(key, in.m.Keys[i])
		if !ok {
			return typed{}, false
		}
		v := in.m.Values[i]
		if elem != nil {
			if v, ok = convert(elem, v); !ok {
				return typed{}, false
			}
		}
		out.put(k, v)
	}
	return typed{batch.NewSchema(batch.KindMap).Key(key).Elem(elem).Build(), batch.MapValueOf(&out.m)}, true
}

// convert makes v, which merge let pass, a value of s; ok is false where Java throws: null, a date
// among plain numbers, a number that is no time of the day. Source: Values.convertTo.
func convert(s *batch.Schema, v batch.Value) (batch.Value, bool) {
	if v.IsNull() {
		return batch.Value{}, false
	}
	k := s.Kind()
	if k > batch.KindFloat64 {
		return v, true
	}
	if s.Logical() != batch.LogicalNone {
		return convertDate(s.Logical(), v)
	}
	if v.Tag() == batch.TagOf(k) {
		return v, true
	}
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		switch k {
		case batch.KindFloat32:
			return batch.Float32Value(float32(float64(v.Int()))), true
		case batch.KindFloat64:
			return batch.Float64Value(float64(v.Int())), true
		}
		return batch.IntValue(k, v.Int()), true
	case batch.TagFloat32:
		return batch.Float64Value(v.Float()), true
	case batch.TagFloat64:
		return batch.Float32Value(float32(v.Float())), true
	}
	return batch.Value{}, false
}

const millisPerDay = 24 * 60 * 60 * 1000

// convertDate makes a date, or a number, a value of a logical type.
func convertDate(l batch.Logical, v batch.Value) (batch.Value, bool) {
	if v.Tag() == batch.TagDate {
		return v, true
	}
	switch l {
	case batch.LogicalDate:
		return batch.DateValue(int64(int32(v.Int())) * millisPerDay), true
	case batch.LogicalTime:
		ms := int64(int32(v.Int()))
		return batch.DateValue(ms), ms >= 0 && ms <= millisPerDay
	}
	return batch.DateValue(v.Int()), true
}

// entries is a map that is being filled: an equal key keeps its place and gets the new value.
type entries struct {
	m  batch.MapValue
	at map[string]int
}

func (e *entries) put(k, v batch.Value) {
	key := string(k.AppendKey(nil))
	if i, ok := e.at[key]; ok {
		e.m.Values[i] = v
		return
	}
	if e.at == nil {
		e.at = map[string]int{}
	}
	e.at[key] = len(e.m.Keys)
	e.m.Keys = append(e.m.Keys, k)
	e.m.Values = append(e.m.Values, v)
}
