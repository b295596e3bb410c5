package coordtest

import (
	"container/heap"
	"iter"
	"math/rand/v2"
	"time"
)

// Loop is a clock with what is to happen. It belongs to one goroutine.
type Loop struct {
	rng     *rand.Rand
	now     time.Time
	queue   events
	seq     uint64
	running *thread
}

// event is something to do at a time; those of one time are done in the order in which they were added.
type event struct {
	at  time.Time
	seq uint64
	do  func()
}

type events []event

// Len, Less, Swap, Push and Pop are those of a heap.
func (q events) Len() int { return len(q) }

// Less orders by time.
func (q events) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].seq < q[j].seq
}

// Swap swaps.
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push adds.
func (q *events) Push(x any) { *q = append(*q, x.(event)) }

// Pop takes.
func (q *events) Pop() any {
	old := *q
	e := old[len(old)-1]
	old[len(old)-1] = event{}
	*q = old[:len(old)-1]
	return e
}

// After does something later.
func (l *Loop) After(d time.Duration, do func()) {
	l.seq++
	heap.Push(&l.queue, event{l.now.Add(d), l.seq, do})
}

// Run lets time pass.
func (l *Loop) Run(d time.Duration) {
	end := l.now.Add(d)
	for len(l.queue) > 0 && !l.queue[0].at.After(end) {
		e := heap.Pop(&l.queue).(event)
		l.now = e.at
		e.do()
	}
	l.now = end
}

// between is a random time.
func (l *Loop) between(low, high time.Duration) time.Duration {
	return low + time.Duration(l.rng.Int64N(int64(high-low)+1))
}

// chance is true once in n.
func (l *Loop) chance(n int) bool { return l.rng.IntN(n) == 0 }

// thread is something that waits in the middle of what it does.
type thread struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	over  bool
}

// ended is what a thread panics with whose worker is gone.
type ended struct{}

// start starts a thread, which runs until it waits.
func (l *Loop) start(f func()) *thread {
	t := &thread{}
	t.next, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			t.over = true
			if r := recover(); r != nil {
				if _, ok := r.(ended); !ok {
					panic(r)
				}
			}
		}()
		t.yield = yield
		f()
	})
	l.resume(t)
	return t
}

// resume lets a thread go on until it waits again.
func (l *Loop) resume(t *thread) {
	if t.over {
		return
	}
	before := l.running
	l.running = t
	t.next()
	l.running = before
}

// wait lets the running thread wait until it is resumed.
func (l *Loop) wait() {
	if t := l.running; !t.yield(struct{}{}) {
		panic(ended{})
	}
}

// end ends a thread where it waits.
func (t *thread) end() {
	if !t.over {
		t.over = true
		t.stop()
	}
}
