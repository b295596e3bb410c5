package connectors

import (
	"context"

	"github.com/millrace/millrace/batch"
)

// SinkConnector makes sink tasks.
type SinkConnector interface {
	Connector
	NewTask() SinkTask
}

// SinkOffsetAlterer checks or applies consumer offsets that a user sets (-1: reset).
// Source: SinkConnector.alterOffsets. Optional on a SinkConnector.
type SinkOffsetAlterer interface {
	AlterOffsets(ctx context.Context, props map[string]string, offsets map[TopicPartition]int64) (handled bool, err error)
}

// TopicPartition is a Kafka partition.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// SinkTask writes to a system. Source: org.apache.kafka.connect.sink.SinkTask.
// Calls come from one goroutine.
type SinkTask interface {
	Start(ctx context.Context, tc SinkTaskContext, props map[string]string) error
	// Put delivers rows: of each batch the selected ones. Rows of one topic partition come in order
	// over the batches of a call and over calls; no batches is a call without data, as Java makes after
	// every poll. Batches are borrowed until Put returns; keep one with Retain.
	// Errors: one that is Retriable pauses consumption and brings the same batches again after
	// SinkTaskContext.Timeout; any other fails the task.
	Put(ctx context.Context, batches []*batch.Batch) error
	// Stop releases everything. It is called once.
	Stop(ctx context.Context) error
}

// Hooks, each optional on a SinkTask.
type (
	// Flusher makes all rows put so far durable before their offsets are committed.
	Flusher interface {
		Flush(ctx context.Context, offsets map[TopicPartition]int64) error
	}
	// PreCommitter replaces Flusher: it returns the offsets that may be committed, at most those given.
	// Source: SinkTask.preCommit.
	PreCommitter interface {
		PreCommit(ctx context.Context, offsets map[TopicPartition]int64) (map[TopicPartition]int64, error)
	}
	// Opener is told of newly assigned partitions.
	Opener interface {
		Open(ctx context.Context, partitions []TopicPartition) error
	}
	// Closer is told of partitions that are taken away.
	Closer interface {
		Close(ctx context.Context, partitions []TopicPartition) error
	}
	// Projector says which members of key and value the sink reads; nil reads all. Asked once, after
	// Start. Sinks that read nothing of a side save its decoding.
	Projector interface {
		Projection() (key, value *batch.Projection)
	}
	// RawReader says that the sink reads only RawKey, RawValue and raw headers: nothing is decoded.
	// Transforms still force decoding. Asked once, after Start.
	RawReader interface {
		ReadsRaw() bool
	}
	// JSONReader says that the sink reads values as JSON text, as one does that writes it to files or sends it on. The Value of its batches is
	// then a column of bytes: of each row what JsonConverter writes of the value that the transforms leave, null where that is null bytes. The
	// text lives as long as the batch, keys and headers are as ever. Records that need no change are not parsed into values: they come as the
	// bytes that were consumed. A record whose value JSON cannot hold does not come; it counts as refused by the task. A Projection of values
	// is not asked for. Asked once, after Start.
	JSONReader interface {
		// ReadsJSON returns the keys of JsonConverter, such as schemas.enable and decimal.format; nil: the sink reads values after all.
		ReadsJSON() map[string]string
	}
)
