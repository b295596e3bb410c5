package standalone

import (
	"maps"
	"net/http"
	"slices"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// instanceStatus makes a status. The version is that of the class, and null for an instance that is not
// there, as in Java, which asks the instance for it.
func (m *machine) instanceStatus(c *connector, state connectors.State, trace string, instance bool) *coord.InstanceStatus {
	s := &coord.InstanceStatus{State: state, WorkerID: m.workerID, Trace: trace}
	if instance && c.Version != "" && state != connectors.Unassigned && state != connectors.Restarting {
		version := c.Version
		s.Version = &version
	}
	return s
}

// connectorReported takes a state that the instance with the given token reported.
func (m *machine) connectorReported(name string, run uint64, st connectors.Status) {
	c := m.connector(name)
	if c == nil || c.run != run {
		return // an instance that was given up
	}
	c.status = m.instanceStatus(c, st.State, st.Trace, true)
	c.reported = true
	if st.State == connectors.Running {
		c.starts++
		if c.sleeper != nil { // it asked before the connector ran
			m.Wake(c.sleeper.Proc, nil)
			c.sleeper = nil
		}
	}
	switch {
	case c.awaited:
		m.wakeAll(c, nil)
	case st.State == connectors.Running:
		m.keepUpdated(c)
	}
}

// taskReported takes a state that the instance of a task with the given token reported.
func (m *machine) taskReported(id connectors.TaskID, run uint64, st connectors.Status) {
	if c := m.connector(id.Connector); c != nil && c.taskRuns[id.Task] == run {
		c.taskStatus[id.Task] = m.instanceStatus(c, st.State, st.Trace, true)
	}
}

// connectorStatus describes a connector whose state is known. Source: AbstractHerder.connectorStatus.
func (m *machine) connectorStatus(c *connector) *coord.ConnectorStatus {
	out := &coord.ConnectorStatus{Name: c.name, Connector: *c.status, Tasks: []coord.TaskStatus{}, Kind: c.Kind}
	for _, n := range slices.Sorted(maps.Keys(c.taskStatus)) {
		out.Tasks = append(out.Tasks, coord.TaskStatus{ID: n, InstanceStatus: *c.taskStatus[n]})
	}
	return out
}

// info describes a connector's config and tasks.
func (c *connector) info() *coord.ConnectorInfo {
	return &coord.ConnectorInfo{Name: c.name, Config: maps.Clone(c.config), Tasks: c.taskIDs(), Kind: c.Kind}
}

func notFound(format string, args ...any) error {
	return coord.Errorf(http.StatusNotFound, format, args...)
}
