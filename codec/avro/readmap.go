package avro

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/millrace/millrace/codec/internal/fill"
	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/internal/java"
)

// entry is an entry of a map that is being read.
type entry struct {
	key  []byte
	at   int // where the key starts
	hash int32
	turn int32 // among all entries
	text bool  // hash is that of a String, no longer that of a Utf8
}

// HashCode implements hashmap.Entry.
func (e entry) HashCode() int32 { return e.hash }

// Compare implements hashmap.Entry.
func (e entry) Compare(o entry) int {
	if e.text {
		return java.CompareUTF16(e.key, o.key)
	}
	return bytes.Compare(e.key, o.key)
}

// textMap reads a map: it finds the entries first, and then reads them in the order in which the original's map iterates. Of
// equal keys the last one's value counts.
func (x *rowReader) textMap(st *step, t *fill.Column, b []byte, i, r int) int {
	t.Open(r)
	from := len(x.entries)
	defer func() { x.entries = x.entries[:from] }()
	w := wire{b: b, at: i}
	first := int64(0)
	for n := w.block(); n > 0; n = w.block() {
		if n > int64(len(b)-w.at)/st.least {
			return -1
		}
		if first == 0 {
			first = n
		}
		for range n {
			e := entry{at: w.at, turn: int32(len(x.entries) - from)}
			e.key = w.take(w.long())
			if w.failed() {
				return -1
			}
			x.entries = append(x.entries, e)
			if w.at = x.skip(&st.sub[1], b, w.at); w.at < 0 {
				return -1
			}
		}
	}
	if w.failed() {
		return -1
	}
	order := readOrder(x.entries[from:], int(first))
	row := t.Elems.Reserve(len(order))
	for k := range order {
		if x.steps(st.sub, t.Sub, b, order[k].at, row+k) < 0 {
			return -1
		}
	}
	return w.at
}

// readOrder brings entries, repeated keys removed, into the order of textMapOrder.
func readOrder(list []entry, firstBlock int) []entry {
	if len(list) < 2 {
		return list
	}
	list = distinct(list)
	for k := range list {
		list[k].hash = utf8Hash(list[k].key)
	}
	count := len(list)
	hashmap.Sort(list, java.TableSize(firstBlock))
	if list = repaired(list); len(list) < 2 {
		return list
	}
	for k := range list {
		list[k].hash, list[k].text = java.HashString(list[k].key), true
	}
	hashmap.Sort(list, java.TableSize(count))
	return list
}

// repaired makes text of keys that are no UTF-8, as Java does; that may make keys equal.
func repaired(list []entry) []entry {
	fine := true
	for k := range list {
		if !java.ValidUTF8(list[k].key) {
			list[k].key, fine = java.AppendUTF8(nil, list[k].key), false
		}
	}
	if fine {
		return list
	}
	for k := range list {
		list[k].turn = int32(k)
	}
	return distinct(list)
}

// distinct leaves the last of equal keys, at the place of the first.
func distinct(list []entry) []entry {
	if len(list) > hashmap.Few {
		return distinctMany(list)
	}
	out := list[:1]
next:
	for _, e := range list[1:] {
		for k := range out {
			if bytes.Equal(out[k].key, e.key) {
				out[k].at = e.at
				continue next
			}
		}
		out = append(out, e)
	}
	return out
}

func distinctMany(list []entry) []entry {
	slices.SortStableFunc(list, func(a, b entry) int { return bytes.Compare(a.key, b.key) })
	out := list[:1]
	for _, e := range list[1:] {
		if last := &out[len(out)-1]; bytes.Equal(last.key, e.key) {
			last.at = e.at
		} else {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b entry) int { return cmp.Compare(a.turn, b.turn) })
	return out
}

// skip returns where a value ends, -1 where steps would refuse its bytes.
func (x *rowReader) skip(st *step, b []byte, i int) int {
	if st.nullable {
		v, end := varint(b, i)
		if i = end; i < 0 || v != 0 && v != 2 {
			return -1
		}
		if int32(v>>1) == st.null {
			return i
		}
	}
	w := wire{b: b, at: i}
	switch st.op {
	case readInt64:
		w.long()
	case readInt8, readInt16, readInt32, readTime:
		w.int()
	case readFloat32:
		w.take(4)
	case readFloat64:
		w.take(8)
	case readBoolean:
		w.take(1)
	case readText, readBytes, readDecimal:
		w.take(w.long())
	case readFixed, readDecimalFixed:
		w.take(int64(st.size))
	case readEnum:
		if n := w.int(); n < 0 || int(n) >= len(st.symbols) {
			return -1
		}
	case readStruct:
		for k := range st.sub {
			if w.at = x.skip(&st.sub[k], b, w.at); w.at < 0 {
				return -1
			}
		}
	case readUnion:
		n := w.int()
		if w.failed() || n < 0 || int(n) >= len(st.sub) {
			return -1
		}
		return x.skip(&st.sub[n], b, w.at)
	case readArray, readMap:
		return x.skipItems(st, &w)
	}
	return w.at
}

func (x *rowReader) skipItems(st *step, w *wire) int {
	for n := w.block(); n > 0; n = w.block() {
		if st.least == 0 {
			if n > x.empty {
				return -1
			}
			continue
		}
		if n > int64(len(w.b)-w.at)/st.least {
			return -1
		}
		for range n {
			for k := range st.sub {
				if w.at = x.skip(&st.sub[k], w.b, w.at); w.at < 0 {
					return -1
				}
			}
		}
	}
	return w.at
}
