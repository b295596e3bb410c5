package distributed

import (
	"context"
	"maps"
	"slices"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// verify checks the signature of another worker's request. Source: DistributedHerder.requestNotSignedProperly.
func (m *machine) verify(s coord.Signature) error {
	if !m.protocol.Signed() {
		return nil
	}
	return group.Verify(s, m.configs.SessionKey(), m.o.Signatures)
}

// PutTaskConfigs implements coord.Herder.
func (h *Herder) PutTaskConfigs(ctx context.Context, name string, configs []map[string]string, s coord.Signature) error {
	configs = slices.Clone(configs)
	for i := range configs {
		configs[i] = maps.Clone(configs[i])
	}
	return h.do(ctx, func(p *proc) error { return p.putTasks(ctx, name, configs, s) })
}

// putTasks writes task configs that another worker's connector made. Source: DistributedHerder.putTaskConfigs.
func (p *proc) putTasks(ctx context.Context, name string, configs []map[string]string, s coord.Signature) error {
	if err := p.m.verify(s); err != nil {
		return err
	}
	return p.change(ctx, name, func() error {
		if err := p.leading(ctx, "Only the leader may write task configurations."); err != nil {
			return err
		}
		if !p.m.configs.Contains(name) {
			return notFound("Connector %s not found", name)
		}
		return nil
	}, func(slot *slot) error { return p.writeTasksLocked(slot, configs) })
}

// SetClusterLoggerLevel implements coord.ClusterLoggers. Source: DistributedHerder.setClusterLoggerLevel.
func (h *Herder) SetClusterLoggerLevel(ctx context.Context, logger, level string) error {
	return h.do(ctx, func(p *proc) error {
		return p.do("writing the level of logger "+logger+" to the config topic", func(ctx context.Context, on env) error {
			return on.configs.PutLoggerLevel(ctx, logger, level)
		})
	})
}
