package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/internal/java"
)

// firstTable is the bucket count of new HashMap() at its first put.
const firstTable = 16

// hashOrderedDeep returns a schemaless value with every map in it in HashMap order: a value outside a
// column has no other way to say how its maps iterate.
func hashOrderedDeep(v batch.Value) batch.Value {
	switch v.Tag() {
	case batch.TagArray:
		for i, e := range v.Array() {
			v.Array()[i] = hashOrderedDeep(e)
		}
	case batch.TagMap:
		m := hashmap.Ordered(v.Map())
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
