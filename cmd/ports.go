package cmd

import (
	"context"
	"sync/atomic"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/engine"
)

// The engine is what coord drives.
var _ coord.Worker = (*engine.Worker)(nil)

// control is what the engine sees of the control plane. The engine is made first, since what the brokers and
// the ports say comes before there is a herder; nothing runs, and so nothing calls, until it is set.
type control struct {
	plane atomic.Pointer[plane]
}

// plane is a herder, with the store of source offsets.
type plane struct {
	topics  engine.TopicTracker
	offsets engine.OffsetStore
}

var (
	_ engine.TopicTracker = (*control)(nil)
	_ engine.OffsetStore  = (*control)(nil)
)

func (c *control) set(topics engine.TopicTracker, offsets engine.OffsetStore) {
	c.plane.Store(&plane{topics, offsets})
}

// TopicUsed implements engine.TopicTracker.
func (c *control) TopicUsed(id connectors.TaskID, topic string) {
	c.plane.Load().topics.TopicUsed(id, topic)
}

// Get implements engine.OffsetStore.
func (c *control) Get(ctx context.Context, connector string, partitions []connectors.OffsetMap) ([]connectors.OffsetMap, error) {
	return c.plane.Load().offsets.Get(ctx, connector, partitions)
}

// Set implements engine.OffsetStore.
func (c *control) Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	return c.plane.Load().offsets.Set(ctx, connector, offsets)
}
