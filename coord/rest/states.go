package rest

import (
	"context"
	"net/http"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
)

// status serves GET /connectors/{connector}/status.
func (a *api) status(ctx context.Context, c *call) (answer, error) {
	s, err := a.herder.ConnectorStatus(ctx, c.name())
	if err != nil {
		return answer{}, err
	}
	return answer{body: stateOf(s)}, nil
}

// pause serves PUT /connectors/{connector}/pause.
func (a *api) pause(ctx context.Context, c *call) (answer, error) {
	return answer{status: http.StatusAccepted}, a.herder.PauseConnector(ctx, c.name())
}

// resume serves PUT /connectors/{connector}/resume.
func (a *api) resume(ctx context.Context, c *call) (answer, error) {
	return answer{status: http.StatusAccepted}, a.herder.ResumeConnector(ctx, c.name())
}

// stop serves PUT /connectors/{connector}/stop.
func (a *api) stop(ctx context.Context, c *call) (answer, error) {
	return answer{status: http.StatusNoContent}, a.herder.StopConnector(ctx, c.name())
}

// restart serves POST /connectors/{connector}/restart: without parameters the connector instance alone, as
// releases did that had none. Source: ConnectorsResource.restartConnector.
func (a *api) restart(ctx context.Context, c *call) (answer, error) {
	r := coord.RestartRequest{Connector: c.name(), IncludeTasks: c.query.boolean("includeTasks"), OnlyFailed: c.query.boolean("onlyFailed")}
	if !r.IncludeTasks && !r.OnlyFailed {
		return answer{status: http.StatusNoContent}, a.herder.RestartConnector(ctx, r.Connector)
	}
	s, err := a.herder.Restart(ctx, r)
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusAccepted, body: stateOf(s)}, nil
}

// tasks serves GET /connectors/{connector}/tasks.
func (a *api) tasks(ctx context.Context, c *call) (answer, error) {
	infos, err := a.herder.TaskInfos(ctx, c.name())
	if err != nil {
		return answer{}, err
	}
	tasks := tasksOf(infos)
	for i := range tasks {
		tasks[i].Config = c.seen(c.name(), tasks[i].Config)
	}
	return answer{body: tasks}, nil
}

// taskStatus serves GET /connectors/{connector}/tasks/{task}/status.
func (a *api) taskStatus(ctx context.Context, c *call) (answer, error) {
	task, err := c.task()
	if err != nil {
		return answer{}, err
	}
	s, err := a.herder.TaskStatus(ctx, connectors.TaskID{Connector: c.name(), Task: task})
	if err != nil {
		return answer{}, err
	}
	return answer{body: taskStateOf(s)}, nil
}

// restartTask serves POST /connectors/{connector}/tasks/{task}/restart.
func (a *api) restartTask(ctx context.Context, c *call) (answer, error) {
	task, err := c.task()
	if err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusNoContent}, a.herder.RestartTask(ctx, connectors.TaskID{Connector: c.name(), Task: task})
}

// activeTopics serves GET /connectors/{connector}/topics. Source: ConnectorsResource.getConnectorActiveTopics.
func (a *api) activeTopics(ctx context.Context, c *call) (answer, error) {
	if !a.topicTracking {
		return answer{}, coord.Errorf(http.StatusForbidden, "Topic tracking is disabled.")
	}
	names, err := a.herder.ActiveTopics(ctx, c.name())
	if err != nil {
		return answer{}, err
	}
	return answer{body: map[string]topics{c.name(): {filledList(names)}}}, nil
}

// resetTopics serves PUT /connectors/{connector}/topics/reset.
// Source: ConnectorsResource.resetConnectorActiveTopics.
func (a *api) resetTopics(ctx context.Context, c *call) (answer, error) {
	switch {
	case !a.topicTracking:
		return answer{}, coord.Errorf(http.StatusForbidden, "Topic tracking is disabled.")
	case !a.topicReset:
		return answer{}, coord.Errorf(http.StatusForbidden, "Topic tracking reset is disabled.")
	}
	return answer{status: http.StatusAccepted}, a.herder.ResetActiveTopics(ctx, c.name())
}
