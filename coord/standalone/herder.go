package standalone

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
)

// Options are what a Herder works with.
type Options struct {
	Worker   coord.Worker
	Offsets  OffsetStore // closed when the herder has stopped
	WorkerID string      // host:port of the REST API, as statuses show it
	Logger   *slog.Logger
}

// Herder runs the connectors of a worker that stands alone. Safe for concurrent use.
type Herder struct {
	opt    Options
	inbox  *coroutine.Inbox[event]
	topics *topics       // the machine's
	ready  chan struct{} // closed once start-up is over
	start  sync.Once     // closes ready
	stage  coroutine.Stages
	done   chan struct{} // Run has returned

	// Of Run alone.
	machine *machine
}

var _ coord.Herder = (*Herder)(nil)

// New returns a herder. Requests are answered while Run runs.
func New(o Options) *Herder {
	h := &Herder{opt: o, inbox: coroutine.NewInbox[event](), ready: make(chan struct{}), done: make(chan struct{})}
	h.machine = newMachine(o.WorkerID, o.Logger, h.inbox.Post)
	h.topics = h.machine.topics
	return h
}

// Ready says that start-up is over: the connectors of the command line run.
// Source: AbstractHerder.ready.
func (h *Herder) Ready() { h.start.Do(func() { close(h.ready) }) }

// Health implements coord.Herder. Source: HealthCheckThread.
func (h *Herder) Health(ctx context.Context) (coord.Health, error) {
	select {
	case <-h.ready:
	case <-ctx.Done():
		return coord.Health{}, nil
	case <-h.done:
		return coord.Health{}, errStopping
	}
	_, err := read(ctx, h, func(m *machine) (struct{}, error) {
		if m.stopping {
			return struct{}{}, errStopping
		}
		return struct{}{}, nil
	})
	if errors.Is(err, errStopping) {
		return coord.Health{Ready: true}, err
	}
	return coord.Health{Ready: true, Live: err == nil}, nil
}

// Stage implements coord.Herder.
func (h *Herder) Stage() string { return h.stage.Summary() }

// TopicUsed notes that a connector's task uses a topic. It does not wait, and costs little for a topic that
// is known, so that tasks may tell of every batch: then topics show again after a reset.
// Source: WorkerTask.recordActiveTopic.
func (h *Herder) TopicUsed(id connectors.TaskID, topic string) {
	if h.topics.has(id.Connector, topic) {
		return
	}
	h.inbox.Post(func(m *machine) {
		if m.connector(id.Connector) != nil {
			m.topics.add(id.Connector, topic)
		}
	})
}

// read answers from the state, without waiting for operations.
func read[T any](ctx context.Context, h *Herder, f func(m *machine) (T, error)) (T, error) {
	out := make(chan coroutine.Outcome[T], 1)
	h.inbox.Post(func(m *machine) {
		v, err := f(m)
		out <- coroutine.Outcome[T]{Value: v, Err: err}
	})
	return coroutine.Await(ctx, out, h.done, errStopping)
}

// operate runs an operation and waits for its end, or until ctx ends; the operation goes on then.
func operate[T any](ctx context.Context, h *Herder, f func(p *proc) (T, error)) (T, error) {
	out := make(chan coroutine.Outcome[T], 1)
	h.inbox.Post(func(m *machine) {
		if m.stopping {
			out <- coroutine.Outcome[T]{Err: errStopping}
			return
		}
		m.spawn(func(p *proc) {
			v, err := f(p)
			out <- coroutine.Outcome[T]{Value: v, Err: coord.AsRequestError(err)}
		})
	})
	return coroutine.Await(ctx, out, h.done, errStopping)
}

// do is operate without a result.
func (h *Herder) do(ctx context.Context, f func(p *proc) error) error {
	_, err := operate(ctx, h, func(p *proc) (struct{}, error) { return struct{}{}, f(p) })
	return err
}
