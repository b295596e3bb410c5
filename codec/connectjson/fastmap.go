package connectjson

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// entry is one member of an object that becomes a map.
type entry struct {
	start, end int // of the name
	value      int // where the value starts
	hash       int32
}

// mapDepthMax is how deep maps are read here: each level is scanned once more than the one around it.
const mapDepthMax = 16

// plainMapMax is how many entries a HashMap surely holds in its first table, in lists.
const plainMapMax = 8

// typedMap reads an object into a MAP of string keys: first the names, then, in HashMap order, the
// values. Arrays of pairs and names that are there twice are odd.
func (f *fast) typedMap(c *column, r, i int) int {
	if f.B[i] != '{' || c.key.op != opString || c.depth > mapDepthMax {
		return odd
	}
	base := len(f.entries)
	end := f.scanMap(c, i)
	entries := f.entries[base:]
	if end == odd || !f.hashOrder(entries) {
		f.entries = f.entries[:base]
		return odd
	}
	c.ready(r)
	c.open(r)
	for k := range entries {
		e := &entries[k]
		row := c.elem.rows
		v, ok := f.View(e.start, e.end, jsonscan.UTF8)
		if !ok {
			end = odd
			break
		}
		c.key.ready(row)
		c.key.views[row] = v
		if f.value(c.elem, row, e.value) == odd {
			end = odd
			break
		}
	}
	f.entries = f.entries[:base]
	c.close(r)
	return end
}

// scanMap appends the entries of the object at b[i] and returns where it ends, or odd.
func (f *fast) scanMap(c *column, i int) int {
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
		f.entries = append(f.entries, entry{start, end, value, java.HashString(b[start:end])})
		if i = jsonscan.Skip(b, value, n, f.open+c.depth+1); i < 0 {
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

// hashOrder puts entries in HashMap order; false where a name is there twice.
func (f *fast) hashOrder(entries []entry) bool {
	if len(entries) > plainMapMax {
		return f.largeHashOrder(entries)
	}
	for k := 1; k < len(entries); k++ {
		e := entries[k]
		at := k
		for p := k - 1; p >= 0; p-- {
			if entries[p].hash == e.hash && f.sameName(&entries[p], &e) {
				return false
			}
			if bucketOf(entries[p].hash) > bucketOf(e.hash) {
				at = p
			}
		}
		copy(entries[at+1:k+1], entries[at:k])
		entries[at] = e
	}
	return true
}

// bucketOf returns the place of a hash in the first table.
func bucketOf(h int32) uint32 { return (uint32(h) ^ uint32(h)>>16) & (firstTable - 1) }

func (f *fast) sameName(a, b *entry) bool {
	return string(f.B[a.start:a.end]) == string(f.B[b.start:b.end])
}

// largeHashOrder is hashOrder for maps of any size.
func (f *fast) largeHashOrder(entries []entry) bool {
	f.sorted = append(f.sorted[:0], entries...)
	slices.SortFunc(f.sorted, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), bytes.Compare(f.B[a.start:a.end], f.B[b.start:b.end]))
	})
	for k := 1; k < len(f.sorted); k++ {
		if a, b := &f.sorted[k-1], &f.sorted[k]; a.hash == b.hash && f.sameName(a, b) {
			return false
		}
	}
	f.hashes = f.hashes[:0]
	for k := range entries {
		f.hashes = append(f.hashes, entries[k].hash)
	}
	order := java.HashOrder(f.hashes, firstTable, func(a, b int32) int {
		x, y := &entries[a], &entries[b]
		return java.CompareUTF16(f.B[x.start:x.end], f.B[y.start:y.end])
	})
	f.sorted = append(f.sorted[:0], entries...)
	for k, from := range order {
		entries[k] = f.sorted[from]
	}
	return true
}
