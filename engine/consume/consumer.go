package consume

import (
	"context"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// Consumer is one member of a consumer group.
type Consumer interface {
	// Poll runs rebalance callbacks that are due and returns the next batches of partitions that are
	// not paused, each of one partition, in order per partition. Without data it waits until there is
	// some, until wait has passed, until Wake, or until ctx ends; then it returns none.
	// Errors: of callbacks, and what the group cannot recover from.
	Poll(ctx context.Context, wait time.Duration) ([]*batch.Batch, error)
	// Wake ends the present or else the next Poll. Safe from any goroutine.
	Wake()
	// Pause keeps partitions from being returned by Poll; Resume ends that. Others are ignored.
	Pause(partitions []connectors.TopicPartition)
	Resume(partitions []connectors.TopicPartition)
	// Seek sets the next offset that Poll returns. Inside Rebalance.Assigned it works for the newly
	// assigned partitions.
	Seek(offsets map[connectors.TopicPartition]int64)
	// Assignment returns the partitions that the task holds.
	Assignment() []connectors.TopicPartition
	// CommitAsync commits next offsets; done is called once, inside a later Poll.
	CommitAsync(offsets map[connectors.TopicPartition]int64, done func(error))
	// Commit commits and waits. It may be called inside Rebalance.Revoked.
	Commit(ctx context.Context, offsets map[connectors.TopicPartition]int64) error
	// Close leaves the group. No callback runs any more.
	Close()
}

// Rebalance is told of changes of assignment. Calls come on the goroutine of Poll, inside it.
type Rebalance interface {
	// Assigned brings newly assigned partitions with the offsets at which reading starts.
	Assigned(ctx context.Context, positions map[connectors.TopicPartition]int64) error
	// Revoked takes partitions away; their offsets may still be committed.
	Revoked(ctx context.Context, partitions []connectors.TopicPartition) error
	// Lost takes partitions away that others may own already.
	Lost(ctx context.Context, partitions []connectors.TopicPartition) error
}
