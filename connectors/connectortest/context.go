package connectortest

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// ConnectorContext is a worker's side of a connector. The zero value is usable.
type ConnectorContext struct {
	Store *Offsets // nil for sinks

	mu             sync.Mutex
	reconfigurings int
	raised         error
}

var _ connectors.ConnectorContext = (*ConnectorContext)(nil)

// Logger returns a logger that drops everything.
func (c *ConnectorContext) Logger() *slog.Logger { return slog.New(slog.DiscardHandler) }

// RequestTaskReconfiguration counts the requests.
func (c *ConnectorContext) RequestTaskReconfiguration() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reconfigurings++
}

// Reconfigurations returns how often the connector asked.
func (c *ConnectorContext) Reconfigurations() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reconfigurings
}

// RaiseError keeps the first error.
func (c *ConnectorContext) RaiseError(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.raised == nil {
		c.raised = err
	}
}

// Raised returns the first error that the connector raised.
func (c *ConnectorContext) Raised() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.raised
}

// OffsetReader returns the store.
func (c *ConnectorContext) OffsetReader() connectors.OffsetReader {
	if c.Store == nil {
		return nil
	}
	return c.Store
}

// TaskContext is what every task may ask.
type TaskContext struct {
	Batches *batch.Pool
	ID      connectors.TaskID
	Config  map[string]string
}

// Logger returns a logger that drops everything.
func (c *TaskContext) Logger() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Pool returns Batches.
func (c *TaskContext) Pool() *batch.Pool { return c.Batches }

// TaskID returns ID.
func (c *TaskContext) TaskID() connectors.TaskID { return c.ID }

// Configs returns Config.
func (c *TaskContext) Configs() map[string]string { return c.Config }

// SourceContext is a worker's side of a source task.
type SourceContext struct {
	TaskContext
	Store        *Offsets // not nil
	Transactions connectors.TransactionContext
}

var _ connectors.SourceTaskContext = (*SourceContext)(nil)

// OffsetReader returns the store.
func (c *SourceContext) OffsetReader() connectors.OffsetReader { return c.Store }

// Transaction returns Transactions.
func (c *SourceContext) Transaction() connectors.TransactionContext { return c.Transactions }

// SinkContext is a worker's side of a sink task. Used on the task's goroutine.
type SinkContext struct {
	TaskContext
	Assigned []connectors.TopicPartition
	Reporter connectors.ErrantReporter // nil: none is configured

	// What the task asked for.
	Seeks           map[connectors.TopicPartition]int64
	RetryAfter      time.Duration
	Paused          map[connectors.TopicPartition]bool
	CommitRequested bool
}

var _ connectors.SinkTaskContext = (*SinkContext)(nil)

// Seek keeps the offsets in Seeks.
func (c *SinkContext) Seek(offsets map[connectors.TopicPartition]int64) {
	if c.Seeks == nil {
		c.Seeks = map[connectors.TopicPartition]int64{}
	}
	for tp, o := range offsets {
		c.Seeks[tp] = o
	}
}

// Timeout keeps d in RetryAfter.
func (c *SinkContext) Timeout(d time.Duration) { c.RetryAfter = d }

// Assignment returns Assigned.
func (c *SinkContext) Assignment() []connectors.TopicPartition { return c.Assigned }

// Pause marks partitions in Paused.
func (c *SinkContext) Pause(partitions ...connectors.TopicPartition) {
	if c.Paused == nil {
		c.Paused = map[connectors.TopicPartition]bool{}
	}
	for _, tp := range partitions {
		c.Paused[tp] = true
	}
}

// Resume takes partitions out of Paused.
func (c *SinkContext) Resume(partitions ...connectors.TopicPartition) {
	for _, tp := range partitions {
		delete(c.Paused, tp)
	}
}

// RequestCommit sets CommitRequested.
func (c *SinkContext) RequestCommit() { c.CommitRequested = true }

// ErrantReporter returns Reporter.
func (c *SinkContext) ErrantReporter() connectors.ErrantReporter { return c.Reporter }

// Reports is an ErrantReporter that keeps what it is told.
type Reports struct {
	Refuse error // what Report returns, as with errors.tolerance=none

	Rows   []string // text of the value of each reported row
	Causes []error
}

var _ connectors.ErrantReporter = (*Reports)(nil)

// Report keeps the row.
func (r *Reports) Report(_ context.Context, b *batch.Batch, row int32, cause error) (connectors.Report, error) {
	r.Rows = append(r.Rows, valueText(b.Row(row)))
	r.Causes = append(r.Causes, cause)
	return durable{}, r.Refuse
}

type durable struct{}

func (durable) Wait(context.Context) error { return nil }
