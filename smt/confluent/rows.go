package confluent

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/batch/mem"
)

// room returns an empty selection with room for n rows.
func room(b *batch.Batch, n int) batch.Selection {
	return mem.Alloc[int32](&b.Arena, max(n, 1))[:0]
}

// liveRows lists the rows to be transformed: those selected that have not failed.
func liveRows(b *batch.Batch) batch.Selection {
	if b.Sel != nil && !b.Status.Any() {
		return b.Sel
	}
	out := room(b, b.Len())
	if !b.Status.Any() {
		return kernel.FromBits(out, nil, b.Len())
	}
	for r := range b.Rows() {
		out = append(out, r.Index())
	}
	return out
}

// divide sorts rows by whether c has a value there.
func divide(b *batch.Batch, c *batch.Column, rows batch.Selection) (present, null batch.Selection) {
	if c.Form() == batch.FormPlain {
		if c.Valid == nil {
			return rows, batch.Selection{}
		}
		return kernel.Where(room(b, len(rows)), rows, c.Valid), kernel.WhereNot(room(b, len(rows)), rows, c.Valid)
	}
	present, null = room(b, len(rows)), room(b, len(rows))
	for _, i := range rows {
		if c.IsNull(int(i)) {
			null = append(null, i)
		} else {
			present = append(present, i)
		}
	}
	return present, null
}

// fail fails rows with one error.
func fail(b *batch.Batch, rows batch.Selection, err error) {
	for _, i := range rows {
		b.Status.Fail(i, b.Len(), err)
	}
}

// merge returns the rows of two disjoint selections.
func merge(b *batch.Batch, x, y batch.Selection) batch.Selection {
	if len(y) == 0 {
		return x
	}
	out := room(b, len(x)+len(y))
	for len(x) > 0 && len(y) > 0 {
		if x[0] < y[0] {
			out, x = append(out, x[0]), x[1:]
		} else {
			out, y = append(out, y[0]), y[1:]
		}
	}
	return append(append(out, x...), y...)
}
