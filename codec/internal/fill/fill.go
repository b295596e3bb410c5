package fill

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// Domain is columns that have rows in common: those of the input, or the elements of one array or map.
type Domain struct {
	root    bool
	rows    int // so far; of the root: of the batch
	mark    int // rows before the present row of the input
	columns []*Column
	lists   []*Column // those that have elements
	memory  memory    // of the root
	made    []Column  // of columns, side by side, since they are walked in order; those before have an array of their own
}

// madeAtOnce is how many columns get an array.
const madeAtOnce = 8

// Column is a column that is being filled. What every batch and row needs comes first: a decoder of a hundred schemas has a
// thousand columns.
type Column struct {
	Schema *batch.Schema
	Valid  bits.Bitmap // nil: no row is null

	kind     batch.Kind
	nullable bool
	// SchemaScale says that decimals have the scale of their schema: there are no Scales then.
	SchemaScale bool
	width       int // bytes of a row: its value or its view
	domain      *Domain
	Elems       *Domain // ARRAY, MAP

	Words8 []uint64 // INT64, FLOAT64
	Views  []batch.View
	Words4 []uint32 // INT32, FLOAT32
	Words2 []uint16
	Bytes  []byte // INT8, BOOLEAN

	Sub []*Column // children, nil ones passed over

	// Symbols are what views point into, in place of the input; Initial is what rows have that are not set.
	Symbols []byte
	Initial batch.View
	Scales  []int32 // of a decimal

	offsets []int32 // n+1
	filled  int     // rows that have an end in offsets
}

// NewRoot returns the domain of the rows of a batch.
func NewRoot() *Domain { return &Domain{root: true} }

// Rows is how many rows the domain has.
func (d *Domain) Rows() int { return d.rows }

// Cells is how many columns a row has.
func (d *Domain) Cells() int64 { return int64(len(d.columns)) }

// Add adds a column; that of an array or map gets a domain for its elements, to which the caller adds theirs.
func (d *Domain) Add(s *batch.Schema, nullable bool) *Column {
	if len(d.made) == cap(d.made) {
		d.made = make([]Column, 0, madeAtOnce)
	}
	d.made = append(d.made, Column{Schema: s, domain: d, kind: s.Kind(), nullable: nullable, width: s.Kind().FixedBytes()})
	c := &d.made[len(d.made)-1]
	if c.kind.IsVarlen() {
		c.width = viewBytes
	}
	if c.kind == batch.KindArray || c.kind == batch.KindMap {
		c.Elems = &Domain{}
		d.lists = append(d.lists, c)
	}
	d.columns = append(d.columns, c)
	return c
}

// Start prepares the columns for n rows of the batch.
func (d *Domain) Start(dst *batch.Batch, n int) {
	d.rows, d.mark = n, 0
	if d.root {
		d.startRoot(dst, n)
	} else {
		d.rows = 0
		for _, c := range d.columns {
			c.Valid = c.Valid[:0]
			c.offsets = append(c.offsets[:0], 0)
			c.filled = 0
		}
	}
	for _, c := range d.lists {
		c.Elems.Start(dst, n)
	}
}

// scaled says whether each row has a scale.
func (c *Column) scaled() bool {
	return !c.SchemaScale && c.kind.IsVarlen() && c.Schema.Logical() == batch.LogicalDecimal
}

// blank gives rows what they have before they are set.
func (c *Column) blank(from, to int) {
	switch {
	case c.kind.IsVarlen():
		v := c.Views[from:to]
		for i := range v {
			v[i] = c.Initial
		}
		if c.Scales != nil {
			clear(c.Scales[from:to])
		}
	case c.width == 8:
		clear(c.Words8[from:to])
	case c.width == 4:
		clear(c.Words4[from:to])
	case c.width == 2:
		clear(c.Words2[from:to])
	case c.width == 1:
		clear(c.Bytes[from:to])
	}
}

// Reserve adds n rows to a domain of elements and returns the first.
func (d *Domain) Reserve(n int) int {
	first := d.rows
	d.rows += n
	for _, c := range d.columns {
		switch {
		case c.kind.IsVarlen():
			c.Views = extended(c.Views[:min(first, len(c.Views))], d.rows)
			if c.scaled() {
				c.Scales = extended(c.Scales[:min(first, len(c.Scales))], d.rows)
			}
		case c.width == 8:
			c.Words8 = extended(c.Words8[:min(first, len(c.Words8))], d.rows)
		case c.width == 4:
			c.Words4 = extended(c.Words4[:min(first, len(c.Words4))], d.rows)
		case c.width == 2:
			c.Words2 = extended(c.Words2[:min(first, len(c.Words2))], d.rows)
		case c.width == 1:
			c.Bytes = extended(c.Bytes[:min(first, len(c.Bytes))], d.rows)
		case c.Elems != nil:
			c.offsets = extended(c.offsets[:min(first+1, len(c.offsets))], d.rows+1)
		}
		c.blank(first, d.rows)
		if c.nullable {
			have := len(c.Valid)
			c.Valid = extended(c.Valid, bits.Words(d.rows))
			clear(c.Valid[min(have, len(c.Valid)):])
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

// Mark remembers how far the domains of elements are before a row of the input.
func (d *Domain) Mark() {
	for _, c := range d.lists {
		c.Elems.mark = c.Elems.rows
		c.Elems.Mark()
	}
}

// Undo makes row i of the input as it was at Mark: what is read of it again starts anew.
func (d *Domain) Undo(i int) {
	for _, c := range d.columns {
		c.blank(i, i+1)
		if c.nullable {
			c.Valid.Clear(i)
		}
	}
	d.cut(i)
}

// cut takes the rows from n on back.
func (d *Domain) cut(n int) {
	for _, c := range d.columns {
		c.filled = min(c.filled, n)
		if !d.root && c.nullable {
			for i := n; i < d.rows; i++ {
				c.Valid.Clear(i)
			}
			c.Valid = c.Valid[:bits.Words(n)]
		}
		if c.Elems != nil {
			c.Elems.cut(c.Elems.mark)
		}
	}
	if !d.root {
		d.rows = n
	}
}

// Open makes row r the one whose elements come next; it may be open already.
func (c *Column) Open(r int) {
	for ; c.filled < r; c.filled++ {
		c.offsets[c.filled+1] = int32(c.Elems.rows)
	}
}

// Finish returns the column of all rows. source and text are what views point into: the second where batch.InArena is set.
func (c *Column) Finish(dst *batch.Batch, source, text []byte) *batch.Column {
	n := c.domain.rows
	var out *batch.Column
	if c.domain.root {
		out = dst.NewFixedOver(c.Schema, n, c.fixed())
		out.Valid = c.Valid
		if c.kind.IsVarlen() {
			out.Views, out.Scales = c.Views, c.Scales
		}
	} else {
		out = c.copied(dst, n)
	}
	if out.Valid != nil && out.Valid.All(n) {
		out.Valid = nil
	}
	switch {
	case c.Symbols != nil:
		out.Bufs[0], out.Bufs[1] = dst.Arena.Bytes(len(c.Symbols)), text
		copy(out.Bufs[0], c.Symbols)
	case c.kind.IsVarlen():
		out.Bufs[0], out.Bufs[1] = source, text // a literal would be made elsewhere and copied
	case c.Elems != nil:
		c.Open(n)
		if c.domain.root {
			out.Offsets = c.offsets
		} else {
			out.Offsets = mem.Alloc[int32](&dst.Arena, n+1)
			copy(out.Offsets, c.offsets)
		}
	}
	for _, s := range c.Sub {
		if s != nil {
			out.Children = append(out.Children, s.Finish(dst, source, text))
		}
	}
	return out
}

// copied returns a column of elements with what the domain's arrays hold.
func (c *Column) copied(dst *batch.Batch, n int) *batch.Column {
	values := dst.Arena.Bytes(n * c.kind.FixedBytes())
	copy(values, c.fixed())
	out := dst.NewFixedOver(c.Schema, n, values)
	if c.kind.IsVarlen() {
		out.Views = mem.Alloc[batch.View](&dst.Arena, n)
		copy(out.Views, c.Views)
		if c.Scales != nil {
			out.Scales = mem.Alloc[int32](&dst.Arena, n)
			copy(out.Scales, c.Scales)
		}
	}
	if c.nullable {
		out.Valid = mem.Zeroed[uint64](&dst.Arena, bits.Words(n))
		copy(out.Valid, c.Valid)
	}
	return out
}

// fixed returns the values of fixed width, nil for other kinds.
func (c *Column) fixed() []byte {
	switch {
	case c.kind.IsVarlen():
		return nil
	case c.width == 8:
		return mem.AsBytes(c.Words8)
	case c.width == 4:
		return mem.AsBytes(c.Words4)
	case c.width == 2:
		return mem.AsBytes(c.Words2)
	}
	return c.Bytes
}

// elementsKept is how many rows of elements are kept room for between batches.
const elementsKept = 1 << 16

// Trim gives the arrays of large batches back.
func (d *Domain) Trim() {
	if !d.root && d.rows > elementsKept {
		for _, c := range d.columns {
			c.Bytes, c.Words2, c.Words4, c.Words8, c.Views, c.Scales, c.Valid, c.offsets = nil, nil, nil, nil, nil, nil, nil, nil
		}
	}
	for _, c := range d.lists {
		c.Elems.Trim()
	}
}
