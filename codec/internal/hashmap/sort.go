package hashmap

import (
	"slices"

	"github.com/millrace/millrace/internal/java"
)

// Few is how many entries Sort orders in place, without memory of its own.
const Few = 16

// Entry is a key of a map with its hash code. Compare orders keys as Compare does.
type Entry[E any] interface {
	HashCode() int32
	Compare(E) int
}

// Sort puts entries, which came in this order into a HashMap of a table of that size, into the order in which it iterates.
func Sort[E Entry[E]](list []E, table int) {
	if len(list) > Few {
		hashes := make([]int32, len(list))
		for k := range list {
			hashes[k] = list[k].HashCode()
		}
		given := slices.Clone(list)
		for k, o := range java.HashOrder(hashes, table, func(a, b int32) int { return given[a].Compare(given[b]) }) {
			list[k] = given[o]
		}
		return
	}
	for float64(len(list)) > float64(table)*0.75 {
		table *= 2
	}
	mask := uint32(table - 1)
	var buckets [Few]uint32
	for k := range list {
		b := bucket(list[k].HashCode(), mask)
		if k == 0 || buckets[k-1] <= b {
			buckets[k] = b
			continue
		}
		e, at := list[k], k
		for ; at > 0 && buckets[at-1] > b; at-- {
			list[at], buckets[at] = list[at-1], buckets[at-1]
		}
		list[at], buckets[at] = e, b
	}
}

// bucket is the place of a hash in a table. Source: HashMap.hash.
func bucket(h int32, mask uint32) uint32 { return (uint32(h) ^ uint32(h)>>16) & mask }
