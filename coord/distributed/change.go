package distributed

import (
	"fmt"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/store"
)

// configsChanged takes what changed in the config topic; what it says now is in m.configs, which may be
// ahead of the changes. Source: DistributedHerder.ConfigUpdateListener.
func (m *machine) configsChanged(changes []store.ConfigChange) {
	for _, c := range changes {
		switch c := c.(type) {
		case store.ConnectorPut:
			m.connectorPut(c)
		case store.ConnectorRemoved:
			m.connectorRemoved(c)
		case store.TargetChanged:
			m.log.Info(fmt.Sprintf("Connector %s target state change", c.Connector))
			if s := m.slots[c.Connector]; s != nil {
				m.reconcile(s)
				if s.connector != nil && m.target(c.Connector) == connectors.TargetStarted {
					m.keepUpdated(s) // where it went on all the time, and has no state to report
				}
			}
		case store.TasksCommitted:
			m.tasksCommitted(c)
		case store.SessionKeyPut:
			m.log.Info("Session key updated")
			m.keepKey()
		case store.RestartAsked:
			m.restartAsked(c.Request)
		case store.LoggerLevelPut:
			m.o.Loggers.SetLevel(c.Logger, c.Level)
		}
	}
}

// changed asks for a rebalance since there is other work than before. Where a round is under way that may not
// know of it, settle asks again: a member forgets what it was asked for when a round ends.
func (m *machine) changed(reason string) {
	m.changedAt = m.configs.Offset()
	if m.member != nil { // else it is about to join, and will know
		m.member.Rejoin(reason)
	}
}

// connectorPut restarts a connector whose config was written, also where it is the same: so in Java.
func (m *machine) connectorPut(c store.ConnectorPut) {
	m.log.Info(fmt.Sprintf("Connector %s config updated", c.Connector))
	s := m.slot(c.Connector)
	if c.New {
		m.changed("connector " + c.Connector + " is new")
	}
	if s.connector != nil {
		s.connector.stale = true
	}
	m.reconcile(s)
}

func (m *machine) connectorRemoved(c store.ConnectorRemoved) {
	m.log.Info(fmt.Sprintf("Connector %s config removed", c.Connector))
	m.forget[c.Connector] = struct{}{}
	s := m.slots[c.Connector]
	if s == nil {
		return
	}
	m.changed("connector " + c.Connector + " was removed")
	s.applied = nil
	for _, x := range s.instances() {
		x.stale = true
	}
	m.reconcile(s)
}

// tasksCommitted stops the tasks that newer configs replace; they start again after the next round.
func (m *machine) tasksCommitted(c store.TasksCommitted) {
	m.log.Info(fmt.Sprintf("Tasks %v of connector %s configs updated", c.Tasks, c.Connector))
	m.forget[c.Connector] = struct{}{}
	s := m.slot(c.Connector)
	m.changed("the tasks of connector " + c.Connector + " have new configs")
	for _, x := range s.tasks { // each on its own
		if x.commit != m.commit(c.Connector) && m.replaced(x) {
			x.stale = true
		}
	}
	m.reconcile(s)
	m.unexpected(s)
	if m.configs.Inconsistent(c.Connector) && s.connector != nil {
		m.log.Warn("the task configs of a connector are incomplete, its tasks do not run until they are made anew", "connector", c.Connector)
		m.keepUpdated(s)
	}
}

// restartAsked restarts this worker's part of what was asked for.
// Source: DistributedHerder.doRestartConnectorAndTasks.
func (m *machine) restartAsked(r coord.RestartRequest) {
	s := m.slots[r.Connector]
	now := m.status(r.Connector, connectors.KindUnknown)
	if s == nil || now == nil || !m.configs.Contains(r.Connector) {
		m.log.Debug("no restart of a connector without status", "connector", r.Connector)
		return
	}
	m.refresh(s, now)
	plan := r.Plan(now)
	if plan.Connector && s.connector != nil {
		s.connector.stale, s.connector.restart = true, true
	}
	for _, n := range plan.Tasks {
		if x := s.tasks[n]; x != nil {
			x.stale, x.restart = true, true
		}
	}
	m.reconcile(s)
}

// refresh puts what this worker knows of its own instances into a status: the topic may not have it yet.
func (m *machine) refresh(s *slot, now *coord.ConnectorStatus) {
	if s.connector != nil && s.connector.state != "" {
		now.Connector.State = s.connector.state
	}
	for i := range now.Tasks {
		if x := s.tasks[now.Tasks[i].ID]; x != nil && x.state != "" {
			now.Tasks[i].State = x.state
		}
	}
}
