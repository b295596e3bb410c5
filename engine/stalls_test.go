package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// stalled waits until task 0 of a connector is stalled in a call, and until it is not.
func (b *bench) stalled(name, in string, free func()) {
	b.t.Helper()
	const line = `kafka_connect_connector_task_stalled{connector="`
	b.until("the task stalls in "+in, func() bool {
		s := b.worker.Stalls(name)
		return len(s) == 1 && s[0].Task == 0 && s[0].In == in && !s[0].Since.IsZero()
	})
	b.until("metrics say so", func() bool { return b.metric(line + name + `",task="0"} 1`) })
	free()
	b.until("the task moves", func() bool { return len(b.worker.Stalls(name)) == 0 })
}

func TestStalls_SourceThatHangsInPoll(t *testing.T) {
	free := make(chan struct{})
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 1 << 40, poll: func(ctx context.Context, at int64) error {
			select {
			case <-free:
			case <-ctx.Done():
			}
			return nil
		}}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source("millrace.watchdog.stall.ms=200"))
	b.startTask("never", source("millrace.watchdog.stall.ms=0"))
	b.stalled("s", "poll", func() { close(free) })
	if s := b.worker.Stalls("never"); len(s) > 0 {
		t.Errorf("a task that nobody watches stalls: %v", s)
	}
	b.stopTask("s")
	if s := b.worker.Stalls("s"); len(s) > 0 {
		t.Errorf("a task that is gone stalls: %v", s)
	}
}

func TestStalls_SinkThatHangsOrRefusesItsRows(t *testing.T) {
	for name, hang := range map[string]func(free <-chan struct{}) error{
		"hangs":   func(free <-chan struct{}) error { <-free; return nil },
		"refuses": func(<-chan struct{}) error { return connectors.Retriable(errors.New("busy")) },
	} {
		t.Run(name, func(t *testing.T) {
			free := make(chan struct{})
			var done atomic.Bool
			f := &fakeConnector{sink: func() connectors.SinkTask {
				return &collector{put: func(_ context.Context, tc connectors.SinkTaskContext, batches []*batch.Batch) error {
					if len(batches) == 0 || done.Load() {
						return nil
					}
					tc.Timeout(1e6)
					return hang(free)
				}}
			}}
			b := newBench(t, sinkOf(f), map[string]int32{"t": 1})
			b.produce("t", "a")
			b.startTask("k", sink("millrace.watchdog.stall.ms=200"))
			b.stalled("k", "put", func() { done.Store(true); close(free) })
		})
	}
}
