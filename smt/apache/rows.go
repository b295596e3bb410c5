package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/batch/mem"
)

// parts is the live rows of a column by what they carry. nil means all rows of the batch, as in
// batch.Selection; a part without rows is empty, not nil.
type parts struct {
	present batch.Selection // a value
	null    batch.Selection // null under the column's schema
	bare    batch.Selection // neither schema nor value
}

var none = batch.Selection{}

// split sorts the live rows of b by what c has there.
func split(b *batch.Batch, c *batch.Column) parts {
	sel := live(b)
	if neverNull(c) {
		return parts{sel, none, none}
	}
	rows := listed(b, sel)
	room := func() batch.Selection { return mem.Alloc[int32](&b.Arena, max(len(rows), 1))[:0] }
	p := parts{room(), none, none}
	if c.Form() == batch.FormPlain && c.NoSchema == nil {
		p.null = room()
		p.present = kernel.Where(p.present, rows, c.Valid)
		p.null = kernel.WhereNot(p.null, rows, c.Valid)
	} else {
		p.null, p.bare = room(), room()
		for _, i := range rows {
			switch {
			case !c.IsNull(int(i)):
				p.present = append(p.present, i)
			case c.HasSchema(int(i)):
				p.null = append(p.null, i)
			default:
				p.bare = append(p.bare, i)
			}
		}
	}
	if len(p.present) == b.Len() {
		p.present = nil
	}
	return p
}

// presentOf returns those of rows that have a value in c.
func presentOf(b *batch.Batch, rows batch.Selection, c *batch.Column) batch.Selection {
	if neverNull(c) {
		return rows
	}
	rows = listed(b, rows)
	out := batch.Selection(mem.Alloc[int32](&b.Arena, max(len(rows), 1))[:0])
	if c.Form() == batch.FormPlain {
		return kernel.Where(out, rows, c.Valid)
	}
	for _, i := range rows {
		if !c.IsNull(int(i)) {
			out = append(out, i)
		}
	}
	return out
}

// neverNull reports whether c has a value in every row, as far as its form tells.
func neverNull(c *batch.Column) bool {
	switch c.Form() {
	case batch.FormPlain:
		return c.Valid == nil
	case batch.FormConstant:
		return !c.Const.IsNull()
	case batch.FormDynamic:
		return c.Dyn.Tags == nil && c.Dyn.Uniform != batch.TagNull && c.Dyn.Uniform != batch.TagAbsent
	}
	return false
}

// live returns the rows to be transformed: those selected that have not failed.
func live(b *batch.Batch) batch.Selection {
	if !b.Status.Any() {
		return b.Sel
	}
	out := batch.Selection(mem.Alloc[int32](&b.Arena, max(b.Live(), 1))[:0])
	for r := range b.Rows() {
		out = append(out, r.Index())
	}
	return out
}

// listed returns sel with nil spelled out.
func listed(b *batch.Batch, sel batch.Selection) batch.Selection {
	if sel != nil {
		return sel
	}
	return kernel.FromBits(mem.Alloc[int32](&b.Arena, max(b.Len(), 1))[:0], nil, b.Len())
}

// isEmpty reports whether a part has no rows.
func isEmpty(s batch.Selection) bool { return s != nil && len(s) == 0 }

// fail fails rows with one error.
func fail(b *batch.Batch, rows batch.Selection, err error) {
	if rows == nil {
		for i := range int32(b.Len()) {
			b.Status.Fail(i, b.Len(), err)
		}
		return
	}
	for _, i := range rows {
		b.Status.Fail(i, b.Len(), err)
	}
}

// leave takes rows, which are live, out of b into a fork with the columns as they are.
func leave(b *batch.Batch, rows batch.Selection) *batch.Batch {
	f := b.Fork(rows)
	rest := listed(b, live(b))
	b.Sel = kernel.Subtract(mem.Alloc[int32](&b.Arena, max(len(rest), 1))[:0], rest, rows)
	return f
}

// failed fails rows with err unless it is nil, and reports whether it did.
func failed(b *batch.Batch, rows batch.Selection, err error) bool {
	if err != nil {
		fail(b, rows, err)
	}
	return err != nil
}
