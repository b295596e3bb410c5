package verifiable

import (
	"context"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

type mockSink struct{ mock }

var _ connectors.SinkConnector = (*mockSink)(nil)

// NewTask returns a task.
func (c *mockSink) NewTask() connectors.SinkTask { return &mockSinkTask{} }

type mockSinkTask struct {
	mockTask
	tc connectors.SinkTaskContext
}

var (
	_ connectors.SinkTask  = (*mockSinkTask)(nil)
	_ connectors.Projector = (*mockSinkTask)(nil)
)

// Start reads the config.
func (t *mockSinkTask) Start(_ context.Context, tc connectors.SinkTaskContext, props map[string]string) error {
	t.tc = tc
	err := t.start(props)
	t.wake()
	return err
}

// Projection says that nothing is read.
func (t *mockSinkTask) Projection() (key, value *batch.Projection) {
	return &batch.Projection{None: true}, &batch.Projection{None: true}
}

// Put drops what it gets, and fails in time.
func (t *mockSinkTask) Put(context.Context, []*batch.Batch) error {
	if err := t.check(); err != nil {
		return err
	}
	t.wake()
	return nil
}

// wake asks for a Put soon, rows or none, so that the failure comes near its time.
func (t *mockSinkTask) wake() {
	if t.fails {
		t.tc.Timeout(min(t.delay, 250*time.Millisecond))
	}
}
