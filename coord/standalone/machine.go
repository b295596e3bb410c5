package standalone

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
)

// errStopping answers requests that come too late.
var errStopping = coord.Errorf(http.StatusInternalServerError, "Worker is shutting down")

// event is something that happened, told to the machine.
type event func(m *machine)

// machine is the state of the herder and the operations under way. All of it belongs to whoever calls
// step.
type machine struct {
	workerID string
	log      *slog.Logger
	post     func(event) // tells the machine something, from anywhere, without waiting

	slots  map[string]*slot
	topics *topics
	runs   uint64 // the last token of an instance

	*coroutine.Scheduler[env]
	stopping bool
}

// slot is a name: the connector that has it, and who works on it.
type slot struct {
	name string
	c    *connector // nil: none

	ops    coroutine.Mutex[env] // held by operations
	update coroutine.Mutex[env] // held by who computes task configs; taken before ops
}

// connector is a connector's config, state, and what runs of it. Configs are replaced, never changed.
type connector struct {
	name     string
	config   map[string]string // raw
	revision uint64            // of config
	class
	target connectors.TargetState

	tasks   []map[string]string // raw
	applied map[string]string   // resolved config that tasks were made of; nil = none

	run      uint64 // token of the instance; 0 = none
	ending   bool   // the instance is being stopped
	reported bool   // the instance reported a state
	awaited  bool   // a proc waits for its first state, or is about to
	waiting  []*proc
	taskRuns map[int]uint64

	starts      int   // how often the connector reported that it runs
	updating    bool  // a proc keeps task configs up to date
	updateAgain bool  // and shall look once more
	sleeper     *proc // it, when it waits for its next attempt

	status     *coord.InstanceStatus // nil = none yet
	taskStatus map[int]*coord.InstanceStatus
}

func newMachine(workerID string, log *slog.Logger, post func(event)) *machine {
	return &machine{workerID: workerID, log: log, post: post, slots: map[string]*slot{}, topics: newTopics(), Scheduler: coroutine.NewScheduler[env]()}
}

// step takes an event and returns the effects that it leads to.
func (m *machine) step(e event) []effect {
	e(m)
	return m.Resume()
}

// stop refuses what waits and what comes; what is under way goes on to its next wait.
func (m *machine) stop() {
	m.stopping = true
	for _, name := range slices.Sorted(maps.Keys(m.slots)) {
		s := m.slots[name]
		s.ops.Refuse(errStopping)
		s.update.Refuse(errStopping)
		if s.c != nil {
			m.wakeAll(s.c, errStopping)
		}
	}
	m.Stop(errStopping)
}

// slot returns a name's slot, making it.
func (m *machine) slot(name string) *slot {
	s := m.slots[name]
	if s == nil {
		s = &slot{name: name}
		m.slots[name] = s
	}
	return s
}

// connector returns a connector, nil if there is none.
func (m *machine) connector(name string) *connector {
	if s := m.slots[name]; s != nil {
		return s.c
	}
	return nil
}

// release unlocks a slot and forgets it when nobody needs it.
func (p *proc) release(s *slot, x *coroutine.Mutex[env]) {
	p.Unlock(x)
	if s.c == nil && s.ops.Idle() && s.update.Idle() && p.m.slots[s.name] == s {
		delete(p.m.slots, s.name)
	}
}

// token returns a token for an instance.
func (m *machine) token() uint64 {
	m.runs++
	return m.runs
}

// taskIDs returns the ids of the connector's tasks.
func (c *connector) taskIDs() []connectors.TaskID {
	ids := make([]connectors.TaskID, len(c.tasks))
	for i := range ids {
		ids[i] = connectors.TaskID{Connector: c.name, Task: i}
	}
	return ids
}
