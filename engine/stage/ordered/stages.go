// Package ordered runs the stage of one task on several cores and gives what comes of its batches in their order.
//
// Of a list of batches the task works from the front, with a stage of its own, and helpers from the back, each with a
// stage of its own. A helper only computes: what it met an error in, what would have to be tried again and what panicked is
// thrown away, and done by the task when its turn comes. So errors, retries, their waits and their counts come as if
// there were one core.
package ordered

import (
	"context"
	"slices"
	"sync"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/engine/errant"
)

// Stage is a stage.Sink.
type Stage interface {
	Run(ctx context.Context, b *batch.Batch) (out []*batch.Batch, failed []errant.RowError, err error)
}

// Helper is a stage that works ahead of its turn. Trial is the operator of it and of its transforms.
type Helper struct {
	Stage Stage
	Trial *errant.Operator
}

// rowsMin is how many rows a list has at least that helpers are woken for. Fewer take about 30 µs, and waking up to 5.
const rowsMin = 128

// Stages are the stages of one task. All methods are called from its goroutine.
type Stages struct {
	own     Stage
	release func(*batch.Batch)
	helpers []*Helper // those that have not panicked

	list    []*batch.Batch // in work; nil without helpers at work
	next    int            // of list, that Run is called for next
	results []result       // of list; a slot is written by the helper that took its batch
	working sync.WaitGroup // helpers

	mu          sync.Mutex
	front, back int // nobody has begun with list[front:back]
}

// result is what a helper made of a batch. The zero value stands for a batch that is to be done by the task.
type result struct {
	done   bool
	out    []*batch.Batch
	failed []errant.RowError
}

// New returns the stages of a task: its own, and those of helpers. release lets go of a result that nobody takes.
func New(own Stage, release func(*batch.Batch), helpers ...Helper) *Stages {
	s := &Stages{own: own, release: release}
	for i := range helpers {
		s.helpers = append(s.helpers, &helpers[i])
	}
	return s
}

// Begin lets helpers begin with a list of batches, which are borrowed until End. Run follows for each of them, in order,
// then End; Run without Begin, and after End, is that of the task's own stage.
func (s *Stages) Begin(ctx context.Context, list []*batch.Batch) {
	n := min(len(s.helpers), len(list)-1)
	if n <= 0 || !large(list) {
		return
	}
	s.list, s.next, s.front, s.back = list, 0, 0, len(list)
	s.results = slices.Grow(s.results[:0], len(list))[:len(list)]
	for _, h := range s.helpers[:n] {
		s.working.Go(func() { s.help(ctx, h) })
	}
}

// large reports whether the list is worth waking somebody.
func large(list []*batch.Batch) bool {
	rows := 0
	for _, b := range list {
		if rows += b.Live(); rows >= rowsMin {
			return true
		}
	}
	return false
}

// Run is Stage.Run. Its results are the caller's.
func (s *Stages) Run(ctx context.Context, b *batch.Batch) (out []*batch.Batch, failed []errant.RowError, err error) {
	if s.next < len(s.list) {
		i := s.next
		s.next++
		if !s.takeFront() {
			s.working.Wait()
			if r := s.results[i]; r.done {
				s.results[i] = result{}
				return r.out, r.failed, nil
			}
		}
	}
	return s.own.Run(ctx, b)
}

// End stops the helpers, and lets go of what they made and nobody took. It waits for the batches that they are at.
func (s *Stages) End() {
	if s.list == nil {
		return
	}
	s.mu.Lock()
	s.back = s.front
	s.mu.Unlock()
	s.working.Wait()
	for _, r := range s.results {
		s.drop(r.out)
	}
	clear(s.results)
	s.list, s.next = nil, 0
	s.helpers = slices.DeleteFunc(s.helpers, func(h *Helper) bool { return h.Stage == nil })
}

func (s *Stages) drop(out []*batch.Batch) {
	for _, o := range out {
		s.release(o)
	}
}

// takeFront reports whether the first batch that nobody has begun with is the caller's: false where there is none.
func (s *Stages) takeFront() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.front == s.back {
		return false
	}
	s.front++
	return true
}

// takeBack returns the last batch that nobody has begun with, -1 where there is none.
func (s *Stages) takeBack() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.front == s.back {
		return -1
	}
	s.back--
	return s.back
}

// help is the goroutine of a helper.
func (s *Stages) help(ctx context.Context, h *Helper) {
	for h.Stage != nil {
		i := s.takeBack()
		if i < 0 {
			return
		}
		s.results[i] = s.ahead(ctx, h, s.list[i])
	}
}

// ahead runs a helper's stage before the turn of b. A helper that panics is not used again: nobody knows what state its
// stage is in.
func (s *Stages) ahead(ctx context.Context, h *Helper, b *batch.Batch) (r result) {
	defer func() {
		if recover() != nil {
			h.Stage, r = nil, result{}
		}
	}()
	out, failed, err := h.Stage.Run(ctx, b)
	if h.Trial.GaveUp() || err != nil {
		s.drop(out)
		return result{}
	}
	return result{done: true, out: out, failed: failed}
}
