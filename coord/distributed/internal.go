package distributed

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/millrace/millrace/connectors"
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

// FenceZombies implements coord.Herder. Workers of Java ask for it that have exactly-once support for
// sources, which this one does not have, so it fails their task with the reason.
func (h *Herder) FenceZombies(ctx context.Context, name string, s coord.Signature) error {
	return h.do(ctx, func(p *proc) error {
		if err := p.m.verify(s); err != nil {
			return err
		}
		if err := p.leading(ctx, "Only the leader may perform zombie fencing."); err != nil {
			return err
		}
		if !p.m.configs.Contains(name) {
			return notFound("Connector %s not found", name)
		}
		if p.classOf(p.m.configs.Config(name)).Kind != connectors.KindSource {
			return coord.Errorf(http.StatusBadRequest, "Connector %s is not a source connector", name)
		}
		return coord.Errorf(http.StatusInternalServerError, "This worker leads the cluster and cannot fence producers: set exactly.once.source.support=disabled on all workers, "+
			"or let a worker lead that supports exactly-once sources.")
	})
}

// SetClusterLoggerLevel implements coord.ClusterLoggers. Source: DistributedHerder.setClusterLoggerLevel.
func (h *Herder) SetClusterLoggerLevel(ctx context.Context, logger, level string) error {
	return h.do(ctx, func(p *proc) error {
		return p.do("writing the level of logger "+logger+" to the config topic", func(ctx context.Context, on env) error {
			return on.configs.PutLoggerLevel(ctx, logger, level)
		})
	})
}
