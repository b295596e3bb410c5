package distributed

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/store"
)

// put writes a status. What says that work ended must not overwrite what a successor says.
// Source: AbstractHerder.onStartup, onFailure, onShutdown.
func (m *machine) put(id connectors.TaskID, state connectors.State, trace string, version *string) {
	s := store.Status{ID: id, State: state, Trace: trace, WorkerID: m.o.WorkerID, Generation: int(m.generation), Version: version}
	if state == connectors.Failed || state == connectors.Unassigned {
		m.o.Statuses.PutSafe(s)
	} else {
		m.o.Statuses.Put(s)
	}
}

// reports is where an instance reports its states to.
func (m *machine) reports(x *instance) func(connectors.Status) {
	id, run := x.id, x.run
	return func(st connectors.Status) {
		m.post(func(m *machine) { m.reported(id, run, st) })
	}
}

// asks is how a connector asks for its task configs to be computed anew.
func (m *machine) asks(x *instance) func() {
	id, run := x.id, x.run
	return func() {
		m.post(func(m *machine) {
			if now := m.instance(id); now != nil && now.run == run {
				m.keepUpdated(m.slots[id.Connector])
			}
		})
	}
}

// reported takes a state that the instance with the given token reported.
func (m *machine) reported(id connectors.TaskID, run uint64, st connectors.Status) {
	x := m.instance(id)
	if x == nil || x.run != run {
		return // an instance that was given up
	}
	x.state, x.trace = st.State, st.Trace
	m.putInstance(x)
	if id.Task == connectors.ConnectorTask && st.State == connectors.Running {
		s := m.slots[id.Connector]
		s.starts++
		if s.sleeper != nil { // it asked before the connector ran
			m.Wake(s.sleeper, nil)
			s.sleeper = nil
		}
		m.keepUpdated(s)
	}
	m.release(&x.waiting, nil)
}

// putInstance writes an instance's state.
func (m *machine) putInstance(x *instance) {
	var version *string
	if x.failure == nil && x.state != connectors.Unassigned && x.class.Version != "" {
		version = &x.class.Version
	}
	m.put(x.id, x.state, x.trace, version)
}

// untrueMax is how often in a row a status may be found to be another's: what was put is on its way for a while.
const untrueMax = 2

// keepStatuses writes the states of this worker's instances anew where the status topic says something else:
// a worker that lost them and could not say so in time has written over them. In Java they stay wrong. Who
// speaks of a later generation knows better.
func (m *machine) keepStatuses() {
	var untrue []*instance
	look := func(x *instance) {
		switch {
		case x.state == "" || x.ending || x.stale:
			return
		case m.isTrue(x):
			x.untrue = 0
			return
		}
		if x.untrue++; x.untrue > untrueMax {
			x.untrue = 0
			untrue = append(untrue, x)
		}
	}
	for _, s := range m.slots {
		if s.connector != nil {
			look(s.connector)
		}
		for _, x := range s.tasks {
			look(x)
		}
	}
	slices.SortFunc(untrue, func(x, y *instance) int {
		return cmp.Or(strings.Compare(x.id.Connector, y.id.Connector), cmp.Compare(x.id.Task, y.id.Task))
	})
	for _, x := range untrue {
		m.putInstance(x)
	}
}

// isTrue says whether the status topic says of an instance what it is, or somebody of a later generation speaks.
func (m *machine) isTrue(x *instance) bool {
	st := m.o.Statuses.Connector(x.id.Connector)
	if x.id.Task != connectors.ConnectorTask {
		st = m.o.Statuses.Task(x.id)
	}
	switch {
	case st == nil:
		return false
	case st.WorkerID != m.o.WorkerID:
		return st.Generation > int(m.generation)
	}
	return st.State == x.state && m.o.Statuses.PassedOver(x.id) == nil
}

// forgetDeleted writes tombstones for the statuses of connectors and tasks that are not configured: a duty
// of who is elected. Source: DistributedHerder.updateDeletedConnectorStatus, updateDeletedTaskStatus.
func (m *machine) forgetDeleted() {
	clear(m.forget)
	for _, id := range m.o.Statuses.Strays(m.configured) {
		m.put(id, connectors.Destroyed, "", nil)
	}
}

// forgetChanged is forgetDeleted for what changed since the last round.
func (m *machine) forgetChanged() {
	for _, name := range slices.Sorted(maps.Keys(m.forget)) {
		count := m.configured(name)
		for _, t := range m.o.Statuses.Tasks(name) {
			if t.ID.Task >= count {
				m.put(t.ID, connectors.Destroyed, "", nil)
			}
		}
		if count < 0 && m.o.Statuses.Connector(name) != nil {
			m.put(connectors.TaskID{Connector: name, Task: connectors.ConnectorTask}, connectors.Destroyed, "", nil)
		}
	}
	clear(m.forget)
}

// configured returns how many tasks of a connector may run, -1 where there is no such connector.
func (m *machine) configured(name string) int {
	if !m.configs.Contains(name) {
		return -1
	}
	return len(m.configs.TaskConfigs(name))
}

// instanceStatus shows a status to clients.
func instanceStatus(s *store.Status) coord.InstanceStatus {
	return coord.InstanceStatus{State: s.State, WorkerID: s.WorkerID, Trace: s.Trace, Version: s.Version}
}

// status describes a connector and its tasks as the status topic has them, nil where it has nothing.
// Source: AbstractHerder.connectorStatus.
func (m *machine) status(name string, kind connectors.Kind) *coord.ConnectorStatus {
	c := m.o.Statuses.Connector(name)
	if c == nil {
		return nil
	}
	out := &coord.ConnectorStatus{Name: name, Connector: instanceStatus(c), Tasks: []coord.TaskStatus{}, Kind: kind}
	for _, t := range m.o.Statuses.Tasks(name) {
		out.Tasks = append(out.Tasks, coord.TaskStatus{ID: t.ID.Task, InstanceStatus: instanceStatus(t)})
	}
	return out
}

func notFound(format string, args ...any) error {
	return coord.Errorf(http.StatusNotFound, format, args...)
}

// scheduledForShutdown answers who waits for a state that an instance does not reach any more.
// Source: WorkerConnector.doTransitionTo.
func scheduledForShutdown(target connectors.TargetState) error {
	return coord.Errorf(http.StatusInternalServerError,
		"Could not begin changing connector state to %s as the connector has been scheduled for shutdown", target)
}
