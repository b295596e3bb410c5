package engine

import (
	"context"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// OffsetStore keeps source offsets. coord provides one (file, topic, memory); the engine reads and
// writes through it and never computes where the bytes go. Safe for concurrent use.
type OffsetStore interface {
	// Get returns the offset for each partition of a connector, in order; null where there is none.
	Get(ctx context.Context, connector string, partitions []batch.Value) ([]batch.Value, error)
	// Set makes the given offsets durable, all or none visible to later readers. A null offset
	// removes the partition.
	Set(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error
}

// TopicTracker is told of the topics that a task uses (topic.tracking.enable), with every batch, so that they
// show again after a reset. It must not wait, and cost little for a topic that it knows. Safe for concurrent use.
type TopicTracker interface {
	TopicUsed(id connectors.TaskID, topic string)
}
