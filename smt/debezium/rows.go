package debezium

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/batch/mem"
)

var none = batch.Selection{}

// parts is the live rows of a column by what they carry. nil means all rows of the batch, as in
// batch.Selection; a part without rows is empty, not nil.
type parts struct {
	present batch.Selection // a value
	null    batch.Selection // null under the column's schema
	bare    batch.Selection // neither schema nor value
}

// partsOf sorts the live rows of b by what c has there.
func partsOf(b *batch.Batch, c *batch.Column) (p parts) {
	p.present, p.null, p.bare = nullsApart(b, c, live(b))
	return p
}

// nullsApart returns those of rows that have a value in c, null under its schema, and neither.
func nullsApart(b *batch.Batch, c *batch.Column, rows batch.Selection) (present, null, bare batch.Selection) {
	if neverNull(c) {
		return rows, none, none
	}
	list := listed(b, rows)
	present, null, bare = room(b, len(list)), room(b, len(list)), room(b, len(list))
	for _, i := range list {
		switch {
		case !c.IsNull(int(i)):
			present = append(present, i)
		case c.HasSchema(int(i)):
			null = append(null, i)
		default:
			bare = append(bare, i)
		}
	}
	if len(present) == len(list) {
		present = rows
	}
	return present, null, bare
}

// divided returns those of rows that have their bit in valid, and the others.
func divided(b *batch.Batch, rows batch.Selection, valid bits.Bitmap) (in, out batch.Selection) {
	if valid == nil {
		return rows, none
	}
	list := listed(b, rows)
	in = kernel.Where(room(b, len(list)), list, valid)
	if len(in) == len(list) {
		return rows, none
	}
	return in, kernel.WhereNot(room(b, len(list)), list, valid)
}

// room returns an empty selection with room for n rows.
func room(b *batch.Batch, n int) batch.Selection {
	return mem.Alloc[int32](&b.Arena, max(n, 1))[:0]
}

// live returns the rows to be transformed: those selected that have not failed.
func live(b *batch.Batch) batch.Selection {
	if !b.Status.Any() {
		return b.Sel
	}
	return unfailed(b, b.Sel)
}

// unfailed returns those of rows that have not failed.
func unfailed(b *batch.Batch, rows batch.Selection) batch.Selection {
	if !b.Status.Any() {
		return rows
	}
	out := room(b, b.Len())
	for _, i := range listed(b, rows) {
		if !b.Status.Failed(i) {
			out = append(out, i)
		}
	}
	return out
}

// listed returns sel with nil spelled out.
func listed(b *batch.Batch, sel batch.Selection) batch.Selection {
	if sel != nil {
		return sel
	}
	return kernel.FromBits(room(b, b.Len()), nil, b.Len())
}

// isEmpty reports whether a part has no rows.
func isEmpty(s batch.Selection) bool { return s != nil && len(s) == 0 }

// merged returns the rows of two disjoint parts.
func merged(b *batch.Batch, x, y batch.Selection) batch.Selection {
	switch {
	case x == nil || isEmpty(y):
		return x
	case y == nil || isEmpty(x):
		return y
	}
	out := append(append(room(b, len(x)+len(y)), x...), y...)
	slices.Sort(out)
	return out
}

// fail fails rows with one error.
func fail(b *batch.Batch, rows batch.Selection, err error) {
	for _, i := range listed(b, rows) {
		b.Status.Fail(i, b.Len(), err)
	}
}

// bitsOf returns rows, which are not nil, as a bitmap.
func bitsOf(b *batch.Batch, rows batch.Selection) bits.Bitmap {
	out := bits.Bitmap(mem.Alloc[uint64](&b.Arena, bits.Words(b.Len())))
	kernel.ToBits(out, rows)
	return out
}

// group is rows that end under one schema, with their values.
type group struct {
	rows       batch.Selection
	value, key *batch.Column
}

// deal gives the rows of b to the groups: the first that has any stays in b, the others become forks. Failed
// rows are in none. The envelope is b's.
func deal(b *batch.Batch, groups ...group) (more []*batch.Batch) {
	b.Sel = none
	first, taken := group{value: b.Value, key: b.Key}, false
	for _, g := range groups {
		rows := unfailed(b, g.rows)
		switch {
		case isEmpty(rows):
		case !taken:
			b.Sel, first, taken = rows, g, true
		default:
			f := b.Fork(rows)
			f.Value, f.Key = g.value, g.key
			more = append(more, f)
		}
	}
	b.Value, b.Key = first.value, first.key
	return more
}
