package cmd

import (
	"context"
	"sync/atomic"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/standalone"
	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/engine"
)

// The engine is what coord drives.
var _ coord.Worker = (*engine.Worker)(nil)

// control is what the engine sees of the control plane. The engine is made first, since what the brokers and
// the ports say comes before there is a herder; nothing runs, and so nothing calls, until both are set.
type control struct {
	herder  atomic.Pointer[standalone.Herder]
	offsets atomic.Pointer[store.File]
}

var (
	_ engine.TopicTracker = (*control)(nil)
	_ engine.OffsetStore  = (*control)(nil)
)

// TopicUsed implements engine.TopicTracker.
func (c *control) TopicUsed(id connectors.TaskID, topic string) { c.herder.Load().TopicUsed(id, topic) }

// Get implements engine.OffsetStore.
func (c *control) Get(ctx context.Context, connector string, partitions []connectors.OffsetMap) ([]connectors.OffsetMap, error) {
	return c.offsets.Load().Get(ctx, connector, partitions)
}

// Set implements engine.OffsetStore.
func (c *control) Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	return c.offsets.Load().Set(ctx, connector, offsets)
}
