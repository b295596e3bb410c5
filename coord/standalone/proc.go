package standalone

import (
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
)

// env is what effects work on.
type env struct {
	worker  coord.Worker
	offsets OffsetStore
}

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
