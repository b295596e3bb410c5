package standalone

import (
	"net/http"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// restartConnector restarts the connector alone. Source: StandaloneHerder.restartConnector.
func (p *proc) restartConnector(name string) error {
	s, c, err := p.take(name, notFound("Connector %s not found", name))
	if err != nil {
		return err
	}
	p.stopConnector(c)
	run, err := p.startConnector(c, true)
	p.release(s, &s.ops)
	if err == nil {
		err = p.awaitState(c, run)
	}
	if err == nil {
		err = p.updateNow(s, c, run)
	}
	return err
}

// restart restarts what a request names. Source: StandaloneHerder.restartConnectorAndTasks.
func (p *proc) restart(r coord.RestartRequest) (*coord.ConnectorStatus, error) {
	s, c, err := p.take(r.Connector, notFound("Unknown connector: %s", r.Connector))
	if err != nil {
		return nil, err
	}
	defer p.release(s, &s.ops)
	if c.status == nil {
		return nil, notFound("Status for connector %s not found", r.Connector)
	}
	plan := r.Plan(p.m.connectorStatus(c))
	ids := make([]connectors.TaskID, len(plan.Tasks))
	for i, n := range plan.Tasks {
		ids[i] = connectors.TaskID{Connector: c.name, Task: n}
	}
	p.m.log.Info("restarting", "connector", c.name, "connector_too", plan.Connector, "tasks", len(ids), "of", len(c.tasks))
	if plan.Connector {
		p.stopConnector(c)
		c.status = p.m.instanceStatus(c, connectors.Restarting, "", false)
	}
	p.stopTasks(c, ids)
	for _, id := range ids {
		c.taskStatus[id.Task] = p.m.instanceStatus(c, connectors.Restarting, "", false)
	}
	if plan.Connector {
		_, _ = p.startConnector(c, false) // shows in the connector's state
	}
	_ = p.startTasks(c, ids) // shows in the tasks' states
	return plan.Status, nil
}

// restartTask restarts one task. Source: StandaloneHerder.restartTask.
func (p *proc) restartTask(id connectors.TaskID) error {
	s, c, err := p.take(id.Connector, notFound("Connector %s not found", id.Connector))
	if err != nil {
		return err
	}
	defer p.release(s, &s.ops)
	if id.Task < 0 || id.Task >= len(c.tasks) {
		return notFound("Task %s not found", id)
	}
	ids := []connectors.TaskID{id}
	p.stopTasks(c, ids)
	if err := p.startTasks(c, ids); err != nil {
		return &coord.RequestError{Status: http.StatusInternalServerError, Text: "Failed to start task: " + id.String(), Err: err}
	}
	return nil
}
