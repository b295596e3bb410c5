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

// Headers are the headers of all rows, in order, keys may repeat. With Offsets row i has
// Entries[Offsets[i]:Offsets[i+1]]; without, every row has all Entries. The zero value means that no
// row has any.
//
// Ownership: batches share entries, and without Offsets rows do too. Whoever changes headers makes new
// entries, or calls OwnHeaders first.
type Headers struct {
	Offsets []int32
	Entries []Header
}

// Empty reports whether no row has a header.
func (h *Headers) Empty() bool { return len(h.Entries) == 0 }

// Of returns the headers of row i. Borrowed.
func (h *Headers) Of(i int) []Header {
	if h.Offsets == nil {
		return h.Entries[:len(h.Entries):len(h.Entries)]
	}
	return h.Entries[h.Offsets[i]:h.Offsets[i+1]]
}

// Bound returns how many headers the given number of rows have at most.
func (h *Headers) Bound(rows int) int {
	if h.Offsets == nil {
		return rows * len(h.Entries)
	}
	return len(h.Entries)
}

// OwnHeaders gives b entries of its own, with Offsets, that may be written.
func (b *Batch) OwnHeaders() {
	h := Headers{Offsets: b.Headers.Offsets, Entries: make([]Header, 0, b.Headers.Bound(b.n))}
	if h.Offsets != nil {
		h.Entries = append(h.Entries, b.Headers.Entries...)
	} else {
		h.Offsets = mem.Alloc[int32](&b.Arena, b.n+1)
		for i := range h.Offsets {
			h.Offsets[i] = int32(i * len(b.Headers.Entries))
		}
		for range b.n {
			h.Entries = append(h.Entries, b.Headers.Entries...)
		}
	}
	b.Headers = h
}

// headers gathers the headers of rows out of batches. Rows that share theirs go on sharing them.
func (g *gatherer) headers(from []*Batch, rows [][]int32) {
	b, first := g.b, &from[0].Headers
	shared := len(first.Entries) > 0
	for _, f := range from {
		shared = shared && f.Headers.Offsets == nil && len(f.Headers.Entries) == len(first.Entries) &&
			&f.Headers.Entries[0] == &first.Entries[0]
	}
	if shared {
		b.Headers.Entries = first.Entries[:len(first.Entries):len(first.Entries)]
		if g.copyText {
			b.Headers.Entries = slices.Clone(first.Entries)
		}
	} else {
		b.Headers.Offsets = mem.Alloc[int32](&b.Arena, b.n+1)
		b.Headers.Offsets[0] = 0
		at := 0
		for i, f := range from {
			for _, r := range rows[i] {
				b.Headers.Entries = append(b.Headers.Entries, f.Headers.Of(int(r))...)
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
