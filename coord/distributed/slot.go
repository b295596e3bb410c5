package distributed

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/internal/coroutine"
)

// slot is a connector's name: what the group grants of it, and what runs of it here.
type slot struct {
	name string

	granted      bool // the connector
	grantedTasks map[int]struct{}

	connector *instance // nil: none
	tasks     map[int]*instance

	working  bool  // a proc makes the instances what they should be
	again    bool  // and shall look once more
	halts    int   // how many procs stop instances
	halted   queue // until none does
	stopped  queue
	idle     queue
	starting context.CancelFunc // ends the start that is under way, nil when none is

	write  coroutine.Mutex[env] // held by who writes configs of the connector
	update coroutine.Mutex[env] // held by who computes task configs

	fencing coroutine.Mutex[env] // held by who fences older tasks; taken before write

	updating      bool                 // a proc keeps task configs up to date
	updateAgain   bool                 // and shall look once more
	sleeper       *coroutine.Proc[env] // it, when it waits for its next attempt
	starts        int                  // how often the connector reported that it runs
	applied       *resolved
	published     []map[string]string  // the task configs that the connector made last here; nil = none
	publishedFrom map[string]string    // what the connector's config came to then
	unfinished    bool                 // the last attempt to have them written failed
	recheck       coroutine.Timer[env] // after others were written
}

// resolved is what the connector config came to that the present task configs were made from.
type resolved struct {
	offset int64 // of their commit
	config map[string]string
}

// instance is a connector or a task that was started here.
type instance struct {
	id     connectors.TaskID
	run    uint64            // token; reports that bring another one are of an instance that was given up
	config map[string]string // of the connector
	task   map[string]string // of the task
	commit int64             // config offset of the task configs that it is one of
	class  class
	target connectors.TargetState // that it was told

	state   connectors.State // last reported; "" = none
	trace   string           // with it
	untrue  int              // how often in a row the status topic was found to say something else
	failure error            // it could not be started: the worker has no instance
	stale   bool             // to be stopped, and started anew where it may run
	restart bool             // somebody asked for that: it shows as RESTARTING
	ending  bool             // it is being stopped
	waiting queue            // for its first report
}

// slot returns a name's slot, making it.
func (m *machine) slot(name string) *slot {
	s := m.slots[name]
	if s == nil {
		s = &slot{name: name, grantedTasks: map[int]struct{}{}, tasks: map[int]*instance{}}
		m.slots[name] = s
	}
	return s
}

// drop forgets a slot that nobody needs.
func (m *machine) drop(s *slot) {
	if m.slots[s.name] != s || m.configs.Contains(s.name) || s.granted || len(s.grantedTasks) > 0 || s.connector != nil || len(s.tasks) > 0 ||
		s.working || s.updating || !s.write.Idle() || !s.update.Idle() || !s.fencing.Idle() {
		return
	}
	delete(m.slots, s.name)
}

// instance returns what runs under an id, nil for nothing.
func (m *machine) instance(id connectors.TaskID) *instance {
	s := m.slots[id.Connector]
	if s == nil {
		return nil
	}
	if id.Task == connectors.ConnectorTask {
		return s.connector
	}
	return s.tasks[id.Task]
}

// instances returns all of a slot: the connector, then the tasks by number.
func (s *slot) instances() []*instance {
	out := make([]*instance, 0, 1+len(s.tasks))
	if s.connector != nil {
		out = append(out, s.connector)
	}
	for _, n := range slices.Sorted(maps.Keys(s.tasks)) {
		out = append(out, s.tasks[n])
	}
	return out
}

// has says whether a task is granted.
func (s *slot) has(task int) bool {
	_, granted := s.grantedTasks[task]
	return granted
}

// complete says whether all that is granted is there, or could not be started.
func (s *slot) complete() bool {
	if s.granted && s.connector == nil {
		return false
	}
	for n := range s.grantedTasks {
		if s.tasks[n] == nil {
			return false
		}
	}
	return true
}

// refuse ends the waiting of all who wait for the slot.
func (s *slot) refuse(m *machine, err error) {
	for _, x := range s.instances() {
		m.release(&x.waiting, err)
	}
}

// mayRun says whether an instance has its place here.
func (m *machine) mayRun(s *slot, id connectors.TaskID) bool {
	if m.stopping || !m.configs.Contains(s.name) {
		return false
	}
	if id.Task == connectors.ConnectorTask {
		return s.granted
	}
	return s.has(id.Task) && m.configs.TaskConfig(id) != nil && m.configs.Target(s.name) != connectors.TargetStopped
}

// mayStart says whether one that is not there may be started. Task configs count in rounds whose leader had
// read their commit.
func (m *machine) mayStart(s *slot, id connectors.TaskID) bool {
	return m.mayRun(s, id) && (id.Task == connectors.ConnectorTask || m.settledAt > m.commit(s.name))
}

// commit is the config offset of a connector's present task configs.
func (m *machine) commit(name string) int64 {
	if a := m.configs.Applied(name); a != nil {
		return a.Offset
	}
	return -1
}

// toStop returns the instances that are to be stopped, those that are on their way included.
func (m *machine) toStop(s *slot) []*instance {
	return slices.DeleteFunc(s.instances(), func(x *instance) bool { return !x.stale && !x.ending && m.mayRun(s, x.id) })
}

// toStart returns the ids of those that are missing, the connector first, then tasks by number.
func (m *machine) toStart(s *slot) []connectors.TaskID {
	var ids []connectors.TaskID
	if id := (connectors.TaskID{Connector: s.name, Task: connectors.ConnectorTask}); s.connector == nil && m.mayStart(s, id) {
		ids = append(ids, id)
	}
	for _, n := range slices.Sorted(maps.Keys(s.grantedTasks)) {
		if id := (connectors.TaskID{Connector: s.name, Task: n}); s.tasks[n] == nil && m.mayStart(s, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// replaced says whether a task starts anew when task configs were committed after its own: one whose config is another
// now, and one that failed, perhaps since it found that commit when it was about to run. Tasks that deliver exactly once
// all do, for the first of the new ones takes the transactional ids of all the old ones. Java starts all anew always.
// Source: DistributedHerder.stopReconfiguredTasks.
func (m *machine) replaced(x *instance) bool {
	return m.outdated(x) || x.failure != nil || x.state == connectors.Failed || m.o.ExactlyOnce && x.class.Kind == connectors.KindSource
}

// outdated says whether a task has to run with another config than it does. A config that has variables
// may come to something else than it did, and a commit says that somebody thinks so.
func (m *machine) outdated(x *instance) bool {
	config, task := m.configs.Config(x.id.Connector), m.configs.TaskConfig(x.id)
	return !maps.Equal(x.config, config) || !maps.Equal(x.task, task) || variable(config) || variable(task)
}

// variable says whether a raw config has a variable of a config provider.
func variable(config map[string]string) bool {
	for _, v := range config {
		if strings.Contains(v, "${") {
			return true
		}
	}
	return false
}

// target returns a connector's target state, STARTED where nothing is said.
func (m *machine) target(name string) connectors.TargetState {
	if t := m.configs.Target(name); t != "" {
		return t
	}
	return connectors.TargetStarted
}
