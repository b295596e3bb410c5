package batch

import (
	"fmt"

	"github.com/millrace/millrace/batch/bits"
)

// HeaderColumn is one header of many rows: its key, and a column of the values.
//
// Ownership: all of it belongs to the batch or to what the batch keeps alive, and is never written after it
// was handed over.
type HeaderColumn struct {
	Key  string
	Rows bits.Bitmap // which rows have the header; nil = all

	// Either Schema and Column are in use, or Raw where Column is nil. Under a nil schema a struct has its
	// own.
	Schema *Schema
	Column *Column
	Raw    Bytes
}

// At returns the header of row i, which has it: a value that owns its memory, or borrowed bytes.
// Source: ConnectHeader.schema for structs.
func (c *HeaderColumn) At(i int) Header {
	if c.Column == nil {
		return Header{Key: c.Key, Raw: c.RawAt(i)}
	}
	h := Header{Key: c.Key, Decoded: true, Schema: c.Schema, Value: c.Column.Value(i)}
	if st := h.Value.Struct(); h.Schema == nil && st != nil {
		h.Schema = st.Schema
	}
	return h
}

// RawAt returns the bytes of row i where Raw is in use, nil for null. Borrowed.
func (c *HeaderColumn) RawAt(i int) []byte {
	raw, _ := c.Raw.Get(i)
	return raw
}

// sameColumns reports whether rows with h's columns and rows with o's can have them in common.
func (h *Headers) sameColumns(o *Headers) bool {
	if len(h.Columns) != len(o.Columns) {
		return false
	}
	for k := range h.Columns {
		a, b := &h.Columns[k], &o.Columns[k]
		if a.Key != b.Key || !a.Schema.Equal(b.Schema) || (a.Column == nil) != (b.Column == nil) ||
			a.Column != nil && !a.Column.schema.Equal(b.Column.schema) {
			return false
		}
	}
	return true
}

// sliceHeaderColumns returns rows lo … hi-1 of the columns, for b, as SliceColumn does.
func (b *Batch) sliceHeaderColumns(columns []HeaderColumn, lo, hi int) []HeaderColumn {
	if len(columns) == 0 {
		return nil
	}
	out := make([]HeaderColumn, len(columns))
	for k := range columns {
		c := &columns[k]
		out[k] = HeaderColumn{Key: c.Key, Rows: b.sliceBits(c.Rows, lo, hi), Schema: c.Schema, Raw: b.sliceRaw(&c.Raw, lo, hi)}
		if c.Column != nil {
			out[k].Column = b.SliceColumn(c.Column, lo, hi)
		}
	}
	return out
}

// headerColumns gathers columns that all batches have.
func (g *gatherer) headerColumns(from []*Batch, rows [][]int32) {
	for k, c := range from[0].Headers.Columns {
		out := HeaderColumn{Key: c.Key, Rows: g.headerRows(from, rows, k), Schema: c.Schema}
		if c.Column == nil {
			out.Raw = g.raw(from, rows, func(b *Batch) *Bytes { return &b.Headers.Columns[k].Raw })
		} else {
			parts := make([]part, len(from))
			for i, f := range from {
				parts[i] = part{c: f.Headers.Columns[k].Column, rows: rows[i]}
			}
			out.Column = g.column(c.Column.schema, parts)
		}
		g.b.Headers.Columns = append(g.b.Headers.Columns, out)
	}
}

// headerRows gathers which rows have header column k.
func (g *gatherer) headerRows(from []*Batch, rows [][]int32, k int) bits.Bitmap {
	all := true
	for _, f := range from {
		all = all && f.Headers.Columns[k].Rows == nil
	}
	if all {
		return nil
	}
	out, at := rowMask(&g.b.Arena, g.b.n), 0
	for i, f := range from {
		for _, r := range rows[i] {
			out.SetTo(at, f.Headers.Columns[k].Rows.Has(int(r)))
			at++
		}
	}
	return out
}

func (c *HeaderColumn) check(n int) error {
	if err := checkBits("rows", c.Rows, n); err != nil {
		return fmt.Errorf(": %w", err)
	}
	if c.Column != nil {
		if c.Column.n != n {
			return fmt.Errorf(": %d rows in a batch of %d", c.Column.n, n)
		}
		return c.Column.check()
	}
	if c.Raw.Len() != n {
		return fmt.Errorf(": %d raw values for %d rows", c.Raw.Len(), n)
	}
	if err := c.Raw.check(n); err != nil {
		return fmt.Errorf(": %w", err)
	}
	return nil
}
