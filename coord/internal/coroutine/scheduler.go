package coroutine

import (
	"iter"
	"slices"
	"time"
)

// Scheduler has the Procs of a machine. The zero value is not usable: NewScheduler.
type Scheduler[E any] struct {
	procs    map[*Proc[E]]struct{}
	runnable []*Proc[E]
	sleeping []*Proc[E]
	effects  []Effect[E]
	stopping error // why nothing is waited for any more; nil while things are
}

// NewScheduler returns one without Procs.
func NewScheduler[E any]() *Scheduler[E] {
	return &Scheduler[E]{procs: map[*Proc[E]]struct{}{}}
}

// Proc is an operation under way.
type Proc[E any] struct {
	s     *Scheduler[E]
	next  func() (Effect[E], bool)
	stop  func()
	yield func(Effect[E]) bool

	turn   uint64 // grows with every wait; an answer to an earlier one is stale
	answer any
}

// killed is what a Proc panics with that nobody resumes any more.
type killed struct{}

// Spawn starts a Proc; it runs with the next Resume.
func (s *Scheduler[E]) Spawn(f func(p *Proc[E])) {
	p := &Proc[E]{s: s}
	p.next, p.stop = iter.Pull(func(yield func(Effect[E]) bool) {
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
	s.procs[p] = struct{}{}
	s.Wake(p, nil)
}

// Wake lets a waiting Proc go on with an answer; an error refuses what it waits for.
func (s *Scheduler[E]) Wake(p *Proc[E], answer any) {
	p.answer = answer
	p.turn++
	s.runnable = append(s.runnable, p)
}

// Answered brings the answer of an effect.
func (s *Scheduler[E]) Answered(e Effect[E], answer any) {
	if _, alive := s.procs[e.proc]; alive && e.proc.turn == e.turn {
		s.Wake(e.proc, answer)
	}
}

// Resume runs Procs until all of them wait, and returns the effects that they wait for.
func (s *Scheduler[E]) Resume() []Effect[E] {
	for len(s.runnable) > 0 {
		p := s.runnable[0]
		s.runnable = s.runnable[1:]
		e, ok := p.next()
		if !ok {
			delete(s.procs, p)
			continue
		}
		if e.Run != nil || e.After > 0 {
			e.proc, e.turn = p, p.turn
			s.effects = append(s.effects, e)
		}
	}
	out := s.effects
	s.effects = nil
	return out
}

// Len counts the Procs under way.
func (s *Scheduler[E]) Len() int { return len(s.procs) }

// Sleeping counts those of them that wait for a timer.
func (s *Scheduler[E]) Sleeping() int { return len(s.sleeping) }

// Stop ends sleep, and from now on nobody sleeps or gets a Mutex: they get err. What is under way goes on
// to its next wait.
func (s *Scheduler[E]) Stop(err error) {
	s.stopping = err
	for _, p := range s.sleeping {
		s.Wake(p, err)
	}
}

// Kill ends all Procs where they wait.
func (s *Scheduler[E]) Kill() {
	for p := range s.procs {
		p.stop()
	}
	clear(s.procs)
}

// wait hands out an effect and returns its answer.
func (p *Proc[E]) wait(e Effect[E]) any {
	if !p.yield(e) {
		panic(killed{})
	}
	return p.answer
}

// Wait waits until somebody wakes the Proc.
//
// Errors: the answer, where it is one.
func (p *Proc[E]) Wait() error {
	err, _ := p.wait(Effect[E]{}).(error)
	return err
}

// Sleep waits, unless somebody wakes the Proc before. false means that the herder is stopping.
func (p *Proc[E]) Sleep(d time.Duration) bool {
	if p.s.stopping != nil {
		return false
	}
	p.s.sleeping = append(p.s.sleeping, p)
	awake := make(chan struct{})
	defer close(awake)
	_, stopped := p.wait(Effect[E]{After: max(d, 1), Done: awake}).(error)
	p.s.sleeping = slices.DeleteFunc(p.s.sleeping, func(q *Proc[E]) bool { return q == p })
	return !stopped
}
