package standalone

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/validation"
)

// KafkaClusterID implements coord.Herder.
func (h *Herder) KafkaClusterID(ctx context.Context) (string, error) {
	return h.opt.Worker.KafkaClusterID(ctx)
}

// Connectors implements coord.Herder.
func (h *Herder) Connectors(ctx context.Context) ([]string, error) {
	return read(ctx, h, func(m *machine) ([]string, error) {
		names := []string{}
		for name, s := range m.slots {
			if s.c != nil {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return names, nil
	})
}

// ConnectorInfo implements coord.Herder.
func (h *Herder) ConnectorInfo(ctx context.Context, name string) (*coord.ConnectorInfo, error) {
	return read(ctx, h, func(m *machine) (*coord.ConnectorInfo, error) {
		c := m.connector(name)
		if c == nil {
			return nil, notFound("Connector %s not found", name)
		}
		return c.info(), nil
	})
}

// ConnectorConfig implements coord.Herder.
func (h *Herder) ConnectorConfig(ctx context.Context, name string) (map[string]string, error) {
	info, err := h.ConnectorInfo(ctx, name)
	if err != nil {
		return nil, err
	}
	return info.Config, nil
}

// TaskInfos implements coord.Herder.
func (h *Herder) TaskInfos(ctx context.Context, name string) ([]coord.TaskInfo, error) {
	return read(ctx, h, func(m *machine) ([]coord.TaskInfo, error) {
		c := m.connector(name)
		if c == nil {
			return nil, notFound("Connector %s not found", name)
		}
		out := make([]coord.TaskInfo, len(c.tasks))
		for i, id := range c.taskIDs() {
			out[i] = coord.TaskInfo{ID: id, Config: maps.Clone(c.tasks[i])}
		}
		return out, nil
	})
}

// ConnectorStatus implements coord.Herder.
func (h *Herder) ConnectorStatus(ctx context.Context, name string) (*coord.ConnectorStatus, error) {
	return read(ctx, h, func(m *machine) (*coord.ConnectorStatus, error) {
		c := m.connector(name)
		if c == nil || c.status == nil {
			return nil, notFound("No status found for connector %s", name)
		}
		return m.connectorStatus(c), nil
	})
}

// TaskStatus implements coord.Herder.
func (h *Herder) TaskStatus(ctx context.Context, id connectors.TaskID) (*coord.TaskStatus, error) {
	return read(ctx, h, func(m *machine) (*coord.TaskStatus, error) {
		c := m.connector(id.Connector)
		if c == nil || c.taskStatus[id.Task] == nil {
			return nil, notFound("No status found for task %s", id)
		}
		return &coord.TaskStatus{ID: id.Task, InstanceStatus: *c.taskStatus[id.Task]}, nil
	})
}

// PutConnector implements coord.Herder.
func (h *Herder) PutConnector(ctx context.Context, name string, config map[string]string, initial connectors.TargetState, replace bool) (created bool, info *coord.ConnectorInfo, err error) {
	r := create{name: name, config: maps.Clone(config), initial: initial, replace: replace}
	type put struct {
		created bool
		info    *coord.ConnectorInfo
	}
	got, err := operate(ctx, h, func(p *proc) (out put, err error) {
		out.created, out.info, err = p.put(ctx, r)
		return out, err
	})
	return got.created, got.info, err
}

// PatchConnector implements coord.Herder.
func (h *Herder) PatchConnector(ctx context.Context, name string, changes map[string]*string) (*coord.ConnectorInfo, error) {
	changes = maps.Clone(changes)
	return operate(ctx, h, func(p *proc) (*coord.ConnectorInfo, error) { return p.patch(ctx, name, changes) })
}

// DeleteConnector implements coord.Herder.
func (h *Herder) DeleteConnector(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error { return p.remove(name) })
}

// PauseConnector implements coord.Herder.
func (h *Herder) PauseConnector(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error {
		return p.target(name, connectors.TargetPaused, notFound("Unknown connector %s", name))
	})
}

// ResumeConnector implements coord.Herder.
func (h *Herder) ResumeConnector(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error {
		return p.target(name, connectors.TargetStarted, notFound("Unknown connector %s", name))
	})
}

// StopConnector implements coord.Herder.
func (h *Herder) StopConnector(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error {
		return p.target(name, connectors.TargetStopped, coord.Errorf(http.StatusInternalServerError, "No connector `%s` configured", name))
	})
}

// RestartConnector implements coord.Herder.
func (h *Herder) RestartConnector(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error { return p.restartConnector(name) })
}

// Restart implements coord.Herder.
func (h *Herder) Restart(ctx context.Context, r coord.RestartRequest) (*coord.ConnectorStatus, error) {
	return operate(ctx, h, func(p *proc) (*coord.ConnectorStatus, error) { return p.restart(r) })
}

// RestartTask implements coord.Herder.
func (h *Herder) RestartTask(ctx context.Context, id connectors.TaskID) error {
	return h.do(ctx, func(p *proc) error { return p.restartTask(id) })
}

// ActiveTopics implements coord.Herder.
func (h *Herder) ActiveTopics(ctx context.Context, name string) ([]string, error) {
	return read(ctx, h, func(m *machine) ([]string, error) { return m.topics.list(name), nil })
}

// ResetActiveTopics implements coord.Herder.
func (h *Herder) ResetActiveTopics(ctx context.Context, name string) error {
	_, err := read(ctx, h, func(m *machine) (struct{}, error) {
		m.topics.forget(name)
		return struct{}{}, nil
	})
	return err
}

// Offsets implements coord.Herder.
func (h *Herder) Offsets(ctx context.Context, name string) ([]coord.Offset, error) {
	return operate(ctx, h, func(p *proc) ([]coord.Offset, error) { return p.offsets(ctx, name) })
}

// AlterOffsets implements coord.Herder.
func (h *Herder) AlterOffsets(ctx context.Context, name string, offsets []coord.Offset) (message string, err error) {
	if len(offsets) == 0 {
		return "", coord.Errorf(http.StatusBadRequest, "Partitions / offsets need to be provided for an alter offsets request")
	}
	return operate(ctx, h, func(p *proc) (string, error) { return p.modifyOffsets(name, offsets, false) })
}

// ResetOffsets implements coord.Herder.
func (h *Herder) ResetOffsets(ctx context.Context, name string) (message string, err error) {
	return operate(ctx, h, func(p *proc) (string, error) { return p.modifyOffsets(name, nil, true) })
}

// Plugins implements coord.Herder.
func (h *Herder) Plugins() []connectors.PluginInfo { return h.opt.Worker.Plugins() }

// PluginConfig implements coord.Herder.
func (h *Herder) PluginConfig(plugin, version string) ([]config.Key, error) {
	keys, err := h.opt.Worker.PluginConfig(plugin, version)
	return keys, coord.AsRequestError(err)
}

// Validate implements coord.Herder.
func (h *Herder) Validate(ctx context.Context, props map[string]string, nulls ...string) (*connectors.Validation, error) {
	props, nulls = maps.Clone(props), slices.Clone(nulls)
	return operate(ctx, h, func(p *proc) (*connectors.Validation, error) { return validation.Report(ctx, p.Proc, props, nulls) })
}

// PutTaskConfigs implements coord.Herder.
func (h *Herder) PutTaskConfigs(context.Context, string, []map[string]string, coord.Signature) error {
	return coord.Errorf(http.StatusInternalServerError, "Kafka Connect in standalone mode does not support externally setting task configurations.")
}

// FenceZombies implements coord.Herder.
func (h *Herder) FenceZombies(context.Context, string, coord.Signature) error {
	return coord.Errorf(http.StatusInternalServerError, "Kafka Connect in standalone mode does not support exactly-once source connectors.")
}
