package cdc

import "github.com/millrace/millrace/batch"

// Positions are the source positions of one batch among the batches of a poll.
//
// Events of a poll have numbers in their order; a batch holds those of one table, so rows of several batches
// interleave. The engine delivers batch by batch: once a row is delivered, what may be committed ends before the
// first event of a row that is not: one behind it in its own batch, or any of a later batch.
type Positions struct {
	partitions []batch.Value
	events     []int32 // of each row, ascending
	later      int32   // the first event of the batches behind this one
	offset     func(event int32) batch.Value
}

// NewPositions returns positions for each batch of a poll. events has the event of each row, by batch; end is the
// number of events in all; offset returns the source offset once all events up to one were done, -1 for none of
// them. It is called while the batches live, and later: what it needs it must own.
func NewPositions(partition []batch.Value, events [][]int32, end int32, offset func(event int32) batch.Value) []*Positions {
	out := make([]*Positions, len(events))
	later := end
	for i := len(events) - 1; i >= 0; i-- {
		out[i] = &Positions{partition, events[i], later, offset}
		if len(events[i]) > 0 {
			later = min(later, events[i][0])
		}
	}
	return out
}

// Partition returns 0, the only one.
func (p *Positions) Partition(int) int32 { return 0 }

// Partitions returns the source partition.
func (p *Positions) Partitions() []batch.Value { return p.partitions }

// Offset returns what may be committed once row i and all before it were delivered.
func (p *Positions) Offset(i int) batch.Value {
	next := p.later
	if i+1 < len(p.events) {
		next = min(next, p.events[i+1])
	}
	return p.offset(next - 1)
}

var _ batch.SourcePosition = (*Positions)(nil)
