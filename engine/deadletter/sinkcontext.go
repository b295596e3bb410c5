package deadletter

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// connectorContext is what the connector of a Sink may ask: it has one task with the config that it started with.
type connectorContext struct{ log *slog.Logger }

var _ connectors.ConnectorContext = connectorContext{}

// Logger implements connectors.ConnectorContext.
func (c connectorContext) Logger() *slog.Logger { return c.log }

// RequestTaskReconfiguration implements connectors.ConnectorContext.
func (c connectorContext) RequestTaskReconfiguration() {
	c.log.Warn("the connector's wish for new task configs is passed over: the replay goes on with those that it began with")
}

// RaiseError implements connectors.ConnectorContext.
func (c connectorContext) RaiseError(err error) {
	c.log.Error("the connector has failed; its task decides whether letters can be put", "err", err)
}

// OffsetReader implements connectors.ConnectorContext.
func (connectorContext) OffsetReader() connectors.OffsetReader { return nil }

// sinkContext is what the task of a Sink may ask, which consumes nothing.
type sinkContext struct {
	opt      SinkOptions
	id       connectors.TaskID
	config   map[string]string
	assigned []connectors.TopicPartition
	timeout  time.Duration // 0: the task has not said

	mu     sync.Mutex // guards what follows: tasks may report from other goroutines
	errant map[Place]struct{}
}

var _ connectors.SinkTaskContext = (*sinkContext)(nil)

func newSinkContext(opt SinkOptions, id connectors.TaskID, config map[string]string) *sinkContext {
	return &sinkContext{opt: opt, id: id, config: config, errant: map[Place]struct{}{}}
}

// Logger implements connectors.TaskContext.
func (c *sinkContext) Logger() *slog.Logger { return c.opt.Logger }

// Pool implements connectors.TaskContext.
func (c *sinkContext) Pool() *batch.Pool { return c.opt.Pool }

// TaskID implements connectors.TaskContext.
func (c *sinkContext) TaskID() connectors.TaskID { return c.id }

// Configs implements connectors.TaskContext.
func (c *sinkContext) Configs() map[string]string { return maps.Clone(c.config) }

// Seek implements connectors.SinkTaskContext. A task that wants its partitions from another place, which it knows from its
// target, gets letters all the same: they are not in the target, or they would not have died.
func (c *sinkContext) Seek(map[connectors.TopicPartition]int64) {}

// Timeout implements connectors.SinkTaskContext.
func (c *sinkContext) Timeout(d time.Duration) { c.timeout = d }

// takeTimeout returns what the task has said since the last call.
func (c *sinkContext) takeTimeout(without time.Duration) time.Duration {
	d := c.timeout
	c.timeout = 0
	if d <= 0 {
		return without
	}
	return d
}

// Assignment implements connectors.SinkTaskContext.
func (c *sinkContext) Assignment() []connectors.TopicPartition { return c.assigned }

// Pause implements connectors.SinkTaskContext: letters come as they are asked for, and a task that has enough of them may
// refuse to take more for a while, which is retriable.
func (c *sinkContext) Pause(...connectors.TopicPartition) {}

// Resume implements connectors.SinkTaskContext.
func (c *sinkContext) Resume(...connectors.TopicPartition) {}

// RequestCommit implements connectors.SinkTaskContext: the task is asked after every Put.
func (c *sinkContext) RequestCommit() {}

// ErrantReporter implements connectors.SinkTaskContext.
func (c *sinkContext) ErrantReporter() connectors.ErrantReporter { return c }

// Report implements connectors.ErrantReporter: the letter stays where it is.
func (c *sinkContext) Report(_ context.Context, b *batch.Batch, row int32, cause error) (connectors.Report, error) {
	c.opt.Logger.Debug("the sink refuses a letter", "topic", b.Origin.Topic, "partition", b.Origin.Partition, "offset", b.Offsets[row], "err", cause)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errant[Place{b.Origin.Topic, b.Origin.Partition, b.Offsets[row]}] = struct{}{}
	return stays{}, nil
}

// refused reports whether the task has reported the record at p, and forgets it.
func (c *sinkContext) refused(p Place) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.errant[p]
	delete(c.errant, p)
	return ok
}

// stays is the report of a letter, which is durable.
type stays struct{}

// Wait implements connectors.Report.
func (stays) Wait(context.Context) error { return nil }
