package distributed

import (
	"context"
	"errors"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/internal/coroutine"
	"github.com/millrace/millrace/coord/store"
)

// Herder runs a worker's share of its cluster's connectors. Safe for concurrent use.
type Herder struct {
	o     Options
	inbox *coroutine.Inbox[event]
	stage coroutine.Stages
	ready chan struct{} // closed once the first round is over
	done  chan struct{} // Run has returned

	machine *machine // of Run alone
}

var (
	_ coord.Herder         = (*Herder)(nil)
	_ coord.ClusterLoggers = (*Herder)(nil)
)

// New returns a herder. Requests are answered while Run runs.
func New(o Options) *Herder {
	h := &Herder{o: o, inbox: coroutine.NewInbox[event](), ready: make(chan struct{}), done: make(chan struct{})}
	h.inbox.Turned = o.Rounds.Turned
	h.machine = newMachine(&h.o, h.inbox.Post, time.Now)
	return h
}

// SetStores sets the stores that were made after the herder, which they tell of changes; before Run.
func (h *Herder) SetStores(configs ConfigStore, statuses StatusStore, offsets OffsetStore) {
	h.o.Configs, h.o.Statuses, h.o.Offsets = configs, statuses, offsets
}

// ConfigsChanged takes what changed in the config topic, once Options.Configs shows it. It does not wait.
func (h *Herder) ConfigsChanged(changes []store.ConfigChange) {
	h.inbox.Post(func(m *machine) { m.configsChanged(changes) })
}

// Health implements coord.Herder. Source: HealthCheckThread.
func (h *Herder) Health(ctx context.Context) (coord.Health, error) {
	select {
	case <-h.ready:
	case <-ctx.Done():
		return coord.Health{}, nil
	case <-h.done:
		return coord.Health{}, errStopping
	}
	err := h.do(ctx, func(*proc) error { return nil })
	if errors.Is(err, errStopping) {
		return coord.Health{Ready: true}, err
	}
	return coord.Health{Ready: true, Live: err == nil}, nil
}

// Stage implements coord.Herder.
func (h *Herder) Stage() string { return h.stage.Summary() }

// ties are how the member is tied to the herder.
func (h *Herder) ties() Ties {
	t := Ties{
		Configs: configsOf(h.o.Configs.Configs, foreignTo(h.o.Worker)),
		Notify:  func(e group.Event) { h.inbox.Post(func(m *machine) { m.groupSaid(e) }) },
	}
	if h.o.CleanLeave {
		t.Stopped = h.stopped
	}
	return t
}

// configsOf gives the member what its group needs to know of the newest snapshot. It is called by one
// goroutine.
func configsOf(newest func() *store.Configs, foreign func(config map[string]string) bool) func() group.Configs {
	var last *store.Configs
	var out group.Configs
	return func() group.Configs {
		now := newest()
		if now == last {
			return out
		}
		last, out = now, group.Configs{Offset: now.Offset(), Work: assign.Work{Connectors: now.Connectors()}}
		for _, name := range out.Work.Connectors {
			out.Work.Tasks = append(out.Work.Tasks, now.Tasks(name)...)
			if foreign(now.Config(name)) {
				out.Foreign = append(out.Foreign, name)
			}
		}
		return out
	}
}

// stopped is work whose owner of the last generation says that it ended it: it is not waited for when the
// owner is gone. Nobody can have begun with it since, for that takes a newer generation.
func (h *Herder) stopped() assign.Work {
	var w assign.Work
	last := int(h.machine.member.View().Generation)
	ended := func(s *store.Status) bool {
		return s != nil && s.State == connectors.Unassigned && s.Generation == last
	}
	for _, name := range h.o.Configs.Configs().Connectors() {
		if ended(h.o.Statuses.Connector(name)) {
			w.Connectors = append(w.Connectors, name)
		}
		for _, t := range h.o.Statuses.Tasks(name) {
			// Readers pass over the end of a task in the generation in which it ran.
			last := h.o.Statuses.PassedOver(t.ID)
			if ended(t) || ended(last) && last.WorkerID == t.WorkerID {
				w.Tasks = append(w.Tasks, t.ID)
			}
		}
	}
	return w
}

// operate runs an operation and waits for its end, or until ctx ends; the operation goes on then.
func operate[T any](ctx context.Context, h *Herder, f func(p *proc) (T, error)) (T, error) {
	out := make(chan coroutine.Outcome[T], 1)
	h.inbox.Post(func(m *machine) {
		operation(m, f, func(v T, err error) { out <- coroutine.Outcome[T]{Value: v, Err: err} })
	})
	return coroutine.Await(ctx, out, h.done, errStopping)
}

// operation runs an operation once the stores have been read; done takes its outcome.
func operation[T any](m *machine, f func(p *proc) (T, error), done func(T, error)) {
	var none T
	if m.stopping {
		done(none, errStopping)
		return
	}
	m.spawn(func(p *proc) {
		v, err := none, p.begun()
		if err == nil {
			v, err = f(p)
		}
		done(v, coord.AsRequestError(err))
	})
}

// begun waits until the stores have been read.
func (p *proc) begun() error {
	if p.m.started {
		return nil
	}
	return p.join(&p.m.starting)
}

// do is operate without a result.
func (h *Herder) do(ctx context.Context, f func(p *proc) error) error {
	_, err := operate(ctx, h, func(p *proc) (struct{}, error) { return struct{}{}, f(p) })
	return err
}
