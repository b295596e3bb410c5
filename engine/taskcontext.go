package engine

import (
	"context"
	"log/slog"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/produce"
)

// taskContext is what all tasks may ask.
type taskContext struct {
	log     *slog.Logger
	pool    *batch.Pool
	id      connectors.TaskID
	configs func() map[string]string
}

func (c *taskContext) Logger() *slog.Logger       { return c.log }
func (c *taskContext) Pool() *batch.Pool          { return c.pool }
func (c *taskContext) TaskID() connectors.TaskID  { return c.id }
func (c *taskContext) Configs() map[string]string { return c.configs() }

// sourceContext is what source tasks may ask. Source: WorkerSourceTaskContext.
type sourceContext struct {
	taskContext
	reader connectors.OffsetReader
	tx     *transactions
	passTo *produce.Records // nil: wire batches do not go on as they are
}

var _ connectors.SourceTaskContext = (*sourceContext)(nil)

func (c *sourceContext) OffsetReader() connectors.OffsetReader { return c.reader }

// Transaction implements connectors.SourceTaskContext.
func (c *sourceContext) Transaction() connectors.TransactionContext {
	if c.tx == nil || c.tx.requests == nil {
		return nil
	}
	return c.tx.requests
}

// offsetReader reads a connector's offsets from the store.
type offsetReader struct {
	store     OffsetStore
	connector string
}

func (r offsetReader) Offsets(ctx context.Context, partitions []batch.Value) ([]batch.Value, error) {
	return r.store.Get(ctx, r.connector, partitions)
}

// sinkContext is what sink tasks may ask; used on the task's goroutine.
// Source: WorkerSinkTaskContext.
type sinkContext struct {
	taskContext
	s               *sinkTask
	seeks           offsets
	timeout         time.Duration // <= 0: none
	paused          map[connectors.TopicPartition]struct{}
	commitRequested bool
	putError        error // first error that was reported
}

var _ connectors.SinkTaskContext = (*sinkContext)(nil)

// Seek implements connectors.SinkTaskContext: it takes effect before the next poll.
func (c *sinkContext) Seek(o map[connectors.TopicPartition]int64) {
	if c.seeks == nil {
		c.seeks = offsets{}
	}
	for tp, at := range o {
		c.seeks[tp] = at
	}
}

// Timeout implements connectors.SinkTaskContext.
func (c *sinkContext) Timeout(d time.Duration) { c.timeout = d }

// Assignment implements connectors.SinkTaskContext.
func (c *sinkContext) Assignment() []connectors.TopicPartition { return c.s.consumer.Assignment() }

// Pause implements connectors.SinkTaskContext.
func (c *sinkContext) Pause(partitions ...connectors.TopicPartition) {
	if c.paused == nil {
		c.paused = map[connectors.TopicPartition]struct{}{}
	}
	for _, tp := range partitions {
		c.paused[tp] = struct{}{}
	}
	if !c.s.paused {
		c.s.consumer.Pause(partitions)
	}
}

// Resume implements connectors.SinkTaskContext.
func (c *sinkContext) Resume(partitions ...connectors.TopicPartition) {
	for _, tp := range partitions {
		delete(c.paused, tp)
	}
	if !c.s.paused && !c.s.redelivery {
		c.s.consumer.Resume(partitions)
	}
}

// RequestCommit implements connectors.SinkTaskContext.
func (c *sinkContext) RequestCommit() { c.commitRequested = true }

// ErrantReporter implements connectors.SinkTaskContext.
func (c *sinkContext) ErrantReporter() connectors.ErrantReporter {
	if !c.s.reporting {
		return nil
	}
	return errantReporter{c}
}

// retainPaused forgets partitions that are not assigned any more.
func (c *sinkContext) retainPaused(assigned []connectors.TopicPartition) {
	have := make(map[connectors.TopicPartition]struct{}, len(assigned))
	for _, tp := range assigned {
		have[tp] = struct{}{}
	}
	for tp := range c.paused {
		if _, ok := have[tp]; !ok {
			delete(c.paused, tp)
		}
	}
}

func (c *sinkContext) pausedList() []connectors.TopicPartition {
	out := make([]connectors.TopicPartition, 0, len(c.paused))
	for tp := range c.paused {
		out = append(out, tp)
	}
	return out
}

// errantReporter takes rows that the plugin refuses. Source: WorkerErrantRecordReporter.
type errantReporter struct{ c *sinkContext }

// Report implements connectors.ErrantReporter.
func (r errantReporter) Report(ctx context.Context, b *batch.Batch, row int32, cause error) (connectors.Report, error) {
	s := r.c.s
	e := errant.RowError{Row: row, Stage: errant.TaskPut, Class: "org.apache.kafka.connect.sink.SinkTask", Err: cause}
	if s.ctx.putError == nil {
		s.ctx.putError = cause
	}
	rep, err := s.operator.Report(ctx, s.original(b), &e, &s.reports)
	if rep == nil {
		rep = reported{}
	}
	return rep, err
}

// original returns the batch as it was consumed whose rows b is over, or b where that is gone: bytes,
// offsets and origin are the same then, headers are as the transforms left them.
func (s *sinkTask) original(b *batch.Batch) *batch.Batch {
	for _, raw := range s.raw {
		if len(b.Offsets) > 0 && len(raw.Offsets) == len(b.Offsets) && &raw.Offsets[0] == &b.Offsets[0] {
			return raw
		}
	}
	return b
}

// reported is a report with nothing to wait for.
type reported struct{}

func (reported) Wait(context.Context) error { return nil }
