package produce

import (
	"time"

	"github.com/millrace/millrace/batch"
)

// rowOf is a row of one of the parts of a Send.
type rowOf struct{ part, row int32 }

// appendOrder appends the selected rows of all parts in the order of their numbers.
func appendOrder(dst []rowOf, parts []Rows) []rowOf {
	if len(parts) == 1 {
		b := parts[0].B
		if b.Sel == nil {
			for i := range int32(b.Len()) {
				dst = append(dst, rowOf{0, i})
			}
			return dst
		}
		for _, row := range b.Sel {
			dst = append(dst, rowOf{0, row})
		}
		return dst
	}
	type rest struct {
		part int32
		sel  []int32
	}
	open := make([]rest, 0, len(parts))
	for i := range parts {
		if sel := parts[i].B.Sel; len(sel) > 0 {
			open = append(open, rest{int32(i), sel})
		}
	}
	for len(open) > 0 {
		best := 0
		for k := 1; k < len(open); k++ {
			if open[k].sel[0] < open[best].sel[0] {
				best = k
			}
		}
		r := &open[best]
		dst = append(dst, rowOf{r.part, r.sel[0]})
		if r.sel = r.sel[1:]; len(r.sel) == 0 {
			open[best] = open[len(open)-1]
			open = open[:len(open)-1]
		}
	}
	return dst
}

// partitionOf is the partition that a row asks for, batch.NoPartition for none.
func partitionOf(b *batch.Batch, i int) int32 {
	if b.Partitions != nil {
		return b.Partitions[i]
	}
	return b.Partition
}

// timestamp is that of a row, or now where it has none.
func timestamp(b *batch.Batch, i int, now time.Time) int64 {
	if b.Timestamps != nil {
		if ts := b.Timestamps[i]; ts != batch.NoTimestamp {
			return ts
		}
	}
	return now.UnixMilli()
}
