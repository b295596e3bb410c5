package generate

import (
	"slices"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// hashOrder sorts a map's entries with text keys as a java.util.HashMap that grew to them iterates: by bucket, and within a bucket
// by insertion. Chains stay below the length at which a bucket becomes a tree.
func hashOrder(items []protocol.Value) {
	n := len(items) / 2
	table := uint32(16)
	for float64(n) > 0.75*float64(table) {
		table *= 2
	}
	type entry struct {
		bucket     uint32
		key, value protocol.Value
	}
	entries := make([]entry, n)
	for i := range entries {
		h := javaHash(items[2*i].Text)
		entries[i] = entry{(h ^ h>>16) & (table - 1), items[2*i], items[2*i+1]}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return int(a.bucket) - int(b.bucket) })
	for i, e := range entries {
		items[2*i], items[2*i+1] = e.key, e.value
	}
}

// javaHash is String.hashCode.
func javaHash(text string) uint32 {
	var h uint32
	for _, u := range protocol.UTF16(text) {
		h = 31*h + uint32(u)
	}
	return h
}
