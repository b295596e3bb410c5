package coordtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/distributed"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/internal/logs"
)

// Node is a worker process.
type Node struct {
	c        *Cluster
	name     string
	url      string
	steps    *distributed.Steps
	member   *group.Steps
	configs  *configStore
	statuses *statusStore
	worker   *worker
	threads  map[*thread]struct{}

	inbox   []distributed.Event
	taking  bool // an event of the inbox is on its way
	ticks   int  // counts timers of the member; only the last counts
	waiting map[uint64]bool
	stuck   []func() // breaks the connections that something got stuck in while the node was cut off

	up       bool // the herder has begun
	dead     bool // the process has ended
	stopping bool
	cut      bool // from brokers and other workers
	frozen   bool
	thawed   time.Time
	backlog  []func() // what would have happened while it was frozen
}

// start starts a worker; one of the same name must have ended.
func (c *Cluster) start(name string) *Node {
	n := &Node{c: c, name: name, url: "http://" + name + "/", threads: map[*thread]struct{}{}, waiting: map[uint64]bool{}}
	c.nodes = append(c.nodes, n)
	n.configs = newConfigStore(n)
	n.statuses = &statusStore{Statuses: store.NewStatuses(), n: n}
	n.worker = &worker{n: n, instances: map[connectors.TaskID]*instance{}}
	log := slog.New(slog.DiscardHandler)
	o := distributed.Options{
		Worker: n.worker, Configs: n.configs, Statuses: n.statuses, Offsets: offsetStore{n}, Peers: peers{n},
		Loggers: logs.New(nil, logs.Options{}), Rounds: rounds{c}, WorkerID: name, Logger: log,
		Protocol: c.protocol, Keys: group.KeyPolicy{Algorithm: "HmacSHA256", TTL: keyTTL}, Signature: "HmacSHA256", Signatures: []string{"HmacSHA256"},
		HeartbeatInterval: heartbeat, SyncTimeout: syncTimeout, UnsyncBackoff: 10 * time.Second, MaxDelay: c.delay,
		ExactlyOnce: c.once, Transactional: c.once,
	}
	if c.once {
		o.Fencer = fencer{n}
	}
	n.steps = distributed.NewSteps(o, memberOf{n}, func() time.Time { return c.now }, n.post)
	ties := n.steps.Ties(func(e group.Event) { n.post(n.steps.GroupSaid(e)) })
	var err error
	n.member, err = group.NewSteps(group.Options{
		Group: "g", URL: n.url, Protocol: c.protocol, SessionTimeout: sessionTimeout, HeartbeatInterval: heartbeat,
		RebalanceTimeout: rebalanceTimeout, RetryBackoff: 100 * time.Millisecond, RetryBackoffMax: time.Second, MaxDelay: c.delay,
		Configs: ties.Configs, Notify: ties.Notify, Log: log,
	}, c.rng.Float64, c.now)
	if err != nil {
		c.fault("%v", err)
	}
	c.logf("%s starts", name)
	n.spawn(func() {
		c.pause(n, 0, 50*time.Millisecond)
		_ = n.statuses.Start(context.Background())
		_ = n.configs.Start(context.Background())
		n.up = true
		n.post(n.steps.Begin())
		n.outcome(n.member.Tick(c.now))
	})
	return n
}

// do lets something happen to the node: not to a dead one, later to a frozen one.
func (n *Node) do(f func()) {
	switch {
	case n.dead:
	case n.frozen:
		n.backlog = append(n.backlog, f)
	default:
		f()
	}
}

// after is Loop.After for what happens to the node.
func (n *Node) after(d time.Duration, f func()) { n.c.After(d, func() { n.do(f) }) }

// spawn starts a thread that ends with the node.
func (n *Node) spawn(f func()) {
	var t *thread
	t = n.c.Loop.start(func() {
		f()
		delete(n.threads, t)
	})
	if !t.over {
		n.threads[t] = struct{}{}
	}
}

// post brings an event to the herder, behind those that came before.
func (n *Node) post(e distributed.Event) {
	n.inbox = append(n.inbox, e)
	n.take()
}

func (n *Node) take() {
	if n.taking || len(n.inbox) == 0 {
		return
	}
	n.taking = true
	n.after(n.c.between(0, time.Millisecond), func() {
		n.taking = false
		e := n.inbox[0]
		n.inbox = n.inbox[1:]
		for _, f := range n.steps.Step(e) {
			n.launch(f)
		}
		if n.steps.Halted() && n.stopping {
			n.leave()
			return
		}
		n.take()
	})
}

// launch runs an effect.
func (n *Node) launch(f distributed.Effect) {
	if d := f.After(); d > 0 {
		n.after(d, func() { n.post(f.Run(context.Background())) })
		return
	}
	n.spawn(func() {
		n.c.pause(n, 0, 5*time.Millisecond)
		answer := f.Run(context.Background())
		n.c.pause(n, 0, 5*time.Millisecond)
		n.post(answer)
	})
}

// failing says whether something goes wrong here.
func (n *Node) failing() bool { return n.c.failing && n.c.faulty && n.c.chance(12) }

// crashPoint is where the process may end.
func (n *Node) crashPoint() {
	if n.c.faulty && n.c.chance(400) && n.c.alive() > 1 {
		n.c.After(0, n.crash)
		n.c.pause(n, time.Second, time.Second) // it does not come back from here
	}
}

// freezePoint is where the process may freeze, and go on when others have taken over.
func (n *Node) freezePoint() {
	if n.c.once && n.c.faulty && !n.frozen && n.c.chance(30) {
		n.freeze()
		n.c.After(n.c.between(0, 30*time.Second), n.thaw)
		n.c.pause(n, 0, 0)
	}
}

// crash ends the process without a word.
func (n *Node) crash() {
	if n.dead {
		return
	}
	n.c.logf("%s crashes", n.name)
	n.end()
}

func (n *Node) end() {
	n.dead, n.frozen = true, false
	n.worker.instances = map[connectors.TaskID]*instance{}
	for t := range n.threads {
		t.end()
	}
	n.steps.Kill()
}

// terminate stops the process as a signal does.
func (n *Node) terminate() {
	if n.dead || n.stopping || !n.up {
		return
	}
	n.c.logf("%s is told to stop", n.name)
	n.stopping = true
	n.post(n.steps.Stop())
}

// leave is the end of a process that was told to stop.
func (n *Node) leave() {
	if left := n.worker.working(); len(left) > 0 {
		n.c.fault("%s has stopped and %v works", n.name, left)
	}
	n.c.logf("%s leaves", n.name)
	n.outcome(n.member.Stop(n.c.now))
	n.after(100*time.Millisecond, n.end)
}

// cutOff takes the network from a node, reconnect gives it back.
func (n *Node) cutOff() {
	n.c.logf("%s is cut off", n.name)
	n.cut = true
}

func (n *Node) reconnect() {
	if n.cut {
		n.c.logf("%s is connected", n.name)
	}
	n.cut = false
	n.configs.follow()
	n.statuses.follow()
	for _, reset := range n.stuck {
		reset()
	}
	n.stuck = nil
}

// freeze stops a node's time, thaw lets it go on.
func (n *Node) freeze() {
	n.c.logf("%s freezes", n.name)
	n.frozen = true
}

func (n *Node) thaw() {
	if !n.frozen {
		return
	}
	n.c.logf("%s goes on", n.name)
	n.frozen, n.thawed = false, n.c.now
	list := n.backlog
	n.backlog = nil
	for _, f := range list {
		n.do(f)
	}
}

// outcome does what the member wants.
func (n *Node) outcome(o group.Outcome) {
	for _, r := range o.Requests {
		n.send(r)
	}
	for _, id := range o.Cancelled {
		delete(n.waiting, id)
	}
	for _, e := range o.Events {
		n.c.logf("%s hears %T %+v", n.name, e, e)
		if f, ok := e.(group.Failed); ok {
			n.c.fault("%s failed: %v", n.name, f.Err)
		}
		n.hear(e)
	}
	n.ticks++
	ticks := n.ticks
	if at, ok := n.member.Next(); ok {
		n.after(max(0, at.Sub(n.c.now)), func() {
			if ticks == n.ticks {
				n.outcome(n.member.Tick(n.c.now))
			}
		})
	}
}

// hear tells the herder of the member's event.
func (n *Node) hear(e group.Event) {
	if _, lost := e.(group.Lost); lost && n.c.broken.Deaf {
		return
	}
	n.post(n.steps.GroupSaid(e))
}

// send carries a request to the coordinator and its answer back, or not.
func (n *Node) send(r group.Request) {
	c := n.c
	n.waiting[r.ID] = true
	reply := func(resp kmsg.Response, err error) {
		n.do(func() {
			if n.waiting[r.ID] {
				delete(n.waiting, r.ID)
				n.outcome(n.member.Answer(c.now, r.ID, resp, err))
			}
		})
	}
	reset := func() { c.After(c.latency(), func() { reply(nil, errors.New("connection reset")) }) }
	stick := func() { // until the connection breaks, or the client gives up
		n.stuck = append(n.stuck, reset)
		c.After(requestTimeout, func() { reply(nil, errors.New("timeout")) })
	}
	if c.dropped() {
		reset()
		return
	}
	c.After(c.latency(), func() {
		// A connection keeps its order: what was given up does not arrive behind what came after it.
		if !n.waiting[r.ID] {
			return
		}
		if n.cut {
			stick()
			return
		}
		c.coordinator.Serve(r.Broker, r.Req, func(resp kmsg.Response) {
			if c.dropped() {
				reset()
				return
			}
			c.After(c.latency(), func() {
				if n.cut {
					stick()
					return
				}
				reply(resp, nil)
			})
		})
	})
}

// memberOf is a node's member as its herder sees it: what it asks for is done a moment later.
type memberOf struct{ n *Node }

var _ distributed.Member = memberOf{}

// Run implements distributed.Member.
func (m memberOf) Run(context.Context) error { return nil }

// View implements distributed.Member.
func (m memberOf) View() group.View { return m.n.member.View() }

// Ready implements distributed.Member.
func (m memberOf) Ready() {
	m.n.after(0, func() { m.n.outcome(m.n.member.Ready(m.n.c.now)) })
}

// Poll implements distributed.Member.
func (m memberOf) Poll() {
	m.n.after(0, func() { m.n.outcome(m.n.member.Poll(m.n.c.now)) })
	if m.n.c.broken.Restless {
		m.Rejoin("it is restless")
	}
}

// Rejoin implements distributed.Member.
func (m memberOf) Rejoin(reason string) {
	m.n.c.logf("%s wants to rejoin: %s", m.n.name, reason)
	m.n.after(0, func() { m.n.outcome(m.n.member.Rejoin(m.n.c.now, reason)) })
}

// Leave implements distributed.Member.
func (m memberOf) Leave(reason string) {
	m.n.after(0, func() { m.n.outcome(m.n.member.Leave(m.n.c.now, reason)) })
}

// rounds counts the rounds of all workers.
type rounds struct{ c *Cluster }

// Joined implements distributed.Rounds.
func (r rounds) Joined(string, string, int, int, int) { r.c.rounds++ }

// Settled implements distributed.Rounds.
func (r rounds) Settled() {}

// Lost implements distributed.Rounds.
func (r rounds) Lost() {}

// Turned implements distributed.Rounds.
func (r rounds) Turned(time.Duration) {}

// String is the name.
func (n *Node) String() string {
	return fmt.Sprintf("%s(dead=%v cut=%v frozen=%v)", n.name, n.dead, n.cut, n.frozen)
}
