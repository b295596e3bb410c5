package batch

// Header is one record header. Either Raw (consumed, not yet converted; nil = null) or Schema and
// Value are in use, as Decoded says.
type Header struct {
	Key     string
	Raw     []byte
	Decoded bool
	Schema  *Schema
	Value   Value
}

// Headers are the headers of all rows: row i has Entries[Offsets[i]:Offsets[i+1]], in order, keys may
// repeat. The zero value means that no row has any.
type Headers struct {
	Offsets []int32
	Entries []Header
}

// Empty reports whether no row has a header.
func (h *Headers) Empty() bool { return len(h.Entries) == 0 }

// Of returns the headers of row i. Borrowed.
func (h *Headers) Of(i int) []Header {
	if h.Offsets == nil {
		return nil
	}
	return h.Entries[h.Offsets[i]:h.Offsets[i+1]]
}
