package coordtest

import (
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
	steps   int // events that have happened
	running *thread
	idle    []*carrier // whose thread is over
}

// stepsMax is how many events a history may have. Of 3,000 half had 800, the longest 3,769.
const stepsMax = 200_000

// After does something later.
func (l *Loop) After(d time.Duration, do func()) {
	l.seq++
	l.queue.push(event{l.now.UnixNano() + int64(d), l.seq, do})
}

// Run lets time pass and reports whether it has: it stops before one event more than stepsMax.
func (l *Loop) Run(d time.Duration) bool {
	end := l.now.Add(d)
	for until := end.UnixNano(); len(l.queue) > 0 && l.queue[0].at <= until; l.steps++ {
		if l.steps == stepsMax {
			return false
		}
		e := l.queue.pop()
		l.now = l.now.Add(time.Duration(e.at - l.now.UnixNano()))
		e.do()
	}
	l.now = end
	return true
}

// between is a random time.
func (l *Loop) between(low, high time.Duration) time.Duration {
	return low + time.Duration(l.rng.Int64N(int64(high-low)+1))
}

// chance is true once in n.
func (l *Loop) chance(n int) bool { return l.rng.IntN(n) == 0 }

// thread is something that waits in the middle of what it does.
type thread struct {
	on   *carrier
	do   func()
	over bool
}

// carrier is a coroutine that does one thread after another: a stack that has grown stays grown.
type carrier struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	now   *thread
}

// ended is what a thread panics with whose worker is gone.
type ended struct{}

// start starts a thread, which runs until it waits.
func (l *Loop) start(f func()) *thread {
	t := &thread{on: l.carrier(), do: f}
	t.on.now = t
	l.resume(t)
	return t
}

// carrier returns one that has nothing to do.
func (l *Loop) carrier() *carrier {
	if n := len(l.idle); n > 0 {
		c := l.idle[n-1]
		l.idle = l.idle[:n-1]
		return c
	}
	c := &carrier{}
	c.next, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(ended); !ok {
					panic(r)
				}
			}
		}()
		c.yield = yield
		for more := true; more; more = yield(struct{}{}) {
			c.now.do()
			c.now.over = true
		}
	})
	return c
}

// resume lets a thread go on until it waits again.
func (l *Loop) resume(t *thread) {
	if t.over {
		return
	}
	before := l.running
	l.running = t
	t.on.next()
	l.running = before
	if t.over {
		l.idle = append(l.idle, t.on)
	}
}

// wait lets the running thread wait until it is resumed.
func (l *Loop) wait() {
	if t := l.running; !t.on.yield(struct{}{}) {
		panic(ended{})
	}
}

// end ends a thread where it waits.
func (t *thread) end() {
	if !t.over {
		t.over = true
		t.on.stop()
	}
}

// close ends what the threads that are over ran on.
func (l *Loop) close() {
	for _, c := range l.idle {
		c.stop()
	}
	l.idle = nil
}
