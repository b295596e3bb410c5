package batch

// ConcatColumns returns all rows of the columns, which have equal schemas, as one column of b.
//
// Ownership: text is copied into b unless all columns view the same buffers; dictionaries and constants
// become plain where there are several columns.
// Errors: *DataError when text or elements exceed what one column holds.
func (b *Batch) ConcatColumns(columns ...*Column) (*Column, error) {
	g := gatherer{b: b}
	parts := make([]part, len(columns))
	for i, c := range columns {
		parts[i] = part{c: c, rows: countUp(c.n)}
	}
	if len(parts) == 0 {
		return b.NullColumn(0), nil
	}
	out := g.column(columns[0].schema, parts)
	return out, g.err
}

// Concat returns the live rows of the batches, which have one origin and equal schemas (rows without
// schema fit any), as one batch that depends on none of them. The caller owns it.
//
// Errors: *DataError when the batches do not fit together or exceed what one column holds.
func Concat(p *Pool, batches ...*Batch) (*Batch, error) {
	if len(batches) == 0 {
		return p.New(0), nil
	}
	n := 0
	rows := make([][]int32, len(batches))
	for i, b := range batches {
		if b.Origin != batches[0].Origin || b.TimestampType != batches[0].TimestampType {
			return nil, dataErrorf("rows of different origins cannot be joined: %s-%d and %s-%d",
				batches[0].Origin.Topic, batches[0].Origin.Partition, b.Origin.Topic, b.Origin.Partition)
		}
		rows[i] = liveRows(b)
		n += len(rows[i])
	}
	g := gatherer{b: p.New(n), copyText: true}
	g.batch(batches, rows)
	if g.err != nil {
		g.b.Release()
		return nil, g.err
	}
	return g.b, nil
}

// liveRows returns the numbers of b's live rows.
func liveRows(b *Batch) []int32 {
	out := make([]int32, 0, b.Live())
	for r := range b.Rows() {
		out = append(out, r.i)
	}
	return out
}

// countUp returns 0 … n-1.
func countUp(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}
