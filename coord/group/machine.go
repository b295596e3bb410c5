package group

import (
	"fmt"
	"math"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// phase is how far the member is. Source: AbstractCoordinator.MemberState.
type phase int

const (
	unjoined   phase = iota // not a member
	preparing               // a join request is out
	completing              // joined, the assignment is to come
	stable                  // a member with an assignment
)

// node is the broker that coordinates the group.
type node struct {
	id   int32
	host string
	port int32
}

func (n *node) String() string {
	if n == nil {
		return "null"
	}
	// Java numbers the extra connection to the coordinator from the top.
	return fmt.Sprintf("%s:%d (id: %d rack: null isFenced: false)", n.host, n.port, math.MaxInt32-n.id)
}

// membership is who a heartbeat spoke for.
type membership struct {
	id         string
	generation int32
}

// input is something that happens to a machine.
type input interface{}

type (
	tick   struct{} // time passed
	answer struct {
		id   uint64
		resp kmsg.Response // nil with err
		err  error         // the broker could not be asked
	}
	ready  struct{}
	poll   struct{}
	rejoin struct{ reason string }
	leave  struct{ reason string }
	stop   struct{}
)

// effect is something that a machine wants done: request, cancel or notice.
type effect interface{}

type (
	request struct {
		id   uint64
		node *node // nil: any broker
		req  kmsg.Request
	}
	cancel struct{ id uint64 } // nobody waits for the answer any more
	notice struct{ event Event }
)

// machine is a member of a group as a step function: what it does follows from its inputs, the time they
// come with, the config snapshots and the jitter. It waits for nothing.
//
// At most one join or sync, one heartbeat, one search for the coordinator and one leave are out at a
// time; an answer to anything else is stale and ignored.
type machine struct {
	o       *Options
	timings Timings
	jitter  func() float64 // in [0, 1)
	now     time.Time
	out     []effect
	lastID  uint64

	coordinator  *node
	unknownSince time.Time
	foundAt      time.Time
	finding      uint64
	findAt       time.Time
	findTries    int

	phase      phase
	generation int32
	memberID   string
	protocol   string // its name

	rejoinNeeded bool
	reason       string
	prepared     bool // the owner was told that a join is coming
	readyToJoin  bool // and said that it may
	away         bool // left on purpose or because the owner stalled; the next Poll brings it back
	dead         bool // failed or stopped

	joining, syncing, beating, leaving uint64
	unsent                             *unsent   // the sync, while it waits to be sent
	retryAt                            time.Time // of the next join
	roundSent                          time.Time // of the join or sync that is out
	roundFrom                          time.Time // of the first join since the last round that succeeded; zero = none

	beatSent    time.Time // of the heartbeat that is out
	beatAs      membership
	beatAt      time.Time // of the next heartbeat
	beatTries   int
	sessionFrom time.Time // the last sign of life that the coordinator answered was sent then
	polledAt    time.Time

	configs        Configs // the snapshot that the last join told
	leader         Leader
	led            Led
	assignment     *Assignment
	current        Protocol // of the group
	lastGeneration int32    // of the last round that was completed
}

func newMachine(o *Options, jitter func() float64, now time.Time) *machine {
	timings := o.Timings
	if timings == nil {
		timings = untimed{}
	}
	return &machine{
		o: o, timings: timings, jitter: jitter, unknownSince: now, polledAt: now,
		generation: -1, lastGeneration: -1, rejoinNeeded: true,
		leader: Leader{MaxDelay: o.MaxDelay}, current: o.Protocol,
	}
}

// step takes an input and returns what it leads to, in order.
func (m *machine) step(now time.Time, in input) []effect {
	m.now = now
	if !m.dead || m.leaving != 0 {
		m.take(in)
	}
	if !m.dead {
		m.advance()
	}
	out := m.out
	m.out = nil
	return out
}

func (m *machine) take(in input) {
	switch in := in.(type) {
	case answer:
		m.answered(in)
	case ready:
		m.readyToJoin = m.prepared
	case poll:
		m.polledAt, m.away = m.now, false
	case rejoin:
		m.o.Log.Debug("Request joining group due to: " + in.reason)
		m.needRejoin(in.reason)
	case leave:
		m.leave(in.reason)
		m.away = true
	case stop:
		m.leave("the consumer is being closed")
		m.forget(&m.finding)
		m.dead = true
	}
}

func (m *machine) answered(a answer) {
	switch a.id {
	case 0:
	case m.finding:
		m.finding = 0
		m.found(a)
	case m.joining:
		m.joining = 0
		m.joined(a)
	case m.syncing:
		m.syncing = 0
		m.synced(a)
	case m.beating:
		m.beating = 0
		m.beaten(a)
	case m.leaving:
		m.leaving = 0
		m.left(a)
	}
}

// advance does what is due.
func (m *machine) advance() {
	m.keepSession()
	m.keepCoordinator()
	m.keepWork()
	if m.dead || m.away || m.coordinator == nil {
		return
	}
	m.keepJoined()
	m.share()
	m.keepBeating()
}

// next returns when the machine has to be stepped again if nothing else happens.
func (m *machine) next() (at time.Time, ok bool) {
	if m.dead {
		return time.Time{}, false
	}
	consider := func(t time.Time) {
		if !ok || t.Before(at) {
			at, ok = t, true
		}
	}
	if m.coordinator == nil {
		if m.finding == 0 {
			consider(m.findAt)
		}
	}
	if t, _, holds := m.loseWorkAt(); holds {
		consider(t)
	}
	if m.member() {
		consider(m.polledAt.Add(m.o.RebalanceTimeout))
		if m.coordinator != nil {
			consider(m.silenceAt())
			if m.beating == 0 {
				consider(m.beatAt)
			}
		}
	}
	if m.unsent != nil && m.unsent.id == m.syncing {
		consider(m.now.Add(leadPoll))
	}
	if m.coordinator != nil && !m.away && m.mayJoin() {
		consider(m.retryAt)
	}
	return at, ok
}

func (m *machine) send(to *node, req kmsg.Request) uint64 {
	m.lastID++
	m.out = append(m.out, request{m.lastID, to, req})
	return m.lastID
}

// forget cancels a request that is out, if it is.
func (m *machine) forget(id *uint64) {
	if *id != 0 {
		m.out = append(m.out, cancel{*id})
		*id = 0
	}
}

func (m *machine) notify(e Event) { m.out = append(m.out, notice{e}) }

func (m *machine) fail(err error) {
	m.dead = true
	for _, id := range []*uint64{&m.finding, &m.joining, &m.syncing, &m.beating} {
		m.forget(id)
	}
	m.notify(Failed{err})
}

// backoff is the wait before attempt n, counted from 0: doubling, give or take a fifth.
// Source: ExponentialBackoff, CommonClientConfigs.RETRY_BACKOFF_JITTER.
func (m *machine) backoff(n int) time.Duration {
	d := float64(m.o.RetryBackoff) * math.Pow(2, float64(min(n, 32))) * (0.8 + 0.4*m.jitter())
	return time.Duration(min(d, float64(m.o.RetryBackoffMax)))
}

// member reports whether the coordinator knows the member and expects signs of life.
func (m *machine) member() bool { return m.phase != unjoined && m.generation >= 0 }

// view is the state for others. Source: WorkerCoordinator.ownerUrl, memberId.
func (m *machine) view() View {
	v := View{Generation: m.generation, Protocol: m.current, Assignment: m.assignment, Rejoining: m.rejoinWanted() || m.joining != 0 || m.syncing != 0 || m.dead}
	if m.phase == stable {
		v.MemberID = m.memberID
	}
	if v.Leader() {
		v.Waiting = m.led.Waiting
		if !v.Rejoining {
			v.Owners = m.led.Owners
		}
	}
	return v
}
