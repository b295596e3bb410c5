package distributed

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/millrace/millrace/coord/internal/coroutine"
	"github.com/millrace/millrace/internal/logs"
)

// Run reads the internal topics, joins the group and works until ctx ends, then stops tasks and connectors,
// within the worker's time-outs, writes their statuses, leaves the group and closes the stores. It is called
// once.
//
// Errors: why it cannot start, or the group refuses this worker.
// Source: DistributedHerder.run, halt.
func (h *Herder) Run(ctx context.Context) error {
	defer close(h.done)
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	plugins, endPlugins := context.WithCancelCause(base)
	defer endPlugins(nil)
	m := h.machine
	var written func()
	m.log, written = logs.Behind(h.o.Logger)
	defer written()
	launcher := coroutine.Launcher[env]{
		On:   env{h.o.Worker, h.o.Configs, h.o.Statuses, h.o.Offsets, h.o.Peers},
		Base: base, Plugins: plugins, Stages: &h.stage,
		Answered: func(e effect, answer any) {
			h.inbox.Post(func(m *machine) { m.Answered(e, answer) })
		},
	}
	ready := false
	step := func(e event) {
		for _, f := range m.step(e) {
			launcher.Launch(f)
		}
		if m.joinedOnce && !ready {
			ready = true
			close(h.ready)
		}
	}
	m.log.Info("Herder starting")
	h.startStores(ctx, step)
	leave, left := func() {}, make(chan struct{})
	if m.started && m.fatal == nil {
		leave = h.join(ctx, left)
	} else {
		close(left)
	}
	h.inbox.Work(ctx, step, func() bool { return m.fatal != nil })

	m.log.Info("Herder stopping")
	step((*machine).stop)
	endPlugins(errStopping)
	h.inbox.Work(base, step, func() bool { return m.halted })
	leave()
	<-left
	m.Kill()
	cancel()
	launcher.Wait()
	err := h.closeStores()
	m.log.Info("Herder stopped")
	return errors.Join(m.fatal, err)
}

// closeStores closes the stores side by side: each waits for a while for brokers that do not answer.
func (h *Herder) closeStores() error {
	var others sync.WaitGroup
	others.Go(h.o.Statuses.Close)
	others.Go(h.o.Configs.Close)
	err := h.o.Offsets.Close()
	others.Wait()
	return err
}

// startStores reads the internal topics to their ends, in Java's order; the loop answers meanwhile.
// Source: AbstractHerder.startServices.
func (h *Herder) startStores(ctx context.Context, step func(event)) {
	over := false
	go func() {
		err := h.readStores(ctx)
		h.inbox.Post(func(m *machine) {
			over = true
			if err != nil {
				m.fatal = err
			} else {
				m.begin()
			}
		})
	}()
	h.inbox.Work(context.WithoutCancel(ctx), step, func() bool { return over })
	if h.machine.fatal != nil && ctx.Err() != nil {
		h.machine.fatal = nil // it was told to stop before it had started
	}
}

func (h *Herder) readStores(ctx context.Context) error {
	defer h.stage.Begin("initializing and reading to the end of internal topics")()
	for _, start := range []func(context.Context) error{h.o.Offsets.Start, h.o.Statuses.Start, h.o.Configs.Start} {
		if err := start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// join makes the member and lets it run until leave is called; left is closed then.
func (h *Herder) join(ctx context.Context, left chan struct{}) (leave func()) {
	m := h.machine
	if m.member, m.fatal = h.o.Join(h.ties()); m.fatal != nil {
		close(left)
		return func() {}
	}
	ctx, leave = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(left)
		if err := m.member.Run(ctx); err != nil {
			h.o.Logger.Error(fmt.Sprintf("membership of the group has ended: %v", err))
		}
	}()
	return leave
}
