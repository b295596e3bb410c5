package confluent

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// liveRows lists the rows to be transformed: those selected that have not failed.
func liveRows(b *batch.Batch) batch.Selection { return columnar.Listed(b, columnar.Live(b)) }

// divide sorts rows by whether c has a value there.
func divide(b *batch.Batch, c *batch.Column, rows batch.Selection) (present, null batch.Selection) {
	if c.Form() == batch.FormPlain {
		if c.Valid == nil {
			return rows, batch.Selection{}
		}
		return kernel.Where(columnar.Room(b, len(rows)), rows, c.Valid), kernel.WhereNot(columnar.Room(b, len(rows)), rows, c.Valid)
	}
	present, null = columnar.Room(b, len(rows)), columnar.Room(b, len(rows))
	for _, i := range rows {
		if c.IsNull(int(i)) {
			null = append(null, i)
		} else {
			present = append(present, i)
		}
	}
	return present, null
}

// merge returns the rows of two disjoint selections.
func merge(b *batch.Batch, x, y batch.Selection) batch.Selection {
	if len(y) == 0 {
		return x
	}
	out := columnar.Room(b, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		if x[0] < y[0] {
			out, x = append(out, x[0]), x[1:]
		} else {
			out, y = append(out, y[0]), y[1:]
		}
	}
	return append(append(out, x...), y...)
}
