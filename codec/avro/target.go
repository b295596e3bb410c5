package avro

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// domain is columns that have rows in common: those of the input, or the elements of one array or map.
type domain struct {
	root    bool
	rows    int // so far; of the root: of the batch
	mark    int // rows before the present row of the input
	columns []*target
	lists   []*target // those of columns that have elements
}

// target is a column that is being filled. The arrays of the root's columns are the batch's own from the start;
// others grow in the decoder and are copied at the end.
type target struct {
	schema   *batch.Schema
	domain   *domain
	kind     batch.Kind
	nullable bool

	col    *batch.Column // of the root, fixed width
	bytes  []byte        // INT8, BOOLEAN
	words2 []uint16
	words4 []uint32 // INT32, FLOAT32
	words8 []uint64 // INT64, FLOAT64
	views  []batch.View
	valid  bits.Bitmap

	symbols []byte // of an enum: what views point into

	elems   *domain // ARRAY, MAP
	offsets []int32 // n+1
	filled  int     // rows that have an end in offsets
	sub     []*target
}

// newTarget returns the tree of columns that st fills in domain d.
func newTarget(st *step, d *domain, nullable bool) *target {
	t := &target{schema: st.schema, domain: d, kind: st.schema.Kind(), nullable: nullable || st.nullable}
	d.columns = append(d.columns, t)
	switch st.op {
	case readEnum:
		t.symbols = st.text
	case readArray, readMap:
		t.elems = &domain{}
		d.lists = append(d.lists, t)
		for i := range st.sub {
			t.sub = append(t.sub, newTarget(&st.sub[i], t.elems, false))
		}
	case readStruct:
		for i := range st.sub {
			t.sub = append(t.sub, newTarget(&st.sub[i], d, false))
		}
	case readUnion:
		for i := range st.sub {
			if st.sub[i].op == readNothing {
				t.nullable = true
				t.sub = append(t.sub, nil)
				continue
			}
			t.sub = append(t.sub, newTarget(&st.sub[i], d, true))
		}
	}
	return t
}

// start prepares the columns of a domain for n rows of the batch, or for none yet.
func (d *domain) start(dst *batch.Batch, n int) {
	d.rows, d.mark = n, 0
	if !d.root {
		d.rows = 0
	}
	for _, t := range d.columns {
		if d.root {
			t.startRoot(dst, n)
		} else {
			t.valid = t.valid[:0]
			t.offsets = append(t.offsets[:0], 0)
		}
		t.filled = 0
		if t.elems != nil {
			t.elems.start(dst, n)
		}
	}
}

func (t *target) startRoot(dst *batch.Batch, n int) {
	t.valid = nil
	if t.nullable {
		t.valid = mem.Zeroed[uint64](&dst.Arena, bits.Words(n))
	}
	switch {
	case t.kind.FixedBytes() > 0:
		t.col = dst.NewFixed(t.schema, n)
		t.bind(t.col)
	case t.kind.IsVarlen():
		t.views = mem.Zeroed[batch.View](&dst.Arena, n)
	case t.elems != nil:
		t.offsets = mem.Alloc[int32](&dst.Arena, n+1)
		t.offsets[0] = 0
	}
}

// bind points the arrays at those of a fixed-width column.
func (t *target) bind(c *batch.Column) {
	switch t.kind {
	case batch.KindInt8:
		t.bytes = mem.AsBytes(c.Int8s())
	case batch.KindBoolean:
		t.bytes = mem.AsBytes(c.Booleans())
	case batch.KindInt16:
		t.words2 = mem.Cast[uint16](mem.AsBytes(c.Int16s()))
	case batch.KindInt32:
		t.words4 = mem.Cast[uint32](mem.AsBytes(c.Int32s()))
	case batch.KindFloat32:
		t.words4 = mem.Cast[uint32](mem.AsBytes(c.Float32s()))
	case batch.KindInt64:
		t.words8 = mem.Cast[uint64](mem.AsBytes(c.Int64s()))
	case batch.KindFloat64:
		t.words8 = mem.Cast[uint64](mem.AsBytes(c.Float64s()))
	}
}

// reserve adds n rows to a domain of elements and returns the first.
func (d *domain) reserve(n int) int {
	first := d.rows
	d.rows += n
	for _, t := range d.columns {
		switch {
		case t.bytes != nil || t.kind == batch.KindInt8 || t.kind == batch.KindBoolean:
			t.bytes = extended(t.bytes[:min(first, len(t.bytes))], d.rows)
		case t.kind == batch.KindInt16:
			t.words2 = extended(t.words2[:min(first, len(t.words2))], d.rows)
		case t.kind.FixedBytes() == 4:
			t.words4 = extended(t.words4[:min(first, len(t.words4))], d.rows)
		case t.kind.FixedBytes() == 8:
			t.words8 = extended(t.words8[:min(first, len(t.words8))], d.rows)
		case t.kind.IsVarlen():
			t.views = extended(t.views[:min(first, len(t.views))], d.rows)
			clear(t.views[first:])
		case t.elems != nil:
			t.offsets = extended(t.offsets[:min(first+1, len(t.offsets))], d.rows+1)
		}
		if t.nullable {
			have := len(t.valid)
			t.valid = extended(t.valid, bits.Words(d.rows))
			clear(t.valid[min(have, len(t.valid)):])
		}
	}
	return first
}

// extended returns s with length n, its elements kept.
func extended[S ~[]E, E any](s S, n int) S {
	if n <= cap(s) {
		return s[:n]
	}
	out := make(S, n, n+n/2)
	copy(out, s)
	return out
}

// markRows remembers how far the domains below t are before a row.
func (d *domain) markRows() {
	for _, t := range d.lists {
		t.elems.mark = t.elems.rows
		t.elems.markRows()
	}
}

// cut takes the rows from n on back: what a row left that failed.
func (d *domain) cut(n int) {
	for _, t := range d.columns {
		t.filled = min(t.filled, n)
		if !d.root && t.nullable {
			for i := n; i < d.rows; i++ {
				t.valid.Clear(i)
			}
			t.valid = t.valid[:bits.Words(n)]
		}
		if t.elems != nil {
			t.elems.cut(t.elems.mark)
		}
	}
	if !d.root {
		d.rows = n
	}
}

// open makes row r the next whose elements come.
func (t *target) open(r int) {
	for ; t.filled < r; t.filled++ {
		t.offsets[t.filled+1] = int32(t.elems.rows)
	}
}

// close ends the elements of row r.
func (t *target) close(r int) {
	t.offsets[r+1] = int32(t.elems.rows)
	t.filled = r + 1
}

// finish returns the column of n rows. source and text are what views point into.
func (t *target) finish(dst *batch.Batch, source, text []byte) *batch.Column {
	n := t.domain.rows
	c := t.col
	if t.domain.root {
		if c == nil {
			c = dst.NewColumn(t.schema, n)
		}
		c.Views, c.Offsets, c.Valid = nil, nil, t.valid
		if t.kind.IsVarlen() {
			c.Views = t.views
		}
	} else {
		c = t.copied(dst, n)
	}
	if c.Valid != nil && c.Valid.All(n) {
		c.Valid = nil
	}
	switch {
	case t.symbols != nil:
		c.Bufs[0] = dst.Arena.Bytes(len(t.symbols))
		copy(c.Bufs[0], t.symbols)
	case t.kind.IsVarlen():
		c.Bufs = [2][]byte{source, text}
	case t.elems != nil:
		t.open(n)
		if t.domain.root {
			c.Offsets = t.offsets
		} else {
			c.Offsets = mem.Alloc[int32](&dst.Arena, n+1)
			copy(c.Offsets, t.offsets)
		}
	}
	for _, s := range t.sub {
		if s != nil {
			c.Children = append(c.Children, s.finish(dst, source, text))
		}
	}
	t.col = nil
	return c
}

// copied returns a column of elements with what the decoder's arrays hold.
func (t *target) copied(dst *batch.Batch, n int) *batch.Column {
	var c *batch.Column
	if t.kind.FixedBytes() > 0 {
		c = dst.NewFixed(t.schema, n)
		held := target{kind: t.kind}
		held.bind(c)
		copy(held.bytes, t.bytes)
		copy(held.words2, t.words2)
		copy(held.words4, t.words4)
		copy(held.words8, t.words8)
	} else {
		c = dst.NewColumn(t.schema, n)
	}
	if t.kind.IsVarlen() {
		c.Views = mem.Alloc[batch.View](&dst.Arena, n)
		copy(c.Views, t.views)
	}
	if t.nullable {
		c.Valid = mem.Zeroed[uint64](&dst.Arena, bits.Words(n))
		copy(c.Valid, t.valid)
	}
	return c
}

// elementsKept is how many rows of elements a decoder keeps room for between batches.
const elementsKept = 1 << 16

// trim gives the arrays of large batches back.
func (d *domain) trim() {
	for _, t := range d.columns {
		if !d.root && d.rows > elementsKept {
			t.bytes, t.words2, t.words4, t.words8, t.views, t.valid, t.offsets = nil, nil, nil, nil, nil, nil, nil
		}
		if t.elems != nil {
			t.elems.trim()
		}
	}
}
