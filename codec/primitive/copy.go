package primitive

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
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
	at := len(dst.Buf)
	buf := dst.Buf[:cap(dst.Buf)]
	switch {
	case sel == nil && b.Valid == nil:
		copyAll(buf, at, dst.Views, b)
		dst.Valid.Fill(len(b.Views))
	case sel == nil:
		copyPresent(buf, at, dst.Views, b)
		copy(dst.Valid, b.Valid)
	default:
		copySelected(buf, at, dst.Views, dst.Valid, b, sel)
	}
	dst.Buf = buf[:at+total]
	dst.EndRows()
	return true
}

// copyAll copies every row of b to buf from at on and sets views.
func copyAll(buf []byte, at int, views []batch.View, b *batch.Bytes) {
	views = views[:len(b.Views)]
	for i, v := range b.Views {
		copyRow(buf[at:], b.Bufs[v.Pos>>31], int(v.Pos&^batch.InArena), int(v.Len))
		views[i] = batch.View{Pos: uint32(at), Len: v.Len}
		at += int(v.Len)
	}
}

// copyPresent is copyAll for rows of which some are null.
func copyPresent(buf []byte, at int, views []batch.View, b *batch.Bytes) {
	views = views[:len(b.Views)]
	for i, v := range b.Views {
		if b.Valid.Get(i) {
			copyRow(buf[at:], b.Bufs[v.Pos>>31], int(v.Pos&^batch.InArena), int(v.Len))
			views[i] = batch.View{Pos: uint32(at), Len: v.Len}
			at += int(v.Len)
		}
	}
}

// copySelected is copyPresent for the rows of sel; it sets their bits in valid.
func copySelected(buf []byte, at int, views []batch.View, valid bits.Bitmap, b *batch.Bytes, sel batch.Selection) {
	for _, r := range sel {
		if v := b.Views[r]; b.Valid.Has(int(r)) {
			copyRow(buf[at:], b.Bufs[v.Pos>>31], int(v.Pos&^batch.InArena), int(v.Len))
			views[r] = batch.View{Pos: uint32(at), Len: v.Len}
			valid.Set(int(r))
			at += int(v.Len)
		}
	}
}

// shortRow is up to which length a row is copied as if it were that long: what is too much lies where
// the next row goes.
const shortRow = 32

// copyRow copies n bytes of src from p on to dst.
func copyRow(dst, src []byte, p, n int) {
	if n <= shortRow && len(dst) >= shortRow && len(src)-p >= shortRow {
		*(*[shortRow]byte)(dst) = *(*[shortRow]byte)(src[p:])
		return
	}
	copy(dst, src[p:p+n])
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
