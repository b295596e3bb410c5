package primitive

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
)

// copyViews writes the selected present rows of b; it does nothing and reports false where they might
// not fit into one buffer.
func copyViews(dst *batch.BytesBuilder, b *batch.Bytes, sel batch.Selection) bool {
	total := kernel.SumLengths(b.Views, b.Valid, sel)
	if total > batch.MaxBufferBytes-len(dst.Buf) {
		return false
	}
	dst.Grow(total)
	switch {
	case sel == nil && b.Valid == nil:
		for i, v := range b.Views {
			p := v.Pos &^ batch.InArena
			dst.Buf = append(dst.Buf, b.Bufs[v.Pos>>31][p:p+v.Len]...)
			dst.EndRow(i)
		}
	case sel == nil:
		for i := range b.Views {
			if b.Valid.Get(i) {
				dst.Buf = append(dst.Buf, b.At(i)...)
				dst.EndRow(i)
			}
		}
	default:
		for _, r := range sel {
			if b.Valid.Has(int(r)) {
				dst.Buf = append(dst.Buf, b.At(int(r))...)
				dst.EndRow(int(r))
			}
		}
	}
	return true
}

// copyDictionary writes the selected present rows of a dictionary of plain strings; it does nothing and
// reports false where they might not fit into one buffer.
func copyDictionary(dst *batch.BytesBuilder, c *batch.Column, sel batch.Selection) bool {
	longest := 0
	for _, v := range c.Dict.Views {
		longest = max(longest, int(v.Len))
	}
	room := longest * sel.Count(c.Len())
	if room > batch.MaxBufferBytes-len(dst.Buf) {
		return false
	}
	dst.Grow(room)
	if sel == nil {
		for i, x := range c.Index {
			if c.Valid.Has(i) && c.Dict.Valid.Has(int(x)) {
				dst.Buf = append(dst.Buf, c.Dict.At(int(x))...)
				dst.EndRow(i)
			}
		}
		return true
	}
	for _, r := range sel {
		if x := int(c.Index[r]); c.Valid.Has(int(r)) && c.Dict.Valid.Has(x) {
			dst.Buf = append(dst.Buf, c.Dict.At(x)...)
			dst.EndRow(int(r))
		}
	}
	return true
}
