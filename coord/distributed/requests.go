package distributed

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
	return h.o.Worker.KafkaClusterID(ctx)
}

// Connectors implements coord.Herder.
func (h *Herder) Connectors(ctx context.Context) ([]string, error) {
	return operate(ctx, h, func(p *proc) ([]string, error) { return p.m.configs.Connectors(), nil })
}

// ConnectorInfo implements coord.Herder.
func (h *Herder) ConnectorInfo(ctx context.Context, name string) (*coord.ConnectorInfo, error) {
	return operate(ctx, h, func(p *proc) (*coord.ConnectorInfo, error) {
		configs := p.m.configs
		if !configs.Contains(name) {
			return nil, notFound("Connector %s not found", name)
		}
		of := p.classOf(configs.Config(name))
		return &coord.ConnectorInfo{Name: name, Config: maps.Clone(configs.Config(name)), Tasks: configs.Tasks(name), Kind: of.Kind}, nil
	})
}

// ConnectorConfig implements coord.Herder.
func (h *Herder) ConnectorConfig(ctx context.Context, name string) (map[string]string, error) {
	return operate(ctx, h, func(p *proc) (map[string]string, error) {
		if !p.m.configs.Contains(name) {
			return nil, notFound("Connector %s not found", name)
		}
		return maps.Clone(p.m.configs.Config(name)), nil
	})
}

// TaskInfos implements coord.Herder.
func (h *Herder) TaskInfos(ctx context.Context, name string) ([]coord.TaskInfo, error) {
	return operate(ctx, h, func(p *proc) ([]coord.TaskInfo, error) {
		configs := p.m.configs
		if !configs.Contains(name) {
			return nil, notFound("Connector %s not found", name)
		}
		out := []coord.TaskInfo{}
		for _, id := range configs.Tasks(name) {
			out = append(out, coord.TaskInfo{ID: id, Config: maps.Clone(configs.TaskConfig(id))})
		}
		return out, nil
	})
}

// ConnectorStatus implements coord.Herder.
func (h *Herder) ConnectorStatus(ctx context.Context, name string) (*coord.ConnectorStatus, error) {
	return operate(ctx, h, func(p *proc) (*coord.ConnectorStatus, error) {
		of := p.classOf(p.m.configs.Config(name))
		if s := p.m.status(name, of.Kind); s != nil {
			return s, nil
		}
		return nil, notFound("No status found for connector %s", name)
	})
}

// TaskStatus implements coord.Herder.
func (h *Herder) TaskStatus(ctx context.Context, id connectors.TaskID) (*coord.TaskStatus, error) {
	return operate(ctx, h, func(*proc) (*coord.TaskStatus, error) {
		s := h.o.Statuses.Task(id)
		if s == nil {
			return nil, notFound("No status found for task %s", id)
		}
		return &coord.TaskStatus{ID: id.Task, InstanceStatus: instanceStatus(s)}, nil
	})
}

// PutConnector implements coord.Herder.
func (h *Herder) PutConnector(ctx context.Context, name string, config map[string]string, initial connectors.TargetState, replace bool) (isNew bool, info *coord.ConnectorInfo, err error) {
	r := create{name: name, config: maps.Clone(config), initial: initial, replace: replace}
	got, err := operate(ctx, h, func(p *proc) (created, error) { return p.put(ctx, r) })
	return got.isNew, got.info, err
}

// PatchConnector implements coord.Herder.
func (h *Herder) PatchConnector(ctx context.Context, name string, changes map[string]*string) (*coord.ConnectorInfo, error) {
	changes = maps.Clone(changes)
	return operate(ctx, h, func(p *proc) (*coord.ConnectorInfo, error) { return p.patch(ctx, name, changes) })
}

// DeleteConnector implements coord.Herder.
func (h *Herder) DeleteConnector(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error { return p.remove(ctx, name) })
}

// PauseConnector implements coord.Herder.
func (h *Herder) PauseConnector(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error { return p.setTarget(ctx, name, connectors.TargetPaused) })
}

// ResumeConnector implements coord.Herder.
func (h *Herder) ResumeConnector(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error { return p.setTarget(ctx, name, connectors.TargetStarted) })
}

// StopConnector implements coord.Herder.
func (h *Herder) StopConnector(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error { return p.stopConnector(ctx, name) })
}

// RestartConnector implements coord.Herder.
func (h *Herder) RestartConnector(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error { return p.restartConnector(ctx, name) })
}

// Restart implements coord.Herder.
func (h *Herder) Restart(ctx context.Context, r coord.RestartRequest) (*coord.ConnectorStatus, error) {
	return operate(ctx, h, func(p *proc) (*coord.ConnectorStatus, error) { return p.restart(ctx, r) })
}

// RestartTask implements coord.Herder.
func (h *Herder) RestartTask(ctx context.Context, id connectors.TaskID) error {
	return h.do(ctx, func(p *proc) error { return p.restartTask(ctx, id) })
}

// ActiveTopics implements coord.Herder.
func (h *Herder) ActiveTopics(ctx context.Context, name string) ([]string, error) {
	return operate(ctx, h, func(*proc) ([]string, error) {
		names := []string{}
		for _, t := range h.o.Statuses.Topics(name) {
			names = append(names, t.Topic)
		}
		slices.Sort(names)
		return names, nil
	})
}

// ResetActiveTopics implements coord.Herder.
func (h *Herder) ResetActiveTopics(ctx context.Context, name string) error {
	return h.do(ctx, func(p *proc) error {
		p.m.forgetTopics(name)
		return nil
	})
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
	offsets = slices.Clone(offsets)
	return operate(ctx, h, func(p *proc) (string, error) { return p.modifyOffsets(ctx, name, offsets, false) })
}

// ResetOffsets implements coord.Herder.
func (h *Herder) ResetOffsets(ctx context.Context, name string) (message string, err error) {
	return operate(ctx, h, func(p *proc) (string, error) { return p.modifyOffsets(ctx, name, nil, true) })
}

// Plugins implements coord.Herder.
func (h *Herder) Plugins() []connectors.PluginInfo { return h.o.Worker.Plugins() }

// PluginConfig implements coord.Herder.
func (h *Herder) PluginConfig(plugin, version string) ([]config.Key, error) {
	keys, err := h.o.Worker.PluginConfig(plugin, version)
	return keys, coord.AsRequestError(err)
}

// Validate implements coord.Herder.
func (h *Herder) Validate(ctx context.Context, props map[string]string, nulls ...string) (*connectors.Validation, error) {
	props, nulls = maps.Clone(props), slices.Clone(nulls)
	return operate(ctx, h, func(p *proc) (*connectors.Validation, error) { return validation.Report(ctx, p.Proc, props, nulls) })
}
