package group

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/coordtest/classic"
)

// The simulation runs whole groups of machines against a group coordinator, from a seed. Connections
// break with a request or an answer in them; both are delayed and so reordered; members are cut off
// without a sign, crash, leave, come back, stall; the coordinator moves; connectors come and go. Then the
// network heals.
//
// While it runs, no work may be run twice once the session of the worker that lost it is over; when it has
// healed, all work runs, evenly, each item once.

const (
	simSession   = 6 * time.Second
	simHeartbeat = 2 * time.Second
	simRebalance = 20 * time.Second
	simTimeout   = 25 * time.Second // of requests
	simStopping  = 200 * time.Millisecond
)

type sim struct {
	t     *testing.T
	rng   *rand.Rand
	now   time.Time
	queue []simEvent
	seq   int

	faults  bool
	coord   *classic.Coordinator
	members []*simMember
	configs Configs
	delay   time.Duration
	steps   int
	trace   []string
}

type simEvent struct {
	at  time.Time
	seq int
	do  func()
}

// simMember is a worker: a machine, and an owner that obeys it.
type simMember struct {
	s       *sim
	name    string
	m       *machine
	running assign.Work
	waiting map[uint64]bool // requests that are out
	cut     bool            // from the coordinator
	stuck   []func()        // breaks the connections that something got stuck in meanwhile
	stalled bool            // the owner does not poll
	dead    bool            // crashed or stopped: machine gone, nothing runs
	epoch   int
}

func newSim(t *testing.T, seed uint64, delay time.Duration) *sim {
	s := &sim{t: t, rng: rand.New(rand.NewPCG(seed, 1)), now: time.UnixMilli(1_000_000), delay: delay}
	s.coord = classic.New(classic.World{After: s.after, Logf: s.logf}, simSession, simRebalance)
	return s
}

func (s *sim) after(d time.Duration, do func()) {
	s.seq++
	s.queue = append(s.queue, simEvent{s.now.Add(d), s.seq, do})
}

func (s *sim) logf(format string, args ...any) {
	s.trace = append(s.trace, fmt.Sprintf("%8.3f ", float64(s.now.UnixMilli()-1_000_000)/1000)+fmt.Sprintf(format, args...))
}

// run runs events until the given time.
func (s *sim) run(d time.Duration) {
	end := s.now.Add(d)
	for !s.t.Failed() {
		i := -1
		for j, e := range s.queue {
			if i < 0 || e.at.Before(s.queue[i].at) || e.at.Equal(s.queue[i].at) && e.seq < s.queue[i].seq {
				i = j
			}
		}
		if i < 0 || s.queue[i].at.After(end) {
			break
		}
		e := s.queue[i]
		s.queue = slices.Delete(s.queue, i, i+1)
		s.now = e.at
		e.do()
		s.steps++
		s.checkOwners()
	}
	s.now = end
}

// checkOwners: with a delay that outlasts sessions and rebalances, nothing ever runs twice, not even when
// the leader is lost, with all that it knew. Groups without a delay give work away as soon as a member is
// missing, and are only checked in the end; and so are owners that stall, who cannot stop anything.
func (s *sim) checkOwners() {
	if s.delay == 0 {
		return
	}
	owner := map[connectors.TaskID]string{}
	for _, m := range s.members {
		for _, id := range m.running.Tasks {
			if o, ok := owner[id]; ok {
				s.fail("task %v runs on %s and %s", id, o, m.name)
				return
			}
			owner[id] = m.name
		}
	}
}

func (s *sim) fail(format string, args ...any) {
	s.t.Errorf(format, args...)
	for _, line := range s.trace[max(0, len(s.trace)-150):] {
		s.t.Log(line)
	}
}

func (s *sim) latency() time.Duration {
	d := time.Duration(1+s.rng.IntN(20)) * time.Millisecond
	if s.faults && s.rng.IntN(10) == 0 {
		d += time.Duration(s.rng.IntN(3000)) * time.Millisecond
	}
	return d
}

func (s *sim) dropped() bool { return s.faults && s.rng.IntN(25) == 0 }

func (s *sim) start(p Protocol) *simMember {
	m := &simMember{s: s, name: fmt.Sprintf("w%d", len(s.members)), waiting: map[uint64]bool{}}
	o := &Options{
		Group: "g", URL: "http://" + m.name + "/", Protocol: p,
		SessionTimeout: simSession, HeartbeatInterval: simHeartbeat, RebalanceTimeout: simRebalance,
		RetryBackoff: 100 * time.Millisecond, RetryBackoffMax: time.Second, MaxDelay: s.delay,
		Configs: func() Configs { return s.configs },
		Notify:  func(Event) {},
		Log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	m.m = newMachine(o, s.rng.Float64, s.now)
	s.members = append(s.members, m)
	s.logf("%s starts", m.name)
	m.step(tick{})
	m.tend()
	return m
}

// tend is the owner's own loop.
func (m *simMember) tend() {
	if m.dead {
		return
	}
	if !m.stalled {
		m.step(poll{})
	}
	m.s.after(time.Second, m.tend)
}

func (m *simMember) step(in input) {
	if m.dead {
		return
	}
	for _, e := range m.m.step(m.s.now, in) {
		switch e := e.(type) {
		case request:
			m.send(e)
		case cancel:
			delete(m.waiting, e.id)
		case notice:
			m.hear(e.event)
		}
	}
	m.epoch++
	epoch := m.epoch
	if at, ok := m.m.next(); ok {
		m.s.after(max(0, at.Sub(m.s.now)), func() {
			if epoch == m.epoch {
				m.step(tick{})
			}
		})
	}
}

// hear does what the herder does.
func (m *simMember) hear(e Event) {
	m.s.logf("%s hears %T %+v", m.name, e, e)
	switch e := e.(type) {
	case Joining:
		m.running = m.running.Minus(e.Revoke)
		m.s.after(simStopping, func() { m.step(ready{}) })
	case Joined:
		a := e.Assignment
		m.running = m.running.Minus(a.Revoked)
		switch {
		case a.Failed() || a.Offset != m.s.configs.Offset:
			m.s.after(simStopping, func() { m.step(rejoin{"configs differ"}) })
			return
		case !a.Revoked.Empty():
			m.s.after(simStopping, func() { m.step(rejoin{"work was revoked"}) })
		case !a.Assigned.Minus(m.s.configs.Work).Empty():
			m.s.after(simStopping, func() { m.step(rejoin{"deleted work is still assigned"}) })
		case a.Delay > 0:
			m.s.after(a.Delay, func() { m.step(rejoin{"the delay is over"}) })
		}
		m.running = a.Assigned
	case Lost:
		m.running = assign.Work{}
	case Failed:
		m.s.fail("%s failed: %v", m.name, e.Err)
	}
}

// send carries a request to the coordinator and its answer back, or not.
func (m *simMember) send(r request) {
	s := m.s
	m.waiting[r.id] = true
	reply := func(resp kmsg.Response, err error) {
		if m.waiting[r.id] {
			delete(m.waiting, r.id)
			m.step(answer{r.id, resp, err})
		}
	}
	s.after(simTimeout, func() { reply(nil, fmt.Errorf("timeout")) })
	reset := func() { s.after(s.latency(), func() { reply(nil, fmt.Errorf("connection reset")) }) }
	if s.dropped() {
		reset()
		return
	}
	s.after(s.latency(), func() {
		// A connection keeps its order: what was given up does not arrive behind what came after it.
		if !m.waiting[r.id] {
			return
		}
		if m.cut {
			m.stuck = append(m.stuck, reset)
			return
		}
		broker := int32(-1)
		if r.node != nil {
			broker = r.node.id
		}
		s.coord.Serve(broker, r.req, func(resp kmsg.Response) {
			if s.dropped() {
				reset()
				return
			}
			s.after(s.latency(), func() {
				if m.cut {
					m.stuck = append(m.stuck, reset)
					return
				}
				reply(resp, nil)
			})
		})
	})
}

func (m *simMember) reconnect() {
	m.s.logf("%s is back", m.name)
	m.cut = false
	for _, reset := range m.stuck {
		reset()
	}
	m.stuck = nil
}

// crash ends a worker without a word; leave with one.
func (m *simMember) crash() {
	m.s.logf("%s crashes", m.name)
	m.dead, m.running = true, assign.Work{}
}

func (m *simMember) quit() {
	m.s.logf("%s stops", m.name)
	m.running = assign.Work{}
	m.step(stop{})
	m.dead = true
}

// change makes, changes or deletes a connector; whoever lives hears of it.
func (s *sim) change() {
	name := fmt.Sprintf("c%d", s.rng.IntN(5))
	work := assign.Work{}
	for _, c := range s.configs.Work.Connectors {
		if c != name {
			work.Connectors = append(work.Connectors, c)
		}
	}
	for _, t := range s.configs.Work.Tasks {
		if t.Connector != name {
			work.Tasks = append(work.Tasks, t)
		}
	}
	if s.rng.IntN(4) > 0 {
		work.Connectors = append(work.Connectors, name)
		for i := range 1 + s.rng.IntN(4) {
			work.Tasks = append(work.Tasks, connectors.TaskID{Connector: name, Task: i})
		}
	}
	s.configs = Configs{Offset: s.configs.Offset + 1, Work: work}
	s.logf("configs %d: %v", s.configs.Offset, work)
	for _, m := range s.members {
		s.after(time.Duration(s.rng.IntN(500))*time.Millisecond, func() { m.step(rejoin{"configs changed"}) })
	}
}

// trouble makes one thing go wrong.
func (s *sim) trouble(p Protocol) {
	var alive []*simMember
	for _, m := range s.members {
		if !m.dead {
			alive = append(alive, m)
		}
	}
	m := alive[s.rng.IntN(len(alive))]
	switch s.rng.IntN(9) {
	case 0, 1:
		s.change()
	case 2:
		if len(alive) < 6 {
			s.start(p)
		}
	case 3:
		if len(alive) > 1 {
			m.crash()
		}
	case 4:
		if len(alive) > 1 {
			m.quit()
		}
	case 5, 6:
		m.cut = true
		s.logf("%s is cut off", m.name)
		s.after(time.Duration(s.rng.IntN(15000))*time.Millisecond, m.reconnect)
	case 7:
		if s.delay > 0 {
			return
		}
		m.stalled = true
		s.after(time.Duration(s.rng.IntN(30000))*time.Millisecond, func() { m.stalled = false })
	case 8:
		s.coord.Move()
	}
}

func (s *sim) heal() {
	s.logf("the network heals")
	s.faults = false
	for _, m := range s.members {
		m.stalled = false
		m.reconnect()
	}
}

// settled: all work runs, evenly, each item once.
func (s *sim) settled() error {
	var all assign.Work
	lowest, highest := 1<<30, 0
	for _, m := range s.members {
		if m.dead {
			continue
		}
		all.Connectors = append(all.Connectors, m.running.Connectors...)
		all.Tasks = append(all.Tasks, m.running.Tasks...)
		lowest, highest = min(lowest, len(m.running.Tasks)), max(highest, len(m.running.Tasks))
	}
	want := s.configs.Work
	if all.Len() != want.Len() || !want.Minus(all).Empty() || !all.Minus(want).Empty() {
		return fmt.Errorf("running %v of %v", all, want)
	}
	if highest-lowest > 1 {
		return fmt.Errorf("between %d and %d tasks per worker", lowest, highest)
	}
	return nil
}

func TestSim_GroupsConverge(t *testing.T) {
	for seed := range uint64(200) {
		p := []Protocol{Sessioned, Compatible, Sessioned, Eager}[seed%4]
		delay := []time.Duration{time.Minute, time.Minute, 0}[seed%3]
		if p == Eager {
			delay = 0
		}
		s := newSim(t, seed, delay)
		s.change()
		for range 1 + s.rng.IntN(4) {
			s.start(p)
		}
		s.faults = true
		for range 12 {
			s.run(time.Duration(s.rng.IntN(12000)) * time.Millisecond)
			s.trouble(p)
		}
		s.heal()
		s.run(5 * time.Minute)
		if err := s.settled(); err != nil && !t.Failed() {
			s.fail("%v", err)
		}
		if t.Failed() {
			t.Fatalf("seed %d, %v, delay %v", seed, p, delay)
		}
	}
}

// TestSim_SameSeedSameTrace: nothing but the seed decides.
func TestSim_SameSeedSameTrace(t *testing.T) {
	trace := func() []string {
		s := newSim(t, 7, time.Minute)
		s.change()
		s.start(Sessioned)
		s.start(Sessioned)
		s.faults = true
		for range 10 {
			s.run(10 * time.Second)
			s.trouble(Sessioned)
		}
		return s.trace
	}
	if a, b := trace(), trace(); !slices.Equal(a, b) || len(a) < 20 {
		t.Errorf("traces of %d and %d lines differ", len(a), len(b))
	}
}
