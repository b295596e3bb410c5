package group

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/steady"
)

// Member is a worker's membership in its group. Run does the work; all other methods are safe for
// concurrent use, return at once, and are heard also before Run and when it has ended.
//
// Source: WorkerGroupMember.
type Member struct {
	client *kgo.Client
	o      Options
	view   atomic.Pointer[View]
	wake   chan struct{}

	mu    sync.Mutex
	inbox []input
}

// NewMember makes a member that talks through client, which it does not close.
//
// Errors: options that make no member.
func NewMember(client *kgo.Client, o Options) (*Member, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	o.needs = kafka.Needs(client, "Read on group "+o.Group)
	m := &Member{client: client, o: o, wake: make(chan struct{}, 1)}
	m.view.Store(&View{Generation: -1, Protocol: o.Protocol, Rejoining: true})
	return m, nil
}

// View returns the member's state.
func (m *Member) View() View { return *m.view.Load() }

// Ready answers Joining: what had to stop has stopped.
func (m *Member) Ready() { m.post(ready{}) }

// Poll says that the owner is alive. Without it for the rebalance timeout the member leaves.
func (m *Member) Poll() { m.post(poll{}) }

// Rejoin asks for a rebalance.
func (m *Member) Rejoin(reason string) { m.post(rejoin{reason}) }

// Leave leaves the group; the next Poll joins again. What runs goes on running.
func (m *Member) Leave(reason string) { m.post(leave{reason}) }

// leaveTimeout is how long Run waits for the answer to its last request when its context ends.
const leaveTimeout = 5 * time.Second

// Run joins the group and stays in it until ctx ends, then leaves it. It returns when the group was left
// and no goroutine of it is left over; after a failure (Failed) it returns that error.
func (m *Member) Run(ctx context.Context) error {
	// A heartbeat must not wait for a log that takes no line.
	o := m.o
	var written func()
	o.Log, written = logs.Behind(m.o.Log)
	defer written()
	l := loop{
		member:   m,
		machine:  newMachine(&o, rand.Float64, steady.Now()),
		requests: map[uint64]context.CancelFunc{},
	}
	// Requests outlive ctx: the last of them is sent when it has ended.
	var stopRequests context.CancelFunc
	l.ctx, stopRequests = context.WithCancel(context.WithoutCancel(ctx))
	defer l.done.Wait()
	defer stopRequests()

	timer := time.NewTimer(0)
	defer timer.Stop()
	l.step(tick{})
	for l.failure == nil {
		var due <-chan time.Time
		if at, ok := l.machine.next(); ok {
			timer.Reset(time.Until(at))
			due = timer.C
		}
		select {
		case <-ctx.Done():
			return l.stop()
		case <-m.wake:
		case <-due:
			l.step(tick{})
		}
		for _, in := range m.take() {
			l.step(in)
		}
	}
	return l.failure
}

func (m *Member) post(in input) {
	m.mu.Lock()
	m.inbox = append(m.inbox, in)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *Member) take() []input {
	m.mu.Lock()
	defer m.mu.Unlock()
	in := m.inbox
	m.inbox = nil
	return in
}

// loop is a run of a member; it belongs to Run's goroutine.
type loop struct {
	member   *Member
	machine  *machine
	ctx      context.Context // of requests; ends with the run
	requests map[uint64]context.CancelFunc
	done     sync.WaitGroup
	failure  error
}

// step takes an input and does what it leads to.
func (l *loop) step(in input) {
	if a, ok := in.(answer); ok {
		l.end(a.id)
	}
	effects := l.machine.step(steady.Now(), in)
	v := l.machine.view()
	l.member.view.Store(&v)
	for _, e := range effects {
		switch e := e.(type) {
		case request:
			l.send(e)
		case cancel:
			l.end(e.id)
		case notice:
			if f, ok := e.event.(Failed); ok {
				l.failure = f.Err
			}
			l.member.o.Notify(e.event)
		}
	}
}

func (l *loop) end(id uint64) {
	if stop, ok := l.requests[id]; ok {
		stop()
		delete(l.requests, id)
	}
}

func (l *loop) send(r request) {
	ctx, stop := context.WithCancel(l.ctx)
	l.requests[r.id] = stop
	l.done.Go(func() {
		resp, err := l.ask(ctx, r)
		l.member.post(answer{r.id, resp, err})
	})
}

// ask sends a request, once where it has an addressee: another try is the machine's to decide.
func (l *loop) ask(ctx context.Context, r request) (kmsg.Response, error) {
	if r.node == nil {
		return l.member.client.Request(ctx, r.req)
	}
	return l.member.client.Broker(int(r.node.id)).Request(ctx, r.req)
}

// stop leaves the group and waits for the answer.
func (l *loop) stop() error {
	l.step(stop{})
	timeout := time.NewTimer(leaveTimeout)
	defer timeout.Stop()
	for l.machine.leaving != 0 {
		select {
		case <-l.member.wake:
		case <-timeout.C:
			return errors.New("group: the coordinator did not confirm that the member left")
		}
		for _, in := range l.member.take() {
			l.step(in)
		}
	}
	return nil
}
