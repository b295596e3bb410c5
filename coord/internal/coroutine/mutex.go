package coroutine

// Mutex lets Procs take turns, in order. The zero value is free.
type Mutex[E any] struct {
	owner   *Proc[E]
	waiting []*Proc[E]
}

// Lock takes a mutex; false means that the herder is stopping.
func (p *Proc[E]) Lock(x *Mutex[E]) bool {
	if p.s.stopping != nil {
		return false
	}
	if x.owner == nil {
		x.owner = p
		return true
	}
	x.waiting = append(x.waiting, p)
	return p.Wait() == nil
}

// Unlock gives the mutex to the next, if p has it.
func (p *Proc[E]) Unlock(x *Mutex[E]) {
	if x.owner != p {
		return
	}
	x.owner = nil
	if len(x.waiting) > 0 {
		x.owner = x.waiting[0]
		x.waiting = x.waiting[1:]
		p.s.Wake(x.owner, nil)
	}
}

// Refuse turns all away that wait.
func (x *Mutex[E]) Refuse(err error) {
	for _, p := range x.waiting {
		p.s.Wake(p, err)
	}
	x.waiting = nil
}

// Idle says that nobody uses the mutex.
func (x *Mutex[E]) Idle() bool { return x.owner == nil && len(x.waiting) == 0 }
