package stage

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// members is the rows of an input by their group.
type members struct {
	rows []int32 // those of group 0, then those of group 1, …; ascending inside a group
	ends []int32 // of each group, in rows
}

// sort lays out the rows that a decoder grouped: one counting sort, however many groups there are. Rows that
// failed and rows of no group are left out. The memory is b's.
func (m *members) sort(b *batch.Batch, in *codec.Input, groups *codec.Groups, status *batch.Status) {
	for _, e := range status.Errors() {
		groups.Row[e.Row] = -1
	}
	rows := listed(b, in.Sel)
	// How many rows each group has, one place ahead, becomes where each starts; filling moves that to the end.
	k := int(max(groups.N, 1)) // nulls alone have no group, and are in the first
	m.ends = slices.Grow(m.ends[:0], k+1)[:k+1]
	clear(m.ends)
	for _, r := range rows {
		if g := groups.Row[r]; g >= 0 {
			m.ends[g+1]++
		}
	}
	for g := 1; g < len(m.ends); g++ {
		m.ends[g] += m.ends[g-1]
	}
	m.rows = mem.Alloc[int32](&b.Arena, len(rows))
	for _, r := range rows {
		if g := groups.Row[r]; g >= 0 {
			m.rows[m.ends[g]] = r
			m.ends[g]++
		}
	}
}

// of returns the rows of a group.
func (m *members) of(group int32) batch.Selection {
	start := int32(0)
	if group > 0 {
		start = m.ends[group-1]
	}
	if start == m.ends[group] {
		return batch.Selection{}
	}
	return m.rows[start:m.ends[group]:m.ends[group]]
}

// listed is sel with nil spelled out, in b's memory.
func listed(b *batch.Batch, sel batch.Selection) []int32 {
	if sel != nil {
		return sel
	}
	return kernel.FromBits(mem.Alloc[int32](&b.Arena, b.Len())[:0], nil, b.Len())
}
