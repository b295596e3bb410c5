package batch

import (
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// View is where one variable-length value lies: Pos and Len in bytes. The highest bit of Pos chooses
// the buffer: 0 the source (bytes as they arrived), 1 the arena (bytes written here).
type View = mem.View

// InArena marks a view's position as one in the arena buffer, Bufs[1].
const InArena = 1 << 31

// MaxBufferBytes bounds each of the two buffers of a Bytes.
const MaxBufferBytes = 1<<31 - 1

// Bytes is a column of byte sequences: n views into two borrowed buffers.
//
// Shape: len(Views) rows; row i is present iff Valid.Has(i). The zero value has no rows.
// Ownership: buffers, views and bitmap belong to the batch that holds the column.
type Bytes struct {
	Bufs  [2][]byte
	Views []View
	Valid bits.Bitmap // nil: all present
}

// At returns the bytes of row i, which must be present. Borrowed; not to be written.
func (b *Bytes) At(i int) []byte {
	v := b.Views[i]
	buf := b.Bufs[v.Pos>>31]
	p := v.Pos &^ InArena
	return buf[p : p+v.Len : p+v.Len]
}

// Get returns the bytes of row i, not nil, and whether it is present; nil where it is not.
func (b *Bytes) Get(i int) ([]byte, bool) {
	if !b.Valid.Has(i) {
		return nil, false
	}
	if p := b.At(i); p != nil {
		return p, true
	}
	return []byte{}, true // no buffer has bytes
}

// Len returns the number of rows.
func (b *Bytes) Len() int { return len(b.Views) }

// BytesBuilder collects rows of bytes, front to back, into one growing buffer: what encoders write to.
//
// The buffer is a slab of the pool; Finish hands it over to a batch or Discard returns it.
// The zero value with a Pool is usable. Not safe for concurrent use.
//
// A writer appends to Buf directly and then ends the row:
//
//	bb.Buf = strconv.AppendInt(bb.Buf, v, 10)
//	bb.EndRow(i)
type BytesBuilder struct {
	Pool  *mem.Pool
	Buf   []byte // all rows so far, and what the present row has
	Views []View // one per row, set by EndRow; rows never ended are null
	Valid bits.Bitmap

	slab  *mem.Slab
	start int // where the present row starts
}

// Reset prepares for n rows, all null until ended, with room for about hint bytes.
// Views and Valid come from a, which must outlive their use.
func (bb *BytesBuilder) Reset(a *mem.Arena, n, hint int) {
	bb.Discard()
	bb.Views = mem.Zeroed[View](a, n)
	bb.Valid = bits.Bitmap(mem.Zeroed[uint64](a, bits.Words(n)))
	bb.slab = bb.Pool.Get(max(hint, 1))
	bb.Buf = bb.slab.B[:0:len(bb.slab.B)] // the slack behind stays zero
	bb.start = 0
}

// EndRow makes what was appended since the last EndRow or Undo row i.
func (bb *BytesBuilder) EndRow(i int) {
	bb.Views[i] = View{Pos: uint32(bb.start), Len: uint32(len(bb.Buf) - bb.start)}
	bb.Valid.Set(i)
	bb.start = len(bb.Buf)
}

// EndRows makes what was appended since the last EndRow or Undo part of rows whose Views and Valid the
// caller has set itself: for loops that write many rows at once.
func (bb *BytesBuilder) EndRows() { bb.start = len(bb.Buf) }

// Undo drops what was appended since the last EndRow.
func (bb *BytesBuilder) Undo() { bb.Buf = bb.Buf[:bb.start] }

// Finish returns the rows. The caller now owns what they live in: if the buffer still is the pool's
// slab it is returned beside, to be adopted by an arena; it is nil when Buf outgrew the slab, the
// memory then belongs to the collector.
func (bb *BytesBuilder) Finish() (Bytes, *mem.Slab) {
	out := Bytes{Views: bb.Views, Valid: bb.Valid}
	out.Bufs[0] = bb.Buf
	s := bb.slab
	if cap(bb.Buf) == 0 || (s != nil && &bb.Buf[:1][0] != &s.B[:1][0]) {
		bb.Pool.Put(s)
		s = nil
	}
	bb.slab, bb.Buf, bb.Views, bb.Valid = nil, nil, nil, nil
	return out, s
}

// Grow makes room for n more bytes, moving the rows to a larger slab if needed.
func (bb *BytesBuilder) Grow(n int) {
	if len(bb.Buf)+n <= cap(bb.Buf) {
		return
	}
	s := bb.Pool.Get(max(len(bb.Buf)+n, 2*cap(bb.Buf)))
	m := copy(s.B, bb.Buf)
	if bb.slab != nil {
		bb.Pool.Put(bb.slab)
	}
	bb.slab, bb.Buf = s, s.B[:m:len(s.B)]
}

// Discard drops all rows and returns the slab.
func (bb *BytesBuilder) Discard() {
	if bb.slab != nil {
		bb.Pool.Put(bb.slab)
	}
	bb.slab, bb.Buf, bb.Views, bb.Valid = nil, nil, nil, nil
}
