package connectjson

import (
	"cmp"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// firstTable is the bucket count of new HashMap() at its first put.
const firstTable = 16

// hashOrdered returns m, its entries in the iteration order of a HashMap that received them in this
// order.
func hashOrdered(m *batch.MapValue) *batch.MapValue {
	if len(m.Keys) < 2 {
		return m
	}
	out := &batch.MapValue{Keys: make([]batch.Value, 0, len(m.Keys)), Values: make([]batch.Value, 0, len(m.Keys))}
	for _, i := range hashOrderOf(m.Keys) {
		out.Keys, out.Values = append(out.Keys, m.Keys[i]), append(out.Values, m.Values[i])
	}
	return out
}

// hashOrderOf returns the positions of distinct keys of any class in HashMap order.
func hashOrderOf(keys []batch.Value) []int32 {
	hashes := make([]int32, len(keys))
	for i := range keys {
		hashes[i] = hashOfKey(keys[i], i)
	}
	return java.HashOrder(hashes, firstTable, func(a, b int32) int { return compareKeys(keys[a], keys[b]) })
}

// hashOfKey is hashOf for the place-th key of a map. What hashes by identity in Java has another place there at every run, and keeps its own here.
func hashOfKey(v batch.Value, place int) int32 {
	if byIdentity(v) {
		return int32(place)
	}
	return hashOf(v)
}

// hashOf is Object.hashCode of a value.
func hashOf(v batch.Value) int32 {
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32:
		return java.HashInt(int32(v.Int()))
	case batch.TagInt64, batch.TagDate:
		return java.HashLong(v.Int())
	case batch.TagFloat32:
		return java.HashFloat(float32(v.Float()))
	case batch.TagFloat64:
		return java.HashDouble(v.Float())
	case batch.TagBoolean:
		return java.HashBool(v.Bool())
	case batch.TagString:
		return java.HashString(v.Str())
	case batch.TagBytes:
		return java.HashBytes(v.Bytes())
	case batch.TagDecimal:
		return java.NewDecimalBig(v.Decimal().Unscaled, v.Decimal().Scale).Hash()
	case batch.TagArray:
		h := int32(1)
		for _, e := range v.Array() {
			h = 31*h + hashOf(e)
		}
		return h
	case batch.TagMap:
		h := int32(0)
		for i := range v.Map().Keys {
			h += hashOf(v.Map().Keys[i]) ^ hashOf(v.Map().Values[i])
		}
		return h
	case batch.TagStruct:
		h := int32(1)
		for _, e := range v.Struct().Fields {
			h = 31*h + hashOf(e)
		}
		return h
	}
	return 0
}

// compareKeys orders keys of one comparable class as compareTo, others as equal.
func compareKeys(a, b batch.Value) int {
	if a.Tag() != b.Tag() {
		return 0
	}
	switch a.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64, batch.TagDate, batch.TagBoolean:
		return cmp.Compare(a.Int(), b.Int())
	case batch.TagFloat32, batch.TagFloat64:
		return cmp.Compare(a.Float(), b.Float())
	case batch.TagString:
		return java.CompareUTF16(a.Str(), b.Str())
	case batch.TagDecimal:
		x, y := a.Decimal(), b.Decimal()
		return java.NewDecimalBig(x.Unscaled, x.Scale).Compare(java.NewDecimalBig(y.Unscaled, y.Scale))
	}
	return 0
}

// hashOrderedDeep returns a schemaless value with every map in it in HashMap order: a value outside a
// column has no other way to say how its maps iterate.
func hashOrderedDeep(v batch.Value) batch.Value {
	switch v.Tag() {
	case batch.TagArray:
		for i, e := range v.Array() {
			v.Array()[i] = hashOrderedDeep(e)
		}
	case batch.TagMap:
		m := hashOrdered(v.Map())
		for i, e := range m.Values {
			m.Values[i] = hashOrderedDeep(e)
		}
		return batch.MapValueOf(m)
	}
	return v
}

// hashOrderOfNames returns fields, whose names are given, as a HashMap iterates that received them in
// this order.
func hashOrderOfNames(fields []int32, names []string) []int32 {
	out := make([]int32, 0, len(fields))
	for _, i := range java.HashMapOrder(names) {
		out = append(out, fields[i])
	}
	return out
}
