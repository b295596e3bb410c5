package distributed

import (
	"context"
	"net/http"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

const onlyLeaderRestarts = "Only the leader can process restart requests."

// restartConnector restarts the connector alone, on the worker that runs it, and waits until it has started.
// Source: DistributedHerder.restartConnector.
func (p *proc) restartConnector(ctx context.Context, name string) error {
	m := p.m
	if err := p.settles(ctx); err != nil {
		return err
	}
	s := m.slots[name]
	switch {
	case !m.configs.Contains(name):
		return notFound("Unknown connector: %s", name)
	case s != nil && s.granted:
	case m.leads():
		return &coord.ElsewhereError{Text: "Cannot restart connector since it is not assigned to this member", URL: m.ownerURL(connectors.TaskID{Connector: name, Task: connectors.ConnectorTask})}
	default:
		return m.notLeader(onlyLeaderRestarts)
	}
	if s.connector != nil {
		s.connector.stale = true
	}
	if err := p.reconciled(s); err != nil {
		return err
	}
	x := s.connector
	if x == nil {
		return scheduledForShutdown(m.target(name))
	}
	if x.failure == nil && x.state == "" {
		if err := p.join(&x.waiting); err != nil {
			return startFailed(name, err)
		}
	}
	switch {
	case x.failure != nil:
		return startFailed(name, x.failure)
	case x.state == connectors.Failed:
		return startFailed(name, coord.Errorf(http.StatusInternalServerError, "Failed to transition connector %s to state %s", name, x.target))
	}
	return nil
}

func startFailed(name string, err error) error {
	return &coord.RequestError{Status: http.StatusInternalServerError, Text: "Failed to start connector: " + name, Err: err}
}

// reconciled waits until a slot has done what it is to do.
func (p *proc) reconciled(s *slot) error {
	p.m.reconcile(s)
	for s.working {
		if err := p.join(&s.idle); err != nil {
			return err
		}
	}
	return nil
}

// restart has a restart done by all workers that run a part of it. Source: DistributedHerder.restartConnectorAndTasks.
func (p *proc) restart(ctx context.Context, r coord.RestartRequest) (*coord.ConnectorStatus, error) {
	m := p.m
	if err := p.settles(ctx); err != nil {
		return nil, err
	}
	if !m.configs.Contains(r.Connector) {
		return nil, notFound("Unknown connector: %s", r.Connector)
	}
	if err := p.leading(ctx, onlyLeaderRestarts); err != nil {
		return nil, err
	}
	of := p.classOf(m.configs.Config(r.Connector))
	before := m.status(r.Connector, of.Kind)
	err := p.lead("writing restart request for connector "+r.Connector+" to the config topic", func(ctx context.Context, on env) error {
		return on.configs.PutRestart(ctx, r)
	})
	if err != nil {
		return nil, err
	}
	if before == nil {
		return nil, notFound("Status for connector %s not found", r.Connector)
	}
	return r.Plan(before).Status, nil
}

// restartTask restarts one task, on the worker that runs it. Source: DistributedHerder.restartTask.
func (p *proc) restartTask(ctx context.Context, id connectors.TaskID) error {
	const text = "Cannot restart task since it is not assigned to this member"
	m := p.m
	if err := p.settles(ctx); err != nil {
		return err
	}
	switch {
	case !m.configs.Contains(id.Connector):
		return notFound("Unknown connector: %s", id.Connector)
	case m.configs.TaskConfig(id) == nil:
		return notFound("Unknown task: %s", id)
	}
	s := m.slot(id.Connector)
	if _, granted := s.grantedTasks[id.Task]; !granted {
		if m.leads() {
			return &coord.ElsewhereError{Text: text, URL: m.ownerURL(id)}
		}
		return m.notLeader(text)
	}
	if x := s.tasks[id.Task]; x != nil {
		x.stale = true
	}
	if err := p.reconciled(s); err != nil {
		return err
	}
	if x := s.tasks[id.Task]; x != nil && x.failure != nil {
		return &coord.RequestError{Status: http.StatusInternalServerError, Text: "Failed to start task: " + id.String(), Err: x.failure}
	}
	return nil
}

// ownerURL is where a leader knows a connector or a task to run, "" where it does not.
func (m *machine) ownerURL(id connectors.TaskID) string {
	o := m.member.View().Owners
	switch {
	case o == nil:
		return ""
	case id.Task == connectors.ConnectorTask:
		return o.Connector(id.Connector)
	}
	return o.Task(id)
}
