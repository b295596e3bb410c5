package debezium

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// appendHeaders appends headers that are columns to rows, and the same headers to each of the others; both are
// disjoint.
func appendHeaders(b *batch.Batch, rows batch.Selection, columns []batch.HeaderColumn, others batch.Selection, same []batch.Header) {
	if len(columns) > 0 && !columnar.IsEmpty(rows) {
		of := having(b, rows)
		for k := range columns {
			columns[k].Rows = of
		}
		b.AddHeaders(columns...)
	}
	if len(same) == 0 || columnar.IsEmpty(others) {
		return
	}
	of := having(b, others)
	for _, h := range same {
		b.AddHeaders(batch.HeaderColumn{Key: h.Key, Rows: of, Schema: h.Schema, Column: b.NewConstant(h.Schema, b.Len(), h.Value)})
	}
}

// having returns rows as bits, nil where all that are live are meant.
func having(b *batch.Batch, rows batch.Selection) bits.Bitmap {
	if rows.Count(b.Len()) >= b.Live() {
		return nil
	}
	return bitsOf(b, rows)
}
