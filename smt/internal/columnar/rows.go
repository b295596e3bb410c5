package columnar

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/batch/mem"
)

// Room returns an empty selection with room for n rows.
func Room(b *batch.Batch, n int) batch.Selection {
	return mem.Alloc[int32](&b.Arena, max(n, 1))[:0]
}

// Live returns the rows to be transformed: those selected that have not failed.
func Live(b *batch.Batch) batch.Selection { return Unfailed(b, b.Sel) }

// Unfailed returns those of rows that have not failed.
func Unfailed(b *batch.Batch, rows batch.Selection) batch.Selection {
	if !b.Status.Any() {
		return rows
	}
	out := Room(b, rows.Count(b.Len()))
	for _, i := range Listed(b, rows) {
		if !b.Status.Failed(i) {
			out = append(out, i)
		}
	}
	return out
}

// Listed returns sel with nil spelled out.
func Listed(b *batch.Batch, sel batch.Selection) batch.Selection {
	if sel != nil {
		return sel
	}
	return kernel.FromBits(Room(b, b.Len()), nil, b.Len())
}

// IsEmpty reports whether a selection has no rows.
func IsEmpty(s batch.Selection) bool { return s != nil && len(s) == 0 }

// Fail fails rows with one error.
func Fail(b *batch.Batch, rows batch.Selection, err error) {
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
