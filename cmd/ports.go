package cmd

import (
	"context"
	"sync/atomic"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/distributed"
	"github.com/millrace/millrace/coord/store"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/produce"
)

// The engine is what coord drives.
var (
	_ coord.Worker = (*engine.Worker)(nil)
	_ coord.Fencer = (*engine.Worker)(nil)
)

// control is what the engine sees of the control plane. The engine is made first, since what the brokers and
// the ports say comes before there is a herder; nothing runs, and so nothing calls, until it is set.
type control struct {
	plane atomic.Pointer[plane]
}

// plane is a herder, with the store of source offsets.
type plane struct {
	topics  engine.TopicTracker
	offsets engine.OffsetStore
	cluster *cluster // nil: the worker stands alone, where nothing asks for it
}

// cluster is what tasks that deliver exactly once need.
type cluster struct {
	herder  *distributed.Herder
	offsets *store.SourceOffsets
}

var (
	_ engine.TopicTracker = (*control)(nil)
	_ engine.OffsetStore  = (*control)(nil)
	_ engine.ExactlyOnce  = (*control)(nil)
)

func (c *control) set(topics engine.TopicTracker, offsets engine.OffsetStore) {
	c.plane.Store(&plane{topics: topics, offsets: offsets})
}

func (c *control) setCluster(herder *distributed.Herder, offsets *store.SourceOffsets) {
	c.plane.Store(&plane{herder, offsets, &cluster{herder, offsets}})
}

// Fence implements engine.ExactlyOnce.
func (c *control) Fence(ctx context.Context, id connectors.TaskID) error {
	return c.plane.Load().cluster.herder.Fence(ctx, id)
}

// Verify implements engine.ExactlyOnce.
func (c *control) Verify(ctx context.Context, id connectors.TaskID) error {
	return c.plane.Load().cluster.herder.Verify(ctx, id)
}

// OffsetsTopic implements engine.ExactlyOnce.
func (c *control) OffsetsTopic(ctx context.Context, connector string) (string, error) {
	return c.plane.Load().cluster.offsets.Topic(ctx, connector)
}

// OffsetRecords implements engine.ExactlyOnce.
func (c *control) OffsetRecords(ctx context.Context, connector string, offsets []connectors.PartitionOffset) ([]produce.Record, error) {
	list, err := c.plane.Load().cluster.offsets.Records(ctx, connector, offsets)
	out := make([]produce.Record, len(list))
	for i, r := range list {
		out[i] = produce.Record{Key: r.Key, Value: r.Value}
	}
	return out, err
}

// OffsetsCommitted implements engine.ExactlyOnce.
func (c *control) OffsetsCommitted(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error {
	return c.plane.Load().cluster.offsets.Committed(ctx, connector, offsets)
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
