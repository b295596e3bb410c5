package batch

import (
	"sync"
	"sync/atomic"

	"github.com/millrace/millrace/batch/mem"
)

// Batch is rows of one topic partition or one source poll, by column. See the package comment for
// shape and ownership. Make one with Pool.New, Fork or a decoder; the zero value is not usable.
type Batch struct {
	refs    atomic.Int32
	pool    *Pool
	parents []*Batch
	headers headers // of columns made by NewColumn and NewDynamic
	trace   trace   // under the tag invariants: who made and released it

	// Arena holds what this batch made itself.
	Arena mem.Arena

	n int

	// Envelope.
	Topics        Topics
	Partition     int32   // of all rows when Partitions is nil; NoPartition: the partitioner chooses
	Partitions    []int32 // per row, NoPartition allowed
	Timestamps    []int64 // per row, NoTimestamp = none; nil = none for all
	TimestampType TimestampType
	Headers       Headers

	// Sinks: what was consumed.
	Origin   Origin
	Offsets  []int64 // record offsets
	RawKey   Bytes   // as consumed; stay until the batch is released, the dead letter queue needs them
	RawValue Bytes

	// Sources: where the rows came from, and the number of the first row in its task's life.
	Source SourcePosition
	Seq    int64
	Wire   Wire // instead of everything by column

	Key, Value *Column // nil until decoded
	Sel        Selection
	Status     Status
}

// Pool makes batches. Safe for concurrent use.
type Pool struct {
	Mem      *mem.Pool
	free     sync.Pool
	columns  sync.Pool // of *columnChunk
	dynamics sync.Pool // of *dynamicChunk
	live     *sites    // nil unless Mem is checked
}

// NewPool returns a pool of batches whose memory comes from m. Where m is checked (mem.Checked), its
// leak report names the batches that were never released, with the place that made them.
func NewPool(m *mem.Pool) *Pool {
	p := &Pool{Mem: m}
	live := &sites{of: map[*Batch][]uintptr{}}
	if m.Report(live.report) {
		p.live = live
	}
	return p
}

// New returns an empty batch of n rows: no topics, no columns, no partition. The caller owns one reference.
func (p *Pool) New(n int) *Batch {
	b, _ := p.free.Get().(*Batch)
	if b == nil {
		b = &Batch{}
	}
	b.pool = p
	p.made(b)
	b.Arena.Pool = p.Mem
	b.n = n
	b.Partition = NoPartition
	b.refs.Store(1)
	return b
}

// Len returns the number of rows, selected or not.
func (b *Batch) Len() int { return b.n }

// Live returns the number of selected rows.
func (b *Batch) Live() int { return b.Sel.Count(b.n) }

// Pool returns the pool that made b.
func (b *Batch) Pool() *Pool { return b.pool }

// Retain adds a reference.
func (b *Batch) Retain() {
	if b.refs.Add(1) <= 1 {
		panic("batch: retained after release" + b.trace.String())
	}
}

// Release drops a reference. The last one returns the arena to its pool and releases the parents:
// nothing that points into b may be used afterwards.
func (b *Batch) Release() {
	switch r := b.refs.Add(-1); {
	case r > 0:
		return
	case r < 0:
		panic("batch: released twice" + b.trace.String())
	}
	b.trace.noteReleased()
	b.pool.released(b)
	b.Arena.Free()
	for i, p := range b.parents {
		p.Release()
		b.parents[i] = nil
	}
	b.reset()
	if !keepReleased {
		b.pool.free.Put(b)
	}
}

func (b *Batch) reset() {
	b.parents = b.parents[:0]
	b.headers.reset(b.pool)
	b.Topics, b.Partition, b.Partitions, b.Timestamps = Topics{}, NoPartition, nil, nil
	b.TimestampType, b.Headers, b.Origin, b.Offsets = NoTimestampType, Headers{}, Origin{}, nil
	b.RawKey, b.RawValue, b.Source, b.Seq = Bytes{}, Bytes{}, nil, 0
	b.Wire = Wire{}
	b.Key, b.Value, b.Sel = nil, nil, nil
	b.Status.Reset()
}

// KeepAlive makes p live at least as long as b: b may point into p's memory.
func (b *Batch) KeepAlive(p *Batch) {
	p.Retain() // released by b.Release
	b.parents = append(b.parents, p)
}

// Fork returns a batch over the same rows with the same columns and envelope and selection sel, which
// must stay valid as long as the result. Columns and selection of either may be replaced
// independently; b lives at least as long. Status starts empty.
func (b *Batch) Fork(sel Selection) *Batch {
	f := b.pool.New(b.n)
	f.KeepAlive(b)
	f.Topics, f.Partition, f.Partitions, f.Timestamps = b.Topics, b.Partition, b.Partitions, b.Timestamps
	f.TimestampType, f.Headers, f.Origin, f.Offsets = b.TimestampType, b.Headers, b.Origin, b.Offsets
	f.RawKey, f.RawValue, f.Source, f.Seq = b.RawKey, b.RawValue, b.Source, b.Seq
	f.Wire = b.Wire
	f.Key, f.Value, f.Sel = b.Key, b.Value, sel
	return f
}

// NewColumn returns an empty column header of n rows that lives as long as b: form plain with schema s,
// or dynamic when s is nil. Its arrays are the caller's to make from b.Arena.
func (b *Batch) NewColumn(s *Schema, n int) *Column {
	c := b.headers.column(b.pool)
	c.schema, c.n = s, n
	if s == nil {
		c.form = FormDynamic
	}
	return c
}
