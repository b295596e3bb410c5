package protobuf

import (
	"bytes"
	"cmp"

	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/internal/java"
)

// entry is an entry of a map that is being read.
type entry struct {
	step     int32
	from, to int    // its bytes
	text     []byte // the key, of text
	number   int64  // the key, of other kinds
	hash     int32
}

// HashCode implements hashmap.Entry.
func (e entry) HashCode() int32 { return e.hash }

// Compare implements hashmap.Entry.
func (e entry) Compare(o entry) int {
	if e.text != nil {
		return java.CompareUTF16(e.text, o.text)
	}
	return cmp.Compare(e.number, o.number)
}

// collect finds the key of an entry and keeps where it stands: all entries of a map must have come before the first is read.
func (x *rowReader) collect(p *place, k int, b []byte, i int) int {
	v, i := varint(b, i)
	if i < 0 || uint32(v) > uint32(len(b)-i) {
		return -1
	}
	e := entry{step: int32(k), from: i, to: i + int(uint32(v))}
	key := &p.steps[0]
	if key.wire == wireBytes {
		e.text = noText
	}
	b = b[:e.to]
	for i < len(b) {
		tag, end := varint(b, i)
		if end < 0 {
			return -1
		}
		if i = skipValue(b, end, int(tag&7)); i < 0 || uint32(tag)>>3 == 0 {
			return -1
		}
		if uint32(tag)>>3 != uint32(key.field.Number) || tag&7 != uint64(key.wire) {
			continue
		}
		v, at := varint(b, end)
		switch key.wire {
		case wireFixed64:
			e.number = int64(le64(b[end:]))
		case wireFixed32:
			e.number = int64(key.field.bitsOf(uint64(le32(b[end:]))))
		case wireVarint:
			e.number = int64(key.field.bitsOf(v))
		default:
			e.text = b[at:i:i]
		}
	}
	switch {
	case key.wire == wireBytes:
		if !java.ValidUTF8(e.text) {
			return -1
		}
		e.hash = java.HashString(e.text)
	case key.op == readBool:
		e.hash = java.HashBool(e.number != 0)
	case key.op == readInt32 || key.op == readSint32 || key.op == readFixed32:
		e.hash = java.HashInt(int32(e.number))
	default:
		e.hash = java.HashLong(e.number)
	}
	x.entries = append(x.entries, e)
	return i
}

// noText is a key of text that is not there.
var noText = []byte{}

// flush reads the entries from that place on, each map's in the order of the original's; false: the plain reader must.
func (x *rowReader) flush(p *place, b []byte, from, r int) bool {
	for k := range p.steps {
		if !p.steps[k].entries {
			continue
		}
		mark := len(x.entries)
		for _, e := range x.entries[from:mark] {
			if int(e.step) == k {
				x.entries = append(x.entries, e)
			}
		}
		list := x.entries[mark:]
		if repeats(list) {
			return false
		}
		hashmap.Sort(list, hashMapTable)
		c, sub := p.columns[k], p.subs[k]
		if !x.room(c.Elems, len(list)) {
			return false
		}
		c.Open(r)
		row := c.Elems.Reserve(len(list))
		for n := range list {
			if x.message(sub, b[:list[n].to], list[n].from, row+n) < 0 || !sub.complete(row+n) {
				return false
			}
		}
		x.entries = x.entries[:mark]
	}
	x.entries = x.entries[:from]
	return true
}

// complete gives an entry the default of a message that has not come.
func (p *place) complete(r int) bool {
	for k := range p.steps {
		c := p.columns[k]
		if c.Valid == nil || c.Valid.Get(r) {
			continue
		}
		if op := p.steps[k].op; op == readDecimal || op == readDate || op == readMessage && p.subs[k].required != 0 {
			return false // it has none
		}
		c.Valid.Set(r)
	}
	return true
}

// repeats reports whether a key comes twice: the plain reader says which value counts, and whether the others can be read.
func repeats(list []entry) bool {
	if len(list) <= hashmap.Few {
		for k := range list {
			for _, e := range list[:k] {
				if e.number == list[k].number && bytes.Equal(e.text, list[k].text) {
					return true
				}
			}
		}
		return false
	}
	type key struct {
		text   string
		number int64
	}
	seen := make(map[key]bool, len(list))
	for _, e := range list {
		seen[key{string(e.text), e.number}] = true
	}
	return len(seen) < len(list)
}
