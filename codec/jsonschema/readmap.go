package jsonschema

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/millrace/millrace/codec/internal/hashmap"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// entry is one member of an object that becomes a map.
type entry struct {
	text  []byte // of the name
	start int    // of it in the row
	value int    // where the value starts
	hash  int32
}

// HashCode implements hashmap.Entry.
func (e entry) HashCode() int32 { return e.hash }

// Compare implements hashmap.Entry.
func (e entry) Compare(o entry) int { return java.CompareUTF16(e.text, o.text) }

// mapDepthMax is how deep maps are read here: each level is scanned once more than the one around it.
const mapDepthMax = 16

// mapping reads an object into a map of text: first the names, then, in HashMap order, the values. Names that are there
// twice are odd.
func (f *fast) mapping(c *cell, r, i int) int {
	if f.B[i] != '{' || c.depth > mapDepthMax {
		return odd
	}
	base := len(f.entries)
	end := f.scanMap(c, i)
	entries := f.entries[base:]
	defer func() { f.entries = f.entries[:base] }()
	if end == odd || f.repeated(entries) {
		return odd
	}
	hashmap.Sort(entries, hashTable)
	c.col.Valid.Set(r)
	c.col.Open(r)
	row := c.col.Elems.Reserve(len(entries))
	for k := range entries {
		e := &entries[k]
		v, ok := f.View(e.start, e.start+len(e.text), jsonscan.UTF8)
		if !ok {
			return odd
		}
		c.key.col.Valid.Set(row + k)
		c.key.col.Views[row+k] = v
		if f.value(c.elem, row+k, e.value) == odd {
			return odd
		}
	}
	return end
}

// repeated reports whether a name is there twice.
func (f *fast) repeated(entries []entry) bool {
	if len(entries) <= hashmap.Few {
		for k := range entries {
			for o := range k {
				if entries[o].hash == entries[k].hash && entries[o].Compare(entries[k]) == 0 {
					return true
				}
			}
		}
		return false
	}
	f.sorted = append(f.sorted[:0], entries...)
	slices.SortFunc(f.sorted, func(a, b entry) int { return cmp.Or(cmp.Compare(a.hash, b.hash), bytes.Compare(a.text, b.text)) })
	for k := 1; k < len(f.sorted); k++ {
		if a, b := &f.sorted[k-1], &f.sorted[k]; a.hash == b.hash && bytes.Equal(a.text, b.text) {
			return true
		}
	}
	return false
}

// scanMap appends the entries of the object at b[i] and returns where it ends, or odd.
func (f *fast) scanMap(c *cell, i int) int {
	b, n := f.B, f.N
	i = jsonscan.SkipSpace(b, i+1, n)
	if i < n && b[i] == '}' {
		return i + 1
	}
	for {
		start, end, value := jsonscan.Name(b, i, n)
		if value < 0 {
			return odd
		}
		f.entries = append(f.entries, entry{b[start:end], start, value, java.HashString(b[start:end])})
		if i = jsonscan.Skip(b, value, n, c.depth+1); i < 0 {
			return odd
		}
		if i = jsonscan.SkipSpace(b, i, n); i >= n {
			return odd
		}
		switch b[i] {
		case '}':
			return i + 1
		case ',':
			i = jsonscan.SkipSpace(b, i+1, n)
		default:
			return odd
		}
	}
}
