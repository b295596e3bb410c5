package jsonscan

import (
	"bytes"
	"hash/maphash"
	"math/bits"
)

// addName appends the mark of a member whose name stands between start and end and reads as name.
func (t *Tape) addName(start, end int, name []byte) {
	at := uint32(start)
	if !bytes.Equal(t.Text[start:end], name) {
		at = uint32(len(t.names)) | decodedName
		t.names = append(append(t.names, name...), nameEnd)
	}
	t.marks = append(t.marks, mark{pos: at, count: uint32(len(t.marks)) + 1})
}

// name returns the name of a member.
func (t *Tape) name(m *mark) []byte {
	if m.pos&decodedName != 0 {
		s := t.names[m.pos&^decodedName:]
		return s[:bytes.IndexByte(s, nameEnd)]
	}
	s := t.Text[m.pos:t.N]
	return s[:bytes.IndexByte(s, '"')]
}

// after returns the mark behind the member at marks[k] and its value.
func (t *Tape) after(k int) int {
	if c := t.Text[t.marks[k].to]; c == '{' || c == '[' {
		return int(t.marks[k+1].to)
	}
	return k + 1
}

// repeated finds names that are there twice among the count members behind the mark own, and returns how many members do not count.
func (t *Tape) repeated(own, count int) int {
	if count < tableMin {
		return t.repeatedFew(own)
	}
	if t.seed == (maphash.Seed{}) {
		t.seed = maphash.MakeSeed()
	}
	size := 1 << bits.Len(uint(2*count))
	if cap(t.table) < size {
		t.table = make([]uint32, size)
	}
	table := t.table[:size]
	clear(table)
	dropped := 0
	for k := own + 1; k < len(t.marks); k = t.after(k) {
		name := t.name(&t.marks[k])
		for at := int(maphash.Bytes(t.seed, name)) & (size - 1); ; at = (at + 1) & (size - 1) {
			if table[at] == 0 {
				table[at] = uint32(k)
				break
			}
			if first := &t.marks[table[at]]; bytes.Equal(t.name(first), name) {
				t.replace(first, k)
				dropped++
				break
			}
		}
	}
	return dropped
}

// repeatedFew is repeated for few members.
func (t *Tape) repeatedFew(own int) int {
	dropped := 0
	for k := own + 1; k < len(t.marks); k = t.after(k) {
		name := t.name(&t.marks[k])
		for f := own + 1; f < k; f = t.after(f) {
			if first := &t.marks[f]; first.count != 0 && bytes.Equal(t.name(first), name) {
				t.replace(first, k)
				dropped++
				break
			}
		}
	}
	return dropped
}

// replace makes the value of the member at marks[k] that of an earlier one. Source: LinkedHashMap.put.
func (t *Tape) replace(first *mark, k int) {
	first.count = uint32(k) + 1
	t.marks[k].count = 0
}
