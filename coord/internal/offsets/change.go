package offsets

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/internal/coroutine"
)

// alterMax is how long a plugin may take over a change. Source: RestServer.DEFAULT_REST_REQUEST_TIMEOUT_MS.
const alterMax = 90 * time.Second

// Store keeps source offsets; the stores of coord/store are such.
type Store interface {
	// All returns every partition of a connector that has an offset, Partitions the same without
	// reading the offsets.
	All(ctx context.Context, connector string) ([]connectors.PartitionOffset, error)
	Partitions(ctx context.Context, connector string) ([]connectors.OffsetMap, error)
	// Set makes offsets durable; a null one removes the partition.
	Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error
	Close() error
}

// Env is what the effects of these operations work on.
type Env interface {
	Worker() coord.Worker
	Offsets() Store
}

// Connector is whose offsets are read or changed, as it was when that began.
type Connector struct {
	Name   string
	Config map[string]string
	Kind   connectors.Kind
}

// Read returns a connector's offsets. ctx is the request's. Source: Worker.connectorOffsets.
func Read[E Env](ctx context.Context, p *coroutine.Proc[E], c Connector) ([]coord.Offset, error) {
	return coroutine.CallPlugin(ctx, p, "reading the offsets of connector "+c.Name, func(ctx context.Context, on E) ([]coord.Offset, error) {
		if c.Kind != connectors.KindSink {
			return on.Offsets().All(ctx, c.Name)
		}
		committed, err := on.Worker().SinkOffsets(ctx, c.Name, c.Config)
		if err != nil {
			return nil, err
		}
		return ofSink(committed), nil
	})
}

// NotStopped is the refusal to change the offsets of a connector that may run.
func NotStopped(name string) error {
	return coord.Errorf(http.StatusBadRequest, "Connectors must be in the STOPPED state before their offsets can be modified. This can be done "+
		"for the specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint", name)
}

// Modify alters a stopped connector's offsets, or resets all of them, and returns the message for the
// client. Nothing of the connector may be started meanwhile.
// Source: Worker.modifyConnectorOffsets.
func Modify[E Env](p *coroutine.Proc[E], c Connector, wanted []coord.Offset, reset bool) (message string, err error) {
	change := modifySource[E]
	if c.Kind == connectors.KindSink {
		change = modifySink[E]
	}
	handled, err := change(p, c, wanted, reset)
	if errors.Is(err, context.DeadlineExceeded) {
		err = coord.Errorf(http.StatusInternalServerError, "Timed out while calling the 'alterOffsets' method for %s connector %s", c.Kind, c.Name)
	}
	if err != nil {
		return "", err
	}
	return modified(handled, reset), nil
}

// modifySource changes a source's offsets: the plugin first, then the store.
// Source: Worker.modifySourceConnectorOffsets.
func modifySource[E Env](p *coroutine.Proc[E], c Connector, wanted []coord.Offset, reset bool) (handled bool, err error) {
	if reset {
		partitions, err := coroutine.Call(p, "reading the offsets of connector "+c.Name, func(ctx context.Context, on E) ([]connectors.OffsetMap, error) {
			return on.Offsets().Partitions(ctx, c.Name)
		})
		if err != nil {
			return false, err
		}
		for _, partition := range partitions {
			wanted = append(wanted, coord.Offset{Partition: partition})
		}
	}
	if wanted, err = distinct(wanted); err != nil {
		return false, err
	}
	handled, err = alter(p, c.Name, func(ctx context.Context, on E) (bool, error) {
		return on.Worker().AlterSourceOffsets(ctx, c.Name, c.Config, slices.Clone(wanted))
	})
	if err != nil {
		return false, err
	}
	return coroutine.Call(p, "storing the offsets of connector "+c.Name, func(ctx context.Context, on E) (bool, error) {
		return handled, on.Offsets().Set(ctx, c.Name, wanted)
	})
}

// modifySink changes the offsets of a sink's consumer group. Source: Worker.modifySinkConnectorOffsets.
func modifySink[E Env](p *coroutine.Proc[E], c Connector, wanted []coord.Offset, reset bool) (handled bool, err error) {
	if reset {
		return alter(p, c.Name, func(ctx context.Context, on E) (bool, error) {
			return on.Worker().ResetSinkOffsets(ctx, c.Name, c.Config)
		})
	}
	parsed, err := connectors.ParseSinkOffsets(wanted)
	if err != nil {
		return false, err
	}
	return alter(p, c.Name, func(ctx context.Context, on E) (bool, error) {
		return on.Worker().AlterSinkOffsets(ctx, c.Name, c.Config, parsed)
	})
}

// alter calls the plugin, within Java's time. Source: Worker.updateTimerAndCheckExpiry.
func alter[E Env](p *coroutine.Proc[E], name string, f func(ctx context.Context, on E) (bool, error)) (handled bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), alterMax)
	defer cancel()
	return coroutine.CallPlugin(ctx, p, "changing the offsets of connector "+name, f)
}
