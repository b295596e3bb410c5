package budget

import (
	"sync/atomic"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// Budget is what the batches of all tasks may take together. Safe for concurrent use.
type Budget struct {
	limit int64     // bytes
	all   *mem.Pool // what they take
	tasks atomic.Int64
	asked atomic.Int64 // bytes that brokers may send
}

// New returns a budget of so many bytes of what is taken from a pool.
func New(limit int64, all *mem.Pool) *Budget { return &Budget{limit: limit, all: all} }

// Join adds a task, which may have own bytes at most, until Leave.
func (b *Budget) Join(own int64) *Share {
	b.tasks.Add(1)
	return &Share{Pool: batch.NewPool(b.all.Part()), of: b, own: own}
}

// Share is the part of one task. Safe for concurrent use.
type Share struct {
	// Pool is where all batches of the task come from: what it has out counts.
	Pool *batch.Pool

	of    *Budget
	own   int64
	asked atomic.Int64
}

// Leave gives the share back. What the task still holds counts until it is released.
func (s *Share) Leave() { s.of.tasks.Add(-1) }

// Most is how many bytes the task may hold now: its own, or less where all tasks together would take too much.
func (s *Share) Most() int64 { return min(s.own, s.of.limit/max(s.of.tasks.Load(), 1)) }

// Room is how many bytes the task may take now beyond what it holds and has asked for, below 0 where that is too much
// already. There is none where the tasks together hold what they may: others began when there were fewer.
func (s *Share) Room() int64 {
	return min(
		s.Most()-s.Pool.Mem.OutBytes()-s.asked.Load(),
		s.of.limit-s.of.all.OutBytes()-s.of.asked.Load(),
	)
}

// Ask counts bytes that brokers may send, and with a negative number those that came or will not come.
func (s *Share) Ask(n int64) {
	s.asked.Add(n)
	s.of.asked.Add(n)
}
