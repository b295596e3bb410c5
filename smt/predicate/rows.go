package predicate

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// live lists the live rows of b, in b's memory.
func live(b *batch.Batch) batch.Selection { return columnar.Listed(b, columnar.Live(b)) }

// appendLive appends the live rows of b.
func appendLive(dst batch.Selection, b *batch.Batch) batch.Selection {
	if b.Sel == nil && !b.Status.Any() {
		return kernel.FromBits(dst, nil, b.Len())
	}
	return append(dst, columnar.Live(b)...)
}
