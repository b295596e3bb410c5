package standalone

import (
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
	"github.com/millrace/millrace/coord/internal/offsets"
)

// env is what effects work on.
type env struct {
	worker  coord.Worker
	offsets OffsetStore
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
