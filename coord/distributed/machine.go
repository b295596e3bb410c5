package distributed

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/coord/internal/coroutine"
	"github.com/millrace/millrace/coord/store"
)

// errStopping answers requests that come too late.
var errStopping = coord.Errorf(http.StatusInternalServerError, "Worker is shutting down")

// event is something that happened, told to the machine.
type event func(m *machine)

// machine is the state of the herder and the operations under way. All of it belongs to whoever calls
// step.
type machine struct {
	*coroutine.Scheduler[env]
	o    *Options
	log  *slog.Logger
	post func(event)      // tells the machine something, from anywhere, without waiting
	now  func() time.Time // the time of step

	member  Member
	configs *store.Configs // the newest, as of this step
	classes map[string]class
	slots   map[string]*slot
	busy    map[string]*slot // those that are at work
	lacking map[string]*slot // those of which something is granted that is not there, as of when they were last in order
	runs    uint64           // the last token of an instance

	// Of the group.
	round      uint64            // counts what the group says; who waited compares
	joins      uint64            // counts the joins that were announced
	assignment *group.Assignment // nil: not a member
	memberID   string
	generation int32
	protocol   group.Protocol
	settled    bool  // the round is over and its work is granted
	settledAt  int64 // config offset of the last round that was; -1 while there is none that counts
	settling   queue // until it is
	leading    bool  // this worker leads, and knows all that leaders before it wrote
	joinedOnce bool
	started    bool                 // the stores have been read
	starting   queue                // until they are
	away       bool                 // left the group until the config topic can be read
	shared     *assign.Work         // what is granted, as the group said it; nil where some of it was taken away since
	forget     map[string]struct{}  // connectors that were removed, or have other tasks, since the last round
	changedAt  int64                // config offset at which this worker saw last that there is other work
	strayAt    int64                // config offset of an assignment with work that is not configured any more
	rejoin     coroutine.Timer[env] // when the delay of a round is over

	nextKey  coroutine.Timer[env]
	writeKey bool              // a proc writes a session key
	key      *group.SessionKey // the newest
	keySince time.Time         // when this worker learned of it

	reclaiming bool // a proc claims the right to write as the leader

	topicPuts map[topicKey]time.Time // of topics that were written and perhaps not read back

	stopping bool
	halted   bool  // all work has ended
	fatal    error // this worker cannot go on
}

func newMachine(o *Options, post func(event), now func() time.Time) *machine {
	return &machine{
		Scheduler: coroutine.NewScheduler[env](), o: o, log: o.Logger, post: post, now: now,
		classes: map[string]class{}, slots: map[string]*slot{}, busy: map[string]*slot{}, lacking: map[string]*slot{}, forget: map[string]struct{}{},
		topicPuts: map[topicKey]time.Time{},
		protocol:  o.Protocol, generation: -1, settledAt: -1, changedAt: -1, strayAt: -1,
	}
}

// step takes an event and returns the effects that it leads to.
func (m *machine) step(e event) []effect {
	m.configs = m.o.Configs.Configs()
	e(m)
	return m.Resume()
}

// stop gives all work up and refuses what waits and what comes; what is under way goes on to its next wait.
func (m *machine) stop() {
	m.stopping = true
	m.round++
	m.Stop(errStopping)
	m.release(&m.starting, errStopping)
	m.release(&m.settling, errStopping)
	for _, s := range m.sorted() {
		s.write.Refuse(errStopping)
		s.update.Refuse(errStopping)
		s.fencing.Refuse(errStopping)
		s.refuse(m, errStopping)
		m.reconcile(s)
	}
	m.spawn(func(p *proc) {
		p.awaitStops()
		p.flush()
		m.halted = true
	})
}

// pollMax is how long a member at most does not hear that its herder is alive.
const pollMax = 3 * time.Second

// begin goes to work: the stores have been read.
func (m *machine) begin() {
	m.started = true
	m.release(&m.starting, nil)
	m.spawn(func(p *proc) {
		for p.Sleep(min(pollMax, m.o.HeartbeatInterval)) {
			if !m.away {
				m.member.Poll()
			}
		}
	})
	m.spawn(func(p *proc) {
		for p.Sleep(m.o.HeartbeatInterval) {
			m.keepStatuses()
			m.finish()
			if m.settled && m.leads() {
				m.forgetDeleted() // a late word of somebody who had not heard of the deletion
				p.emptyStopped()
			}
		}
	})
}

// sorted returns the slots by name.
func (m *machine) sorted() []*slot { return byName(m.slots) }

// byName returns slots by name, so that the order of effects does not depend on that of a map.
func byName(slots map[string]*slot) []*slot {
	out := make([]*slot, 0, len(slots))
	for _, name := range slices.Sorted(maps.Keys(slots)) {
		out = append(out, slots[name])
	}
	return out
}

// leads reports whether this worker leads the group, as far as it knows.
func (m *machine) leads() bool {
	return m.assignment != nil && m.assignment.Leader == m.memberID
}

// token returns a token for an instance.
func (m *machine) token() uint64 {
	m.runs++
	return m.runs
}
