package standalone

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/millrace/millrace/coord"
)

// effect is work that a proc waits for.
type effect struct {
	proc *proc
	turn uint64 // of the proc

	what string                                // it does, in words
	run  func(ctx context.Context, on env) any // nil: the machine itself wakes the proc
	// after makes a timer of it.
	after time.Duration
	// within is set where run waits for plugin code: it narrows the context that ends when the herder
	// stops, and run is given up when the narrower one ends.
	within func(context.Context) (context.Context, context.CancelFunc)
}

// env is what effects work on.
type env struct {
	worker  coord.Worker
	offsets OffsetStore
}

// proc is an operation under way: a coroutine that runs in machine.step.
type proc struct {
	m     *machine
	next  func() (effect, bool)
	stop  func()
	yield func(effect) bool

	turn   uint64 // grows with every wait; an answer to an earlier one is stale
	answer any
}

// killed is what a proc panics with whose herder gave up waiting for it.
type killed struct{}

// spawn starts a proc.
func (m *machine) spawn(f func(p *proc)) {
	p := &proc{m: m}
	p.next, p.stop = iter.Pull(func(yield func(effect) bool) {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(killed); !ok {
					panic(r)
				}
			}
		}()
		p.yield = yield
		f(p)
	})
	m.procs[p] = struct{}{}
	m.wake(p, nil)
}

// wake lets a waiting proc go on with an answer, in this step.
func (m *machine) wake(p *proc, answer any) {
	p.answer = answer
	p.turn++
	m.runnable = append(m.runnable, p)
}

// answered brings the answer of an effect.
func (m *machine) answered(e effect, answer any) {
	if _, alive := m.procs[e.proc]; alive && e.proc.turn == e.turn {
		m.wake(e.proc, answer)
	}
}

// resume runs procs until all of them wait.
func (m *machine) resume() {
	for len(m.runnable) > 0 {
		p := m.runnable[0]
		m.runnable = m.runnable[1:]
		e, ok := p.next()
		if !ok {
			delete(m.procs, p)
			continue
		}
		if e.run != nil || e.after > 0 {
			e.proc, e.turn = p, p.turn
			m.effects = append(m.effects, e)
		}
	}
}

// wait hands out an effect and returns its answer.
func (p *proc) wait(e effect) any {
	if !p.yield(e) {
		panic(killed{})
	}
	return p.answer
}

// sleep waits; false means that the herder is stopping.
func (p *proc) sleep(d time.Duration) bool {
	if p.m.stopping {
		return false
	}
	p.m.sleeping = append(p.m.sleeping, p)
	_, stopped := p.wait(effect{after: d}).(error)
	p.m.sleeping = slices.DeleteFunc(p.m.sleeping, func(q *proc) bool { return q == p })
	return !stopped
}

// answer is what a call came back with.
type answer[T any] struct {
	v   T
	err error
}

// call runs f outside of the machine and returns what it returns. what says what it does.
func call[T any](p *proc, what string, f func(ctx context.Context, on env) (T, error)) (T, error) {
	return ask(p, effect{what: what}, f)
}

// callPlugin is call for what waits for plugin code, at most until ctx ends.
func callPlugin[T any](ctx context.Context, p *proc, what string, f func(ctx context.Context, on env) (T, error)) (T, error) {
	within := func(plugins context.Context) (context.Context, context.CancelFunc) {
		both, cancel := context.WithCancelCause(ctx)
		stop := context.AfterFunc(plugins, func() { cancel(context.Cause(plugins)) })
		return both, func() {
			stop()
			cancel(nil)
		}
	}
	return ask(p, effect{what: what, within: within}, f)
}

func ask[T any](p *proc, e effect, f func(ctx context.Context, on env) (T, error)) (T, error) {
	e.run = func(ctx context.Context, on env) any {
		v, err := f(ctx, on)
		return answer[T]{v, err}
	}
	switch a := p.wait(e).(type) {
	case answer[T]:
		return a.v, a.err
	case error: // given up
		var none T
		return none, a
	}
	panic("standalone: a proc was woken with what it did not wait for")
}

// mutex lets procs take turns, in order.
type mutex struct {
	owner   *proc
	waiting []*proc
}

// lock takes the mutex; false means that the herder is stopping.
func (p *proc) lock(x *mutex) bool {
	if p.m.stopping {
		return false
	}
	if x.owner == nil {
		x.owner = p
		return true
	}
	x.waiting = append(x.waiting, p)
	_, refused := p.wait(effect{}).(error)
	return !refused
}

// unlock gives the mutex to the next.
func (p *proc) unlock(x *mutex) {
	if x.owner != p {
		return
	}
	x.owner = nil
	if len(x.waiting) > 0 {
		x.owner = x.waiting[0]
		x.waiting = x.waiting[1:]
		p.m.wake(x.owner, nil)
	}
}

// refuse turns all away that wait.
func (m *machine) refuse(x *mutex) {
	for _, p := range x.waiting {
		m.wake(p, errStopping)
	}
	x.waiting = nil
}

// idle says that nobody uses the mutex.
func (x *mutex) idle() bool { return x.owner == nil && len(x.waiting) == 0 }
