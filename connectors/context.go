package connectors

import (
	"context"
	"log/slog"
	"time"

	"github.com/millrace/millrace/batch"
)

// ConnectorContext is what a running connector may ask of the worker.
// Source: ConnectorContext, SourceConnectorContext, SinkConnectorContext.
type ConnectorContext interface {
	Logger() *slog.Logger
	// RequestTaskReconfiguration asks for TaskConfigs to be called again. Safe from any goroutine.
	RequestTaskReconfiguration()
	// RaiseError fails the connector. Safe from any goroutine.
	RaiseError(err error)
	// OffsetReader reads committed source offsets; nil for sinks.
	OffsetReader() OffsetReader
}

// OffsetReader reads the committed offsets of the connector's own source partitions.
// Source: OffsetStorageReader. Safe for concurrent use.
type OffsetReader interface {
	// Offsets returns the offset for each partition, in order; null where there is none. Partitions are
	// compared by content. Numbers read back as INT64 or FLOAT64.
	Offsets(ctx context.Context, partitions []batch.Value) ([]batch.Value, error)
}

// TaskContext is what every task may ask of the worker.
type TaskContext interface {
	Logger() *slog.Logger
	// Pool makes the batches of the task; it counts against the task's memory budget.
	Pool() *batch.Pool
	// TaskID identifies the task.
	TaskID() TaskID
	// Configs returns the task's config as it is now, variables resolved anew.
	Configs() map[string]string
}

// SourceTaskContext is what a source task may ask. Source: SourceTaskContext.
type SourceTaskContext interface {
	TaskContext
	OffsetReader() OffsetReader
	// Transaction is nil unless transaction.boundary=connector.
	Transaction() TransactionContext
}

// WireContext is implemented by the SourceTaskContext of workers that hand wire batches on as they are. A source that
// reads Kafka asks for each before it unpacks it: where one is taken, Poll may return it as a batch with Wire.
type WireContext interface {
	// TakesWire reports whether so many rows, whose records have so many bytes, compressed with codec (batch.Wire), go to
	// the topic as they are. It asks nobody: a topic to which nothing was sent yet takes none. It is called from the
	// goroutine of Poll.
	TakesWire(topic string, codec int8, rows, bytes int) bool
}

// TransactionContext lets a source task define transactions. What is asked for counts from the next end of a poll, or from
// rows of a batch that the same poll returns. Rows of an aborted transaction are not seen by readers of committed records,
// and do not come again: their offsets are committed. Safe for concurrent use. Source: TransactionContext.
type TransactionContext interface {
	CommitAfterBatch()
	CommitAfterRow(b *batch.Batch, row int32)
	AbortAfterBatch()
	AbortAfterRow(b *batch.Batch, row int32)
}

// SinkTaskContext is what a sink task may ask. Source: SinkTaskContext.
type SinkTaskContext interface {
	TaskContext
	// Seek sets the position from which partitions are read next.
	Seek(offsets map[TopicPartition]int64)
	// Timeout sets how long to wait before a Put that failed retriably is tried again.
	Timeout(d time.Duration)
	Assignment() []TopicPartition
	Pause(partitions ...TopicPartition)
	Resume(partitions ...TopicPartition)
	// RequestCommit asks for an offset commit in the next iteration.
	RequestCommit()
	// ErrantReporter is nil unless a dead letter queue or error logging is configured.
	ErrantReporter() ErrantReporter
}

// ErrantReporter takes rows that a sink refuses. Source: ErrantRecordReporter.
type ErrantReporter interface {
	// Report hands row of b over with its error. Offsets of the partition are not committed past it
	// before the report is durable. With errors.tolerance=none it returns an error that Put must return.
	Report(ctx context.Context, b *batch.Batch, row int32, cause error) (Report, error)
}

// Report is a dead letter on its way.
type Report interface {
	// Wait returns when the report is durable, or why it is not.
	Wait(ctx context.Context) error
}
