package avro

import (
	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/internal/java"
)

// outEntry is an entry of a map that is being written.
type outEntry struct {
	row  int
	hash int32
	key  []byte
}

// HashCode implements hashmap.Entry.
func (e outEntry) HashCode() int32 { return e.hash }

// Compare implements hashmap.Entry.
func (e outEntry) Compare(o outEntry) int { return java.CompareUTF16(e.key, o.key) }

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
	if s.sub[0].index != nil || len(keys.Views) < to {
		return to == from // keys in another form: the plain writer
	}
	first := len(e.entries)
	for r := from; r < to; r++ {
		if !keys.Valid.Has(r) {
			return false
		}
		key := keys.At(r)
		e.entries = append(e.entries, outEntry{r, java.HashString(key), key})
	}
	hashmap.Sort(e.entries[first:], hashMapTable)
	return true
}
