package batch

import (
	"slices"

	"github.com/millrace/millrace/batch/mem"
)

// Header is one record header. Either Raw (consumed, not yet converted; nil = null) or Schema and
// Value are in use, as Decoded says.
type Header struct {
	Key     string
	Raw     []byte
	Decoded bool
	Schema  *Schema
	Value   Value
}

// Headers are the headers of all rows, in order, keys may repeat: first Entries, then one of each of
// Columns. With Offsets row i has Entries[Offsets[i]:Offsets[i+1]]; without, every row has all Entries. The
// zero value means that no row has any.
//
// Ownership: batches share entries and columns, and without Offsets rows do too. Whoever changes headers
// makes new entries and a new slice of columns, or calls OwnHeaders first.
type Headers struct {
	Offsets []int32
	Entries []Header
	Columns []HeaderColumn
}

// Empty reports whether no row has a header.
func (h *Headers) Empty() bool { return len(h.Entries) == 0 && len(h.Columns) == 0 }

// Of returns the headers of row i: borrowed, and where there are columns made for the caller.
func (h *Headers) Of(i int) []Header {
	if len(h.Columns) == 0 {
		return h.List(i)
	}
	return h.AppendRow(make([]Header, 0, len(h.List(i))+len(h.Columns)), i)
}

// List returns the headers of row i that stand before those of columns. Borrowed.
func (h *Headers) List(i int) []Header {
	if h.Offsets == nil {
		return h.Entries[:len(h.Entries):len(h.Entries)]
	}
	return h.Entries[h.Offsets[i]:h.Offsets[i+1]]
}

// AppendRow appends the headers of row i to dst.
func (h *Headers) AppendRow(dst []Header, i int) []Header {
	dst = append(dst, h.List(i)...)
	for k := range h.Columns {
		if c := &h.Columns[k]; c.Rows.Has(i) {
			dst = append(dst, c.At(i))
		}
	}
	return dst
}

// Last returns the last header of row i with the given key.
func (h *Headers) Last(i int, key string) (last Header, ok bool) {
	for k := len(h.Columns) - 1; k >= 0; k-- {
		if c := &h.Columns[k]; c.Key == key && c.Rows.Has(i) {
			return c.At(i), true
		}
	}
	list := h.List(i)
	for k := len(list) - 1; k >= 0; k-- {
		if list[k].Key == key {
			return list[k], true
		}
	}
	return Header{}, false
}

// Has reports whether row i has a header with the given key.
func (h *Headers) Has(i int, key string) bool {
	for k := range h.Columns {
		if h.Columns[k].Key == key && h.Columns[k].Rows.Has(i) {
			return true
		}
	}
	list := h.List(i)
	for k := range list {
		if list[k].Key == key {
			return true
		}
	}
	return false
}

// SameKeys reports whether what Has answers for one row holds for all.
func (h *Headers) SameKeys() bool {
	return h.Offsets == nil && !slices.ContainsFunc(h.Columns, func(c HeaderColumn) bool { return c.Rows != nil })
}

// Named reports whether some row may have a header with the given key.
func (h *Headers) Named(key string) bool {
	return slices.ContainsFunc(h.Entries, func(e Header) bool { return e.Key == key }) ||
		slices.ContainsFunc(h.Columns, func(c HeaderColumn) bool { return c.Key == key })
}

// Bound returns how many headers the given number of rows have at most.
func (h *Headers) Bound(rows int) int {
	n := rows * len(h.Columns)
	if h.Offsets == nil {
		return n + rows*len(h.Entries)
	}
	return n + len(h.Entries)
}

// AddHeader appends a header to all rows.
func (b *Batch) AddHeader(key string, s *Schema, v Value) {
	h := &b.Headers
	if len(h.Columns) > 0 || h.Offsets != nil && len(h.Entries) > 0 {
		b.AddHeaders(HeaderColumn{Key: key, Schema: s, Column: b.NewConstant(s, b.n, v)})
		return
	}
	h.Offsets, h.Entries = nil, append(slices.Clip(h.Entries), Header{Key: key, Decoded: true, Schema: s, Value: v})
}

// AddHeaders appends headers whose values are in columns. They belong to b or what it keeps alive.
func (b *Batch) AddHeaders(columns ...HeaderColumn) {
	if len(b.Headers.Entries) == 0 {
		b.Headers.Offsets = nil
	}
	b.Headers.Columns = append(slices.Clip(b.Headers.Columns), columns...)
}

// OwnHeaders gives b entries of its own, with Offsets, that may be written. Columns stay.
func (b *Batch) OwnHeaders() {
	from := b.Headers
	b.Headers.Entries = make([]Header, 0, from.Bound(b.n)-b.n*len(from.Columns))
	if from.Offsets != nil {
		b.Headers.Entries = append(b.Headers.Entries, from.Entries...)
		return
	}
	b.Headers.Offsets = mem.Alloc[int32](&b.Arena, b.n+1)
	for i := range b.Headers.Offsets {
		b.Headers.Offsets[i] = int32(i * len(from.Entries))
	}
	for range b.n {
		b.Headers.Entries = append(b.Headers.Entries, from.Entries...)
	}
}

// headers gathers the headers of rows out of batches. Rows that share theirs go on sharing them, columns
// that all batches have stay columns.
func (g *gatherer) headers(from []*Batch, rows [][]int32) {
	b, first := g.b, &from[0].Headers
	columns, listed, shared := true, false, len(first.Entries) > 0
	for _, f := range from {
		columns, listed = columns && first.sameColumns(&f.Headers), listed || len(f.Headers.Entries) > 0
		shared = shared && f.Headers.Offsets == nil && len(f.Headers.Entries) == len(first.Entries) &&
			&f.Headers.Entries[0] == &first.Entries[0]
	}
	of := (*Headers).AppendRow
	if columns {
		g.headerColumns(from, rows)
		of = func(h *Headers, dst []Header, i int) []Header { return append(dst, h.List(i)...) }
	}
	switch {
	case columns && !listed:
	case columns && shared:
		b.Headers.Entries = first.Entries[:len(first.Entries):len(first.Entries)]
		if g.copyText {
			b.Headers.Entries = slices.Clone(first.Entries)
		}
	default:
		b.Headers.Offsets = mem.Alloc[int32](&b.Arena, b.n+1)
		b.Headers.Offsets[0] = 0
		at := 0
		for i, f := range from {
			for _, r := range rows[i] {
				b.Headers.Entries = of(&f.Headers, b.Headers.Entries, int(r))
				at++
				b.Headers.Offsets[at] = int32(len(b.Headers.Entries))
			}
		}
	}
	if !g.copyText {
		return
	}
	for i := range b.Headers.Entries {
		if h := &b.Headers.Entries[i]; h.Raw != nil {
			h.Raw = clone(h.Raw)
		}
	}
}
