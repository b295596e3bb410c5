package debezium

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
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
	p.present, p.null, p.bare = nullsApart(b, c, columnar.Live(b))
	return p
}

// nullsApart returns those of rows that have a value in c, null under its schema, and neither.
func nullsApart(b *batch.Batch, c *batch.Column, rows batch.Selection) (present, null, bare batch.Selection) {
	if columnar.NeverNull(c) {
		return rows, none, none
	}
	list := columnar.Listed(b, rows)
	present, null, bare = columnar.Room(b, len(list)), columnar.Room(b, len(list)), columnar.Room(b, len(list))
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
	list := columnar.Listed(b, rows)
	in = kernel.Where(columnar.Room(b, len(list)), list, valid)
	if len(in) == len(list) {
		return rows, none
	}
	return in, kernel.WhereNot(columnar.Room(b, len(list)), list, valid)
}

// merged returns the rows of two disjoint parts.
func merged(b *batch.Batch, x, y batch.Selection) batch.Selection {
	switch {
	case x == nil || columnar.IsEmpty(y):
		return x
	case y == nil || columnar.IsEmpty(x):
		return y
	}
	out := append(append(columnar.Room(b, len(x)+len(y)), x...), y...)
	slices.Sort(out)
	return out
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
		rows := columnar.Unfailed(b, g.rows)
		switch {
		case columnar.IsEmpty(rows):
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
