package coroutine

import "time"

// Timer is something that is to be done later. Setting it again, or Cancel, takes back what was set before.
// The zero value is not set.
type Timer[E any] struct {
	sleeper *Proc[E]
	set     uint64
}

// After does f after d, in a Proc of its own, unless the herder stops before.
func (s *Scheduler[E]) After(t *Timer[E], d time.Duration, f func()) {
	s.Cancel(t)
	set := t.set
	s.Spawn(func(p *Proc[E]) {
		if t.set != set {
			return
		}
		t.sleeper = p
		over := p.Sleep(d)
		if t.sleeper == p {
			t.sleeper = nil
		}
		if over && t.set == set {
			f()
		}
	})
}

// Cancel takes back what was set.
func (s *Scheduler[E]) Cancel(t *Timer[E]) {
	t.set++
	if t.sleeper != nil {
		s.Wake(t.sleeper, nil)
		t.sleeper = nil
	}
}
