package standalone

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/millrace/millrace/connectors"
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
	step := func(e event) {
		for _, f := range h.machine.step(e) {
			h.effects.Go(func() { h.launch(base, plugins, f) })
		}
	}
	h.opt.Logger.Info("Herder started")
	h.work(ctx, step, func() bool { return false })

	h.opt.Logger.Info("Herder stopping")
	step((*machine).stop)
	endPlugins(errStopping)
	limit, cancelLimit := context.WithTimeout(base, stopTimeout)
	defer cancelLimit()
	h.work(limit, step, func() bool { return len(h.machine.procs) == 0 })
	if n := len(h.machine.procs); n > 0 {
		h.opt.Logger.Warn("operations did not end in time and are given up", "timeout", stopTimeout, "operations", n)
	}
	left := 0
	step(func(m *machine) { m.stopAll(&left) })
	h.work(base, step, func() bool { return left == 0 })

	for p := range h.machine.procs {
		p.stop()
	}
	cancel()
	h.effects.Wait()
	h.opt.Logger.Info("Herder stopped")
	return h.opt.Offsets.Close()
}

// work takes events until enough is true or ctx ends.
func (h *Herder) work(ctx context.Context, step func(event), enough func() bool) {
	for !enough() {
		select {
		case <-h.inbox.ready:
			for _, e := range h.inbox.take() {
				step(e)
			}
		case <-ctx.Done():
			return
		}
	}
}

// launch runs an effect and tells the machine its answer. base ends after everything has been stopped,
// plugins when the herder is to stop.
func (h *Herder) launch(base, plugins context.Context, e effect) {
	var answer any
	switch {
	case e.after > 0:
		timer := time.NewTimer(e.after)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-plugins.Done():
		}
	case e.within != nil:
		ctx, cancel := e.within(plugins)
		defer cancel()
		answer = h.run(ctx, e)
	default:
		answer = h.run(base, e)
	}
	h.inbox.post(func(m *machine) { m.answered(e, answer) })
}

// run runs an effect. One that has not come back when its context ends is left behind.
func (h *Herder) run(ctx context.Context, e effect) any {
	out := make(chan any, 1)
	go func() {
		defer h.stage.begin(e.what)()
		out <- e.run(ctx, env{h.opt.Worker, h.opt.Offsets})
	}()
	select {
	case v := <-out:
		return v
	case <-ctx.Done():
	}
	select {
	case v := <-out:
		return v
	default:
		return context.Cause(ctx)
	}
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
			_, err := call(p, "stopping all tasks", func(ctx context.Context, on env) (struct{}, error) {
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
