package connectjson

import (
	"bytes"
	"hash/maphash"
	"math/bits"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// tapePairs reads an array of pairs into a MAP, in HashMap order. Of equal keys the first one stands, with the last value.
//
// Pairs are read twice: first in their order, all into one row, for Java's first error and to know which ones count; then those, in the
// order of the map.
func (d *decoder) tapePairs(c *column, r int, v jsonscan.Ref) (first misfit, err error) {
	t := &d.tape
	if kind := t.Kind(v); kind != jsonscan.Array {
		return misfit{}, codec.Data("Maps with non-string fields should be encoded as JSON array of tuples, but found %s", kind.TypeName())
	}
	c.room(r)
	c.present(r)
	c.open(r)
	base := c.elem.rows
	p := pairs{d: d, schema: c.schema.Key(), seed: maphash.MakeSeed()}
	n := t.Count(v)
	p.entries, p.hashes, p.tags = make([]pair, 0, n), make([]int32, 0, n), make([]uint32, 0, n)
	all := t.Elements(v)
	for item, ok := all.Next(); ok; item, ok = all.Next() {
		if kind := t.Kind(item); kind != jsonscan.Array {
			return misfit{}, codec.Data("Found invalid map entry instead of array tuple: %s", kind.TypeName())
		}
		if n := t.Count(item); n != 2 {
			return misfit{}, codec.Data("Found invalid map entry, expected length 2 but found :%d", n)
		}
		two := t.Elements(item)
		key, _ := two.Next()
		value, _ := two.Next()
		k, err := p.key(key)
		if err != nil {
			return misfit{}, err
		}
		if _, err := d.tapeTyped(c.elem, base, value, true); err != nil {
			return misfit{}, err
		}
		p.add(k, key, value)
	}
	order := java.HashOrder(p.hashes, firstTable, func(a, b int32) int { return hashmap.Compare(p.known(a), p.known(b)) })
	for n, at := range order {
		row := base + n
		k := p.known(at)
		if err := keyMisfit(c.key, k); err && !first.is {
			first = misfit{is: true, value: mapSkeleton(k, batch.Null())}
		}
		d.put(c.key, row, k)
		m, err := d.tapeTyped(c.elem, row, p.entries[at].value(), true)
		if err != nil {
			return misfit{}, err
		}
		c.elem.room(row)
		if m.is && !first.is {
			first = misfit{true, mapSkeleton(k, m.value), m.checked}
		}
	}
	c.elem.rows, c.key.rows = base+len(order), base+len(order)
	c.close(r)
	return first, nil
}

// keyMisfit reports whether a key is none that its schema takes and a column can have.
func keyMisfit(c *column, k batch.Value) bool {
	switch c.op {
	case opOdd:
		return !k.IsNull()
	case opString, opBytes:
		return k.IsNull() && !c.optional
	case opArray, opMap, opStruct:
		return c.schema.ValidateField("", k) != nil || batch.NewColumnBuilder(c.schema, false).Check(k) != nil
	}
	return false
}

// pairs are the pairs of a map that count, in order of first appearance.
type pairs struct {
	d      *decoder
	schema *batch.Schema // of the keys
	seed   maphash.Seed

	entries []pair
	hashes  []int32  // hashCode of each key
	tags    []uint32 // a hash of each key that nobody foresees
	table   []uint32 // open addressing by tag: one more than the place in entries; 0 is free
	bytes   [2][]byte
}

// pair is a key and a value of the tape.
type pair struct{ keyAt, keyMark, valueAt, valueMark uint32 }

func (p *pair) key() jsonscan.Ref   { return jsonscan.Ref{At: int(p.keyAt), Mark: int(p.keyMark)} }
func (p *pair) value() jsonscan.Ref { return jsonscan.Ref{At: int(p.valueAt), Mark: int(p.valueMark)} }

// key reads a key; keys are scalars nearly always, others take the memory of their values.
func (p *pairs) key(v jsonscan.Ref) (batch.Value, error) {
	n := p.d.tape.Node(v)
	return p.d.read.value(p.schema, &n)
}

// known returns the key of an entry.
func (p *pairs) known(i int32) batch.Value {
	k, _ := p.key(p.entries[i].key()) // it was read before
	return k
}

// add appends a pair, or gives an earlier one with the same key its value.
func (p *pairs) add(k batch.Value, key, value jsonscan.Ref) {
	e := pair{uint32(key.At), uint32(key.Mark), uint32(value.At), uint32(value.Mark)}
	tag := uint32(0)
	if !hashmap.ByIdentity(k) {
		if 2*len(p.entries) >= len(p.table) {
			p.grow()
		}
		p.bytes[0] = k.AppendKey(p.bytes[0][:0])
		tag = uint32(maphash.Bytes(p.seed, p.bytes[0]))
		at := p.slot(tag)
		for ; p.table[at] != 0; at = (at + 1) & (len(p.table) - 1) {
			i := p.table[at] - 1
			if p.tags[i] != tag {
				continue
			}
			if p.bytes[1] = p.known(int32(i)).AppendKey(p.bytes[1][:0]); bytes.Equal(p.bytes[0], p.bytes[1]) {
				p.entries[i].valueAt, p.entries[i].valueMark = e.valueAt, e.valueMark
				return
			}
		}
		p.table[at] = uint32(len(p.entries)) + 1
	}
	p.entries, p.hashes, p.tags = append(p.entries, e), append(p.hashes, hashmap.HashOfKey(k, len(p.hashes))), append(p.tags, tag)
}

func (p *pairs) slot(tag uint32) int { return int(tag) & (len(p.table) - 1) }

// grow makes the table anew. Keys that are compared by identity are in it, too, and never found.
func (p *pairs) grow() {
	p.table = make([]uint32, 1<<bits.Len(uint(max(15, 4*len(p.entries))))) // slot and the search need a power of two
	for i, tag := range p.tags {
		at := p.slot(tag)
		for p.table[at] != 0 {
			at = (at + 1) & (len(p.table) - 1)
		}
		p.table[at] = uint32(i) + 1
	}
}
