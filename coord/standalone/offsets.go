package standalone

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
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
		return callPlugin(ctx, p, "reading the offsets of connector "+name, func(ctx context.Context, on env) ([]coord.Offset, error) {
			return on.offsets.All(ctx, name)
		})
	}
	return callPlugin(ctx, p, "reading the offsets of connector "+name, func(ctx context.Context, on env) ([]coord.Offset, error) {
		committed, err := on.worker.SinkOffsets(ctx, name, config)
		if err != nil {
			return nil, err
		}
		return sinkOffsets(committed), nil
	})
}

// sinkOffsets lists committed offsets by topic and partition.
func sinkOffsets(committed map[connectors.TopicPartition]int64) []coord.Offset {
	order := make([]connectors.TopicPartition, 0, len(committed))
	for tp := range committed {
		order = append(order, tp)
	}
	slices.SortFunc(order, func(a, b connectors.TopicPartition) int {
		return cmp.Or(strings.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	out := make([]coord.Offset, len(order))
	for i, tp := range order {
		out[i] = connectors.SinkOffset(tp, committed[tp])
	}
	return out
}

// modifyOffsets alters a stopped connector's offsets, or resets all of them. The slot is held until they
// are stored, so that nothing can be started with the old ones.
// Source: StandaloneHerder.modifyConnectorOffsets.
func (p *proc) modifyOffsets(name string, offsets []coord.Offset, reset bool) (message string, err error) {
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
	handled, err := change(c, offsets, reset)
	if err != nil {
		return "", err
	}
	return modified(handled, reset), nil
}

// alterSource changes a source's offsets: the plugin first, then the store.
// Source: Worker.modifySourceConnectorOffsets.
func (p *proc) alterSource(c *connector, offsets []coord.Offset, reset bool) (handled bool, err error) {
	name, config := c.name, c.config
	if reset {
		partitions, err := call(p, "reading the offsets of connector "+name, func(ctx context.Context, on env) ([]connectors.OffsetMap, error) {
			return on.offsets.Partitions(ctx, name)
		})
		if err != nil {
			return false, err
		}
		for _, partition := range partitions {
			offsets = append(offsets, coord.Offset{Partition: partition})
		}
	}
	if offsets, err = distinct(offsets); err != nil {
		return false, err
	}
	handled, err = p.alter(c, func(ctx context.Context, on env) (bool, error) {
		return on.worker.AlterSourceOffsets(ctx, name, config, slices.Clone(offsets))
	})
	if err != nil {
		return false, err
	}
	return call(p, "storing the offsets of connector "+name, func(ctx context.Context, on env) (bool, error) {
		return handled, on.offsets.Set(ctx, name, offsets)
	})
}

// alterSink changes the offsets of a sink's consumer group. Source: Worker.modifySinkConnectorOffsets.
func (p *proc) alterSink(c *connector, offsets []coord.Offset, reset bool) (handled bool, err error) {
	name, config := c.name, c.config
	if reset {
		return p.alter(c, func(ctx context.Context, on env) (bool, error) {
			return on.worker.ResetSinkOffsets(ctx, name, config)
		})
	}
	parsed, err := connectors.ParseSinkOffsets(offsets)
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
	handled, err = callPlugin(ctx, p, "changing the offsets of connector "+c.name, f)
	if errors.Is(err, context.DeadlineExceeded) {
		err = coord.Errorf(http.StatusInternalServerError, "Timed out while calling the 'alterOffsets' method for %s connector %s", c.kind, c.name)
	}
	return handled, err
}

// distinct returns offsets as they read back from a store, the last one of each partition.
func distinct(offsets []coord.Offset) ([]coord.Offset, error) {
	at := make(map[string]int, len(offsets))
	out := make([]coord.Offset, 0, len(offsets))
	for _, o := range offsets {
		content, err := connectors.OffsetContent(o.Partition)
		if err != nil {
			return nil, err
		}
		if o.Partition, err = connectors.NormalizeOffsetMap(o.Partition); err != nil {
			return nil, err
		}
		if o.Offset, err = connectors.NormalizeOffsetMap(o.Offset); err != nil {
			return nil, err
		}
		if i, ok := at[content]; ok {
			out[i] = o
			continue
		}
		at[content] = len(out)
		out = append(out, o)
	}
	return out, nil
}

// modified is the message for the client. Source: Worker.completeModifyOffsetsCallback.
func modified(handled, reset bool) string {
	verb := "altered"
	if reset {
		verb = "reset"
	}
	if handled {
		return "The offsets for this connector have been " + verb + " successfully"
	}
	return "The Connect framework-managed offsets for this connector have been " + verb + " successfully. However, if this connector manages offsets " +
		"externally, they will need to be manually " + verb + " in the system that the connector uses."
}
