package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// textColumn writes a STRING column row by row: append to buf, then end the row. Rows that are never
// ended hold no text.
type textColumn struct {
	b      *batch.Batch
	column *batch.Column
	buf    []byte
	slab   *mem.Slab
	start  int
	first  *byte // of slab, to see whether buf outgrew it
}

// newTextColumn returns a writer of n rows with about rowBytes each.
func newTextColumn(b *batch.Batch, s *batch.Schema, n, rowBytes int) *textColumn {
	w := &textColumn{b: b, column: b.NewViews(s, n, nil, nil)}
	w.slab = b.Arena.Pool.Get(max(n*rowBytes, 1))
	w.buf = w.slab.B[:0:len(w.slab.B)]
	w.first = &w.slab.B[0]
	return w
}

// end makes what was appended since the last end the text of row i.
func (w *textColumn) end(i int32) {
	w.column.Views[i] = batch.View{Pos: uint32(w.start) | batch.InArena, Len: uint32(len(w.buf) - w.start)}
	w.start = len(w.buf)
}

// finish returns the column.
func (w *textColumn) finish() *batch.Column {
	if len(w.buf) > 0 && &w.buf[0] == w.first {
		w.b.Arena.Adopt(w.slab)
	} else {
		w.b.Arena.Pool.Put(w.slab) // empty, or moved to memory of the collector
	}
	w.column.Bufs[1] = w.buf
	return w.column
}
