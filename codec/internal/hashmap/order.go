package hashmap

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// firstTable is the bucket count of new HashMap() at its first put.
const firstTable = 16

// Ordered returns m, whose keys are distinct, its entries in the iteration order of a HashMap that received them in this order. Bytes are arrays.
func Ordered(m *batch.MapValue) *batch.MapValue {
	if len(m.Keys) < 2 {
		return m
	}
	hashes := make([]int32, len(m.Keys))
	for i, k := range m.Keys {
		hashes[i] = HashOfKey(k, i)
	}
	out := &batch.MapValue{Keys: make([]batch.Value, 0, len(m.Keys)), Values: make([]batch.Value, 0, len(m.Keys))}
	for _, i := range java.HashOrder(hashes, firstTable, func(a, b int32) int { return Compare(m.Keys[a], m.Keys[b]) }) {
		out.Keys, out.Values = append(out.Keys, m.Keys[i]), append(out.Values, m.Values[i])
	}
	return out
}

// HashOfKey is the hash of the place-th key of a map. What hashes by identity in Java has another place there at every run, and keeps its own here.
func HashOfKey(v batch.Value, place int) int32 {
	if ByIdentity(v) {
		return int32(place)
	}
	return Hash(v, java.HashBytes)
}

// ByIdentity reports whether a HashMap takes every reading of v for another key: Java compares byte arrays by identity, but those that are
// fields of a struct; Jackson makes only one that is empty. Source: Struct.equals, AbstractList.equals, ByteArrayBuilder.toByteArray.
func ByIdentity(v batch.Value) bool {
	switch v.Tag() {
	case batch.TagBytes:
		return len(v.Bytes()) > 0
	case batch.TagArray:
		return slices.ContainsFunc(v.Array(), ByIdentity)
	case batch.TagMap:
		return slices.ContainsFunc(v.Map().Keys, ByIdentity) || slices.ContainsFunc(v.Map().Values, ByIdentity)
	case batch.TagStruct:
		return slices.ContainsFunc(v.Struct().Fields, func(f batch.Value) bool { return f.Tag() != batch.TagBytes && ByIdentity(f) })
	}
	return false
}
