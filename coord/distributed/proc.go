package distributed

import (
	"context"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
	"github.com/millrace/millrace/coord/internal/offsets"
)

// env is what effects work on.
type env struct {
	worker   coord.Worker
	configs  ConfigStore
	statuses StatusStore
	offsets  OffsetStore
	peers    coord.Peers
}

// Worker implements offsets.Env and validation.Env.
func (e env) Worker() coord.Worker { return e.worker }

// Offsets implements offsets.Env.
func (e env) Offsets() offsets.Store { return e.offsets }

type effect = coroutine.Effect[env]

// proc is an operation under way: a coroutine that runs in machine.step.
type proc struct {
	*coroutine.Proc[env]
	m *machine
}

// spawn starts a proc.
func (m *machine) spawn(f func(p *proc)) {
	m.Spawn(func(p *coroutine.Proc[env]) { f(&proc{p, m}) })
}

// do is coroutine.Call without a result.
func (p *proc) do(what string, f func(ctx context.Context, on env) error) error {
	_, err := coroutine.Call(p.Proc, what, func(ctx context.Context, on env) (struct{}, error) { return struct{}{}, f(ctx, on) })
	return err
}

// queue are procs that wait for something to come about.
type queue []*coroutine.Proc[env]

// join waits with the others.
//
// Errors: the herder is stopping.
func (p *proc) join(q *queue) error {
	if p.m.stopping {
		return errStopping
	}
	*q = append(*q, p.Proc)
	return p.Wait()
}

// release wakes all; an error refuses what they wait for.
func (m *machine) release(q *queue, err error) {
	for _, p := range *q {
		if err != nil {
			m.Wake(p, err)
		} else {
			m.Wake(p, nil)
		}
	}
	*q = nil
}
