// Package connectors is the SDK for source and sink plugins. Bundled plugins live in the subfolders;
// they and third parties' plugins use this package, batch and config, and nothing else of ours.
//
// A connector describes the work (TaskConfigs); tasks do it, each on a goroutine of its own. Plugins
// that work on records instead of columns use the adapters of rows.go.
package connectors

import (
	"context"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
)

// Class describes a connector class: how it is named and configured. Exactly one of NewSource and
// NewSink is set.
type Class struct {
	Name      string   // Java class name
	Aliases   []string // further names that select it, beside the ones Java derives from Name
	TaskClass string   // Java class name of the task; stored in task configs, Java workers load it
	Version   string   // "" = undefined
	Def       *config.Def
	Metrics   *MetricSet // that its tasks export; nil: none
	NewSource func() SourceConnector
	NewSink   func() SinkConnector
}

// Connector is one running instance of a connector class.
// Source: org.apache.kafka.connect.connector.Connector. Calls come from one goroutine.
type Connector interface {
	// Start begins monitoring, with the connector's resolved config.
	Start(ctx context.Context, cc ConnectorContext, props map[string]string) error
	// TaskConfigs returns at most max task configs.
	TaskConfigs(ctx context.Context, max int) ([]map[string]string, error)
	// Stop ends it. It is called once, also after a failed Start.
	Stop(ctx context.Context) error
}

// Validator is implemented by connectors whose config needs more than their Def says, such as a check
// against the remote system. The result replaces the Def's.
type Validator interface {
	Validate(ctx context.Context, props map[string]string) ([]config.ConfigValue, error)
}

// SourceConnector makes source tasks.
type SourceConnector interface {
	Connector
	NewTask() SourceTask
}

// Exactly-once and offset hooks, each optional on a SourceConnector.
type (
	// ExactlyOnceSupporter answers for exactly.once.support. Source: SourceConnector.exactlyOnceSupport.
	ExactlyOnceSupporter interface {
		ExactlyOnceSupport(props map[string]string) bool
	}
	// BoundaryDefiner answers for transaction.boundary=connector.
	BoundaryDefiner interface {
		CanDefineTransactionBoundaries(props map[string]string) bool
	}
	// SourceOffsetAlterer checks or applies offsets that a user sets; a null offset is a reset. handled
	// says that the plugin knows of the change; an error refuses it.
	// Source: SourceConnector.alterOffsets.
	SourceOffsetAlterer interface {
		AlterOffsets(ctx context.Context, props map[string]string, offsets []PartitionOffset) (handled bool, err error)
	}
)

// PartitionOffset is a source partition and the offset in it: maps of primitives. A null offset means
// that there is none.
type PartitionOffset struct {
	Partition, Offset batch.Value
}

// SourceTask reads from a system. Source: org.apache.kafka.connect.source.SourceTask.
// Calls come from one goroutine, Stop included; ctx of Poll ends when the task must stop.
type SourceTask interface {
	Start(ctx context.Context, tc SourceTaskContext, props map[string]string) error
	// Poll returns the next batches, or none when there is nothing now; it may wait, until ctx ends. A task
	// whose Poll does not return for millrace.watchdog.stall.ms counts as stalled, so one that waits for data
	// lets it return at times.
	// Each batch needs topics, value (and key), and Source, or is a wire batch that the worker takes (WireContext);
	// ownership goes to the caller. Rows of one topic partition keep their order over the batches of one answer.
	// Errors: one that is Retriable counts as nothing; any other fails the task.
	Poll(ctx context.Context) ([]*batch.Batch, error)
	// Stop releases everything. It is called once, after the last Poll has returned.
	Stop(ctx context.Context) error
}

// Commits, each optional on a SourceTask.
type (
	// Committer is told after source offsets were committed: between polls and while the task is
	// paused, so a plugin that must know soon lets Poll return at times. Source: SourceTask.commit.
	Committer interface {
		Commit(ctx context.Context) error
	}
	// RecordCommitter is told of rows that were acknowledged by Kafka, or dropped: for those the
	// metadata is zero and Dropped is set. b is the batch as polled, before the transforms, borrowed. A wire batch
	// (b.Wire) is acknowledged as a whole: rows has its first row, and the others lie behind it.
	// An error is logged only. Source: SourceTask.commitRecord.
	RecordCommitter interface {
		CommitRecords(ctx context.Context, b *batch.Batch, rows []RowMetadata) error
	}
)

// RowMetadata is where a produced row came to lie.
type RowMetadata struct {
	Row       int32
	Dropped   bool
	Topic     string
	Partition int32
	Offset    int64
	Timestamp int64
}
