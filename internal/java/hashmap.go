package java

import "math/bits"

// treeBin is the chain length at which java.util.HashMap gives up on a chain: below
// minTreeTable buckets it doubles the table, from there on it builds a tree.
const (
	treeBin      = 8
	minTreeTable = 64
	defaultTable = 16
	maximumTable = 1 << 30
)

// TableSize is the bucket count that new HashMap(capacity) starts with at its first put.
// Source: HashMap.tableSizeFor.
func TableSize(capacity int) int {
	if capacity <= 1 {
		return 1
	}
	if capacity >= maximumTable {
		return maximumTable
	}
	return 1 << bits.Len(uint(capacity-1))
}

// CopyTableSize is the bucket count that new HashMap(map) gives to a copy of n > 0 entries:
// the least power of two with n <= 0.75 * size, the rule since JDK 19 (before, exactly 12, 24,
// 48... entries got twice as many). Filling the copy never doubles it.
// Source: HashMap.putMapEntries.
func CopyTableSize(n int) int {
	return TableSize((n*4 + 2) / 3)
}

// SetTableSize is the bucket count of new HashSet(collection of n elements).
func SetTableSize(n int) int {
	return TableSize(max(int(float32(n)/0.75)+1, defaultTable))
}

// HashMapOrder gives the iteration order of a java.util.HashMap filled with keys in order, as
// indices into keys; of equal keys the first index stands.
//
// Shape: keys are UTF-8; the result has one index per distinct key.
// Source: HashMap.put, resize, HashIterator.
func HashMapOrder(keys []string) []int32 {
	return HashMapOrderSized(keys, defaultTable)
}

// HashMapOrderSized is HashMapOrder for a map whose first table has the given number of buckets:
// TableSize(n) for new HashMap(n), CopyTableSize(len) for new HashMap(map) with keys in the
// iteration order of that map.
func HashMapOrderSized(keys []string, table int) []int32 {
	index := make(map[string]struct{}, len(keys))
	hashes := make([]int32, 0, len(keys))
	var at []int32 // positions of the distinct keys once one was seen twice
	for i, k := range keys {
		if _, ok := index[k]; ok {
			if at == nil {
				at = make([]int32, i, len(keys))
				for j := range at {
					at[j] = int32(j)
				}
			}
			continue
		}
		index[k] = struct{}{}
		hashes = append(hashes, HashString(k))
		if at != nil {
			at = append(at, int32(i))
		}
	}
	order := hashOrder(hashes, table, func(a, b int32) int {
		if at != nil {
			a, b = at[a], at[b]
		}
		return CompareUTF16(keys[a], keys[b])
	})
	if at != nil {
		for i, o := range order {
			order[i] = at[o]
		}
	}
	return order
}

// HashOrder is HashMapOrderSized for distinct keys of any class by their hashCode. compare orders
// two keys by index as their compareTo does and is asked only where a bucket holds more than
// eight keys in a table of 64 or more; it may be nil for keys whose hashes are all different.
func HashOrder(hashes []int32, table int, compare func(a, b int32) int) []int32 {
	return hashOrder(hashes, table, compare)
}

// InHashOrder reports whether a HashMap, made without a size, surely iterates over distinct keys of these hashes in this order if it received
// them so. It says no where HashOrder would have to compare keys.
func InHashOrder(hashes []int32) bool {
	grown := tableFor(len(hashes), defaultTable)
	mask, last := uint32(grown-1), uint32(0)
	for _, h := range hashes {
		b := spread(h) & mask
		if b < last {
			return false
		}
		last = b
	}
	return !crowded(hashes, defaultTable, grown)
}

// spread is HashMap.hash: the high half folded into the low one.
func spread(h int32) uint32 { return uint32(h) ^ uint32(h)>>16 }

func hashOrder(hashes []int32, table int, compare func(a, b int32) int) []int32 {
	if table <= 0 {
		table = defaultTable
	}
	grown := tableFor(len(hashes), table)
	if crowded(hashes, table, grown) {
		return newTreeMap(hashes, table, compare).order()
	}
	// Doubling keeps the order inside a bucket, so the order is a stable sort by the last bucket.
	counts := make([]int32, grown+1)
	mask := uint32(grown - 1)
	for _, h := range hashes {
		counts[spread(h)&mask+1]++
	}
	for i := 1; i <= grown; i++ {
		counts[i] += counts[i-1]
	}
	order := make([]int32, len(hashes))
	for i, h := range hashes {
		b := spread(h) & mask
		order[counts[b]] = int32(i)
		counts[b]++
	}
	return order
}

// tableFor is the bucket count after n puts into a map that starts with table buckets.
func tableFor(n, table int) int {
	for table < maximumTable && float64(n) > float64(table)*0.75 {
		table *= 2
	}
	return table
}

// crowded says whether some bucket held more than treeBin keys while the map grew from table to
// grown buckets. A table of t buckets sees at most 0.75 t + 1 keys.
func crowded(hashes []int32, table, grown int) bool {
	if len(hashes) <= treeBin {
		return false
	}
	var few [64]uint8
	for t := table; t <= grown; t *= 2 {
		seen := min(len(hashes), t*3/4+1)
		if seen <= treeBin {
			continue
		}
		counts := few[:]
		if t > len(few) {
			counts = make([]uint8, t)
		}
		clear(counts)
		for _, h := range hashes[:seen] {
			b := spread(h) & uint32(t-1)
			if counts[b]++; counts[b] > treeBin {
				return true
			}
		}
	}
	return false
}
