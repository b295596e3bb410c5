package engine

import (
	"context"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/produce"
)

// ExactlyOnce is what source tasks that deliver exactly once need of the control plane. Safe for concurrent
// use. Source: DistributedHerder, ConnectorOffsetBackingStore.
type ExactlyOnce interface {
	// Fence sees to it that tasks of older generations of the connector cannot commit any more.
	Fence(ctx context.Context, id connectors.TaskID) error
	// Verify reads what was configured until now.
	//
	// Errors: newer tasks were configured than the one that was started, or it has its place elsewhere.
	Verify(ctx context.Context, id connectors.TaskID) error
	// OffsetsTopic names the topic that has the connector's offsets and makes sure of it.
	OffsetsTopic(ctx context.Context, connector string) (string, error)
	// OffsetRecords returns what says in that topic that the connector is at offsets.
	OffsetRecords(ctx context.Context, connector string, offsets []connectors.PartitionOffset) ([]produce.Record, error)
	// OffsetsCommitted tells the other topics that have the connector's offsets that they were committed.
	OffsetsCommitted(ctx context.Context, connector string, offsets []connectors.PartitionOffset) error
}
