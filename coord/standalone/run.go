package standalone

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/internal/coroutine"
)

// stopTimeout is how long operations under way may take once the herder is to stop.
// Source: StandaloneHerder.stop.
const stopTimeout = 30 * time.Second

// Run works until ctx ends, then stops tasks and connectors, within the worker's time-outs, and closes
// the offset store, whose error it returns. It is called once.
// Source: StandaloneHerder.start, stop.
func (h *Herder) Run(ctx context.Context) error {
	defer close(h.done)
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	plugins, endPlugins := context.WithCancelCause(base)
	launcher := coroutine.Launcher[env]{
		On: env{h.opt.Worker, h.opt.Offsets}, Base: base, Plugins: plugins, Stages: &h.stage,
		Answered: func(e effect, answer any) {
			h.inbox.Post(func(m *machine) { m.Answered(e, answer) })
		},
	}
	step := func(e event) {
		for _, f := range h.machine.step(e) {
			launcher.Launch(f)
		}
	}
	h.opt.Logger.Info("Herder started")
	h.inbox.Work(ctx, step, func() bool { return false })

	h.opt.Logger.Info("Herder stopping")
	step((*machine).stop)
	endPlugins(errStopping)
	limit, cancelLimit := context.WithTimeout(base, stopTimeout)
	defer cancelLimit()
	h.inbox.Work(limit, step, func() bool { return h.machine.Len() == 0 })
	if n := h.machine.Len(); n > 0 {
		h.opt.Logger.Warn("operations did not end in time and are given up", "timeout", stopTimeout, "operations", n)
	}
	left := 0
	step(func(m *machine) { m.stopAll(&left) })
	h.inbox.Work(base, step, func() bool { return left == 0 })

	h.machine.Kill()
	cancel()
	launcher.Wait()
	h.opt.Logger.Info("Herder stopped")
	return h.opt.Offsets.Close()
}

// stopAll stops all tasks, which share one time-out, then all connectors, side by side. left counts what
// is not done.
func (m *machine) stopAll(left *int) {
	*left++
	m.spawn(func(p *proc) {
		defer func() { *left-- }()
		var ids []connectors.TaskID
		var running []*connector
		for _, name := range slices.Sorted(maps.Keys(m.slots)) {
			c := m.slots[name].c
			if c == nil {
				continue
			}
			if c.run != 0 {
				running = append(running, c)
			}
			for _, n := range slices.Sorted(maps.Keys(c.taskRuns)) {
				ids = append(ids, connectors.TaskID{Connector: name, Task: n})
			}
		}
		if len(ids) > 0 {
			_, err := coroutine.Call(p.Proc, "stopping all tasks", func(ctx context.Context, on env) (struct{}, error) {
				return struct{}{}, on.worker.StopTasks(ctx, ids)
			})
			if err != nil {
				m.log.Warn("tasks were not there to be stopped", "err", err)
			}
		}
		for _, c := range running {
			*left++
			m.spawn(func(p *proc) {
				defer func() { *left-- }()
				p.stopConnector(c)
			})
		}
	})
}
