package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/smt/internal/columnar"
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
	sel := columnar.Live(b)
	if columnar.NeverNull(c) {
		return parts{sel, none, none}
	}
	rows := columnar.Listed(b, sel)
	room := func() batch.Selection { return columnar.Room(b, len(rows)) }
	p := parts{room(), none, none}
	switch {
	case c.Form() == batch.FormPlain && c.NoSchema == nil:
		p.null = room()
		p.present = kernel.Where(p.present, rows, c.Valid)
		p.null = kernel.WhereNot(p.null, rows, c.Valid)
	case c.Form() == batch.FormDynamic && c.Dyn.Tags != nil:
		p.bare = room()
		for _, i := range rows {
			if t := c.Dyn.Tags[i]; t == batch.TagNull || t == batch.TagAbsent {
				p.bare = append(p.bare, i)
			} else {
				p.present = append(p.present, i)
			}
		}
	default:
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
	if columnar.NeverNull(c) {
		return rows
	}
	rows = columnar.Listed(b, rows)
	out := columnar.Room(b, len(rows))
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

// leave takes rows, which are live, out of b into a fork with the columns as they are.
func leave(b *batch.Batch, rows batch.Selection) *batch.Batch {
	f := b.Fork(rows)
	rest := columnar.Listed(b, columnar.Live(b))
	b.Sel = kernel.Subtract(columnar.Room(b, len(rest)), rest, rows)
	return f
}

// failed fails rows with err unless it is nil, and reports whether it did.
func failed(b *batch.Batch, rows batch.Selection, err error) bool {
	if err != nil {
		columnar.Fail(b, rows, err)
	}
	return err != nil
}
