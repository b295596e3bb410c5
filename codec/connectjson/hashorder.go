package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/hashmap"
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
	return java.HashOrder(hashes, firstTable, func(a, b int32) int { return hashmap.Compare(keys[a], keys[b]) })
}

// hashOfKey is the hash of the place-th key of a map. What hashes by identity in Java has another place there at every run, and keeps its own here.
func hashOfKey(v batch.Value, place int) int32 {
	if byIdentity(v) {
		return int32(place)
	}
	return hashmap.Hash(v, java.HashBytes)
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
