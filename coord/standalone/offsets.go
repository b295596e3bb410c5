package standalone

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

// OffsetStore keeps source offsets; the stores of coord/store are such.
type OffsetStore interface {
	// All returns every partition of a connector that has an offset, Partitions the same without
	// reading the offsets.
	All(ctx context.Context, connector string) ([]connectors.PartitionOffset, error)
	Partitions(ctx context.Context, connector string) ([]connectors.OffsetMap, error)
	// Set makes offsets durable; a null one removes the partition.
	Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error
	Close() error
}

// offsets reads a connector's offsets. Source: Worker.connectorOffsets.
func (p *proc) offsets(ctx context.Context, name string) ([]coord.Offset, error) {
	c := p.m.connector(name)
	if c == nil {
		return nil, notFound("Connector %s not found", name)
	}
	config := c.config
	if c.kind != connectors.KindSink {
		return coroutine.CallPlugin(ctx, p.Proc, "reading the offsets of connector "+name, func(ctx context.Context, on env) ([]coord.Offset, error) {
			return on.offsets.All(ctx, name)
		})
	}
	return coroutine.CallPlugin(ctx, p.Proc, "reading the offsets of connector "+name, func(ctx context.Context, on env) ([]coord.Offset, error) {
		committed, err := on.worker.SinkOffsets(ctx, name, config)
		if err != nil {
			return nil, err
		}
		return offsets.OfSink(committed), nil
	})
}

// modifyOffsets alters a stopped connector's offsets, or resets all of them. The slot is held until they
// are stored, so that nothing can be started with the old ones.
// Source: StandaloneHerder.modifyConnectorOffsets.
func (p *proc) modifyOffsets(name string, wanted []coord.Offset, reset bool) (message string, err error) {
	s, c, err := p.take(name, notFound("Connector %s not found", name))
	if err != nil {
		return "", err
	}
	defer p.release(s, &s.ops)
	if c.target != connectors.TargetStopped || len(c.tasks) > 0 {
		return "", coord.Errorf(http.StatusBadRequest, "Connectors must be in the STOPPED state before their offsets can be modified. This can be done "+
			"for the specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint", name)
	}
	change := p.alterSource
	if c.kind == connectors.KindSink {
		change = p.alterSink
	}
	handled, err := change(c, wanted, reset)
	if err != nil {
		return "", err
	}
	return offsets.Modified(handled, reset), nil
}

// alterSource changes a source's offsets: the plugin first, then the store.
// Source: Worker.modifySourceConnectorOffsets.
func (p *proc) alterSource(c *connector, wanted []coord.Offset, reset bool) (handled bool, err error) {
	name, config := c.name, c.config
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
	handled, err = p.alter(c, func(ctx context.Context, on env) (bool, error) {
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
func (p *proc) alterSink(c *connector, wanted []coord.Offset, reset bool) (handled bool, err error) {
	name, config := c.name, c.config
	if reset {
		return p.alter(c, func(ctx context.Context, on env) (bool, error) {
			return on.worker.ResetSinkOffsets(ctx, name, config)
		})
	}
	parsed, err := connectors.ParseSinkOffsets(wanted)
	if err != nil {
		return false, err
	}
	return p.alter(c, func(ctx context.Context, on env) (bool, error) {
		return on.worker.AlterSinkOffsets(ctx, name, config, parsed)
	})
}

// alter calls the plugin, within Java's time. Source: Worker.updateTimerAndCheckExpiry.
func (p *proc) alter(c *connector, f func(ctx context.Context, on env) (bool, error)) (handled bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), alterTimeout)
	defer cancel()
	handled, err = coroutine.CallPlugin(ctx, p.Proc, "changing the offsets of connector "+c.name, f)
	if errors.Is(err, context.DeadlineExceeded) {
		err = coord.Errorf(http.StatusInternalServerError, "Timed out while calling the 'alterOffsets' method for %s connector %s", c.kind, c.name)
	}
	return handled, err
}
