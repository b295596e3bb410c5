package debezium

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// headerColumn is a header that rows get from a column. Its schema may be another than the column's: a
// struct in a header has its own.
type headerColumn struct {
	name   string
	schema *batch.Schema
	column *batch.Column
}

// appendHeaders appends a header of each column to rows, and the same headers to each of the others; both
// are disjoint. Headers own their values, so this is where rows are made of columns.
func appendHeaders(b *batch.Batch, rows batch.Selection, columns []headerColumn, others batch.Selection, same []batch.Header) {
	rows = columnar.Listed(b, rows)
	out := batch.Headers{
		Offsets: mem.Alloc[int32](&b.Arena, b.Len()+1),
		Entries: make([]batch.Header, 0, b.Headers.Bound(b.Len())+len(rows)*len(columns)+len(others)*len(same)),
	}
	out.Offsets[0] = 0
	readers := make([]valueReader, len(columns))
	for k := range readers {
		readers[k].column = columns[k].column
	}
	for i := range int32(b.Len()) {
		out.Entries = append(out.Entries, b.Headers.Of(int(i))...)
		switch {
		case len(rows) > 0 && rows[0] == i:
			rows = rows[1:]
			for k := range readers {
				out.Entries = append(out.Entries, batch.Header{Key: columns[k].name, Decoded: true, Schema: columns[k].schema, Value: readers[k].value(int(i))})
			}
		case len(others) > 0 && others[0] == i:
			others = others[1:]
			out.Entries = append(out.Entries, same...)
		}
		out.Offsets[i+1] = int32(len(out.Entries))
	}
	b.Headers = out
}
