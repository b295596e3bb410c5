package avro

import (
	"github.com/millrace/millrace/internal/java"
)

// outEntry is an entry of a map that is being written.
type outEntry struct {
	row  int
	hash int32
}

// hashMapTable is the bucket count of new HashMap() at its first put.
const hashMapTable = 16

// textMap writes a map in the order of the HashMap that the original fills before it writes.
func (e *encoder) textMap(s *source, i, p int) int {
	from, to := int(s.col.Offsets[i]), int(s.col.Offsets[i+1])
	if to > from {
		p = putLong(e.buf, p, int64(to-from))
	}
	first := len(e.entries)
	defer func() { e.entries = e.entries[:first] }()
	if !e.order(s, from, to) {
		return -1
	}
	for k := first; k < first+to-from; k++ {
		if p = e.members(s.sub, e.entries[k].row, p); p < 0 {
			return -1
		}
	}
	return e.fill(p, zero)
}

// order appends the entries from row from to row to to e.entries, in the order of writing. It reports whether their keys lie as text.
func (e *encoder) order(s *source, from, to int) bool {
	keys := s.sub[0].col
	first := len(e.entries)
	if to-from > fewEntries {
		hashes := make([]int32, 0, to-from)
		for r := from; r < to; r++ {
			hashes = append(hashes, java.HashString(keys.Value(r).Str()))
		}
		for _, o := range java.HashOrder(hashes, hashMapTable, func(a, b int32) int {
			return java.CompareUTF16(keys.Value(from+int(a)).Str(), keys.Value(from+int(b)).Str())
		}) {
			e.entries = append(e.entries, outEntry{row: from + int(o)})
		}
		return true
	}
	if s.sub[0].index != nil || len(keys.Views) < to {
		return to == from // keys in another form: the plain writer
	}
	mask := uint32(hashMapTable - 1)
	if to-from > hashMapTable*3/4 {
		mask = 2*hashMapTable - 1
	}
	for r := from; r < to; r++ {
		if !keys.Valid.Has(r) {
			return false
		}
		en := outEntry{r, java.HashString(keys.At(r))}
		e.entries = append(e.entries, en)
		at := len(e.entries) - 1
		for ; at > first && bucket(e.entries[at-1].hash, mask) > bucket(en.hash, mask); at-- {
			e.entries[at] = e.entries[at-1]
		}
		e.entries[at] = en
	}
	return true
}
