package distributed

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
	"github.com/millrace/millrace/coord/internal/offsets"
)

// alterTimeout is how long a change of offsets may take. Source: RestServer.DEFAULT_REST_REQUEST_TIMEOUT_MS.
const alterTimeout = 90 * time.Second

// offsets reads a connector's offsets. Source: Worker.connectorOffsets.
func (p *proc) offsets(ctx context.Context, name string) ([]coord.Offset, error) {
	m := p.m
	if !m.configs.Contains(name) {
		return nil, notFound("Connector %s not found", name)
	}
	config := m.configs.Config(name)
	sink := p.classOf(config).kind == connectors.KindSink
	return coroutine.CallPlugin(ctx, p.Proc, "reading the offsets of connector "+name, func(ctx context.Context, on env) ([]coord.Offset, error) {
		if !sink {
			return on.offsets.All(ctx, name)
		}
		committed, err := on.worker.SinkOffsets(ctx, name, config)
		if err != nil {
			return nil, err
		}
		return offsets.OfSink(committed), nil
	})
}

// modifiable checks whether a connector's offsets may be changed now.
// Source: DistributedHerder.modifyConnectorOffsetsChecks.
func (p *proc) modifiable(ctx context.Context, name string) error {
	m := p.m
	if err := p.settles(ctx); err != nil {
		return err
	}
	if err := p.leading(ctx, "Only the leader can process external offsets modification requests"); err != nil {
		return err
	}
	if err := p.readToEnd(); err != nil {
		return &coord.RequestError{Status: http.StatusInternalServerError, Text: "Failed to read to end of config topic before modifying connector offsets", Err: err}
	}
	if err := p.settles(ctx); err != nil { // what was read may have asked for a round
		return err
	}
	if !m.configs.Contains(name) {
		return notFound("Connector %s not found", name)
	}
	if m.configs.Target(name) != connectors.TargetStopped || m.configs.TaskCount(name) != 0 {
		return coord.Errorf(http.StatusBadRequest, "Connectors must be in the STOPPED state before their offsets can be modified. This can be done "+
			"for the specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint", name)
	}
	return nil
}

// modifyOffsets alters a stopped connector's offsets, or resets all of them. Nobody writes the connector's
// configs on this worker meanwhile. Source: DistributedHerder.modifyConnectorOffsets.
func (p *proc) modifyOffsets(ctx context.Context, name string, wanted []coord.Offset, reset bool) (message string, err error) {
	m := p.m
	err = p.change(ctx, name, func() error { return p.modifiable(ctx, name) }, func(*slot) error {
		config := m.configs.Config(name)
		kind := p.classOf(config).kind
		change := p.alterSource
		if kind == connectors.KindSink {
			change = p.alterSink
		}
		handled, err := change(name, config, wanted, reset)
		if errors.Is(err, context.DeadlineExceeded) {
			err = coord.Errorf(http.StatusInternalServerError, "Timed out while calling the 'alterOffsets' method for %s connector %s", kind, name)
		}
		message = offsets.Modified(handled, reset)
		return err
	})
	return message, err
}

// alterSource changes a source's offsets: the plugin first, then the store.
// Source: Worker.modifySourceConnectorOffsets.
func (p *proc) alterSource(name string, config map[string]string, wanted []coord.Offset, reset bool) (handled bool, err error) {
	if reset {
		partitions, err := coroutine.Call(p.Proc, "reading the offsets of connector "+name, func(ctx context.Context, on env) ([]connectors.OffsetMap, error) {
			return on.offsets.Partitions(ctx, name)
		})
		if err != nil {
			return false, err
		}
		for _, partition := range partitions {
			wanted = append(wanted, coord.Offset{Partition: partition})
		}
	}
	if wanted, err = offsets.Distinct(wanted); err != nil {
		return false, err
	}
	handled, err = p.alter(name, func(ctx context.Context, on env) (bool, error) {
		return on.worker.AlterSourceOffsets(ctx, name, config, slices.Clone(wanted))
	})
	if err != nil {
		return false, err
	}
	return coroutine.Call(p.Proc, "storing the offsets of connector "+name, func(ctx context.Context, on env) (bool, error) {
		return handled, on.offsets.Set(ctx, name, wanted)
	})
}

// alterSink changes the offsets of a sink's consumer group. Source: Worker.modifySinkConnectorOffsets.
func (p *proc) alterSink(name string, config map[string]string, wanted []coord.Offset, reset bool) (handled bool, err error) {
	if reset {
		return p.alter(name, func(ctx context.Context, on env) (bool, error) {
			return on.worker.ResetSinkOffsets(ctx, name, config)
		})
	}
	parsed, err := connectors.ParseSinkOffsets(wanted)
	if err != nil {
		return false, err
	}
	return p.alter(name, func(ctx context.Context, on env) (bool, error) {
		return on.worker.AlterSinkOffsets(ctx, name, config, parsed)
	})
}

// alter calls the plugin, within Java's time. Source: Worker.updateTimerAndCheckExpiry.
func (p *proc) alter(name string, f func(ctx context.Context, on env) (bool, error)) (handled bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), alterTimeout)
	defer cancel()
	return coroutine.CallPlugin(ctx, p.Proc, "changing the offsets of connector "+name, f)
}
