package verifiable

import (
	"context"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

type mockSource struct{ mock }

var _ connectors.SourceConnector = (*mockSource)(nil)

// NewTask returns a task.
func (c *mockSource) NewTask() connectors.SourceTask { return &mockSourceTask{} }

type mockSourceTask struct{ mockTask }

var _ connectors.SourceTask = (*mockSourceTask)(nil)

// Start reads the config.
func (t *mockSourceTask) Start(_ context.Context, _ connectors.SourceTaskContext, props map[string]string) error {
	return t.start(props)
}

// Poll returns nothing, and fails in time. The original returns at once, a loop without rest; this one waits.
func (t *mockSourceTask) Poll(ctx context.Context) ([]*batch.Batch, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	wait := time.Second
	if t.fails {
		wait = min(wait, time.Until(t.since.Add(t.delay))+time.Millisecond)
	}
	connectors.Wait(ctx, wait)
	return nil, nil
}
