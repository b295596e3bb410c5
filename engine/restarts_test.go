package engine_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// quick restarts at once, and takes long to believe that a task runs well.
func quick(more ...string) []string {
	return append([]string{
		"millrace.errors.restart.enable=true", "millrace.errors.restart.backoff.ms=1", "millrace.errors.restart.backoff.max.ms=2",
		"millrace.errors.restart.healthy.ms=3600000",
	}, more...)
}

// next takes the next n states of task 0.
func (b *bench) next(n int) string {
	b.t.Helper()
	var out []string
	for range n {
		var s connectors.Status
		b.until("another state", func() bool {
			select {
			case s = <-b.reports:
				return true
			default:
				return false
			}
		})
		out = append(out, string(s.State))
	}
	return strings.Join(out, " ")
}

// metric reports whether the metrics have a line.
func (b *bench) metric(line string) bool {
	b.t.Helper()
	var out bytes.Buffer
	if err := b.metrics.WritePrometheus(&out); err != nil {
		b.t.Fatal(err)
	}
	return strings.Contains(out.String(), line+"\n")
}

func TestRestart_APassingFailureIsTriedAgainFromTheCommittedOffset(t *testing.T) {
	var failures atomic.Int64
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 4, poll: func(_ context.Context, at int64) error {
			if at == 2 && failures.Add(1) <= 2 {
				return connectors.Errorf("source: %w", syscall.ECONNRESET)
			}
			return nil
		}}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source(quick()...))
	if got, want := b.next(7), "RUNNING FAILED RESTARTING RUNNING FAILED RESTARTING RUNNING"; got != want {
		t.Fatalf("states %s, want %s", got, want)
	}
	if got := values(b.consume("t", 4)); got != "v1 v2 v3 v4" {
		t.Errorf("topic holds %s", got)
	}
	for _, line := range []string{
		`kafka_connect_connector_task_restarts_total{connector="s",task="0"} 2`,
		`kafka_connect_connect_worker_task_startup_success_total 1`,
	} {
		b.until(line, func() bool { return b.metric(line) })
	}
	b.stopTask("s")
	if got := b.next(1); got != "UNASSIGNED" {
		t.Errorf("a stopped task is %s", got)
	}
	if b.metric(`kafka_connect_connector_task_restarts_total{connector="s",task="0"} 2`) {
		t.Error("metrics of a task that was stopped are left")
	}
}

func TestRestart_OfWhatIsNotRestarted(t *testing.T) {
	for _, c := range []struct {
		name  string
		err   error
		props []string
		want  string
		log   string
	}{
		{"off", syscall.ECONNRESET, nil, "RUNNING FAILED", "will not recover until it is restarted"},
		{"lasting failure", errors.New("no table"), quick(), "RUNNING FAILED", "the failure would come again"},
		{"limit", syscall.ECONNRESET, quick("millrace.errors.restart.max=2"),
			"RUNNING FAILED RESTARTING RUNNING FAILED RESTARTING RUNNING FAILED", "it was restarted too often"},
		{"circuit of one task", syscall.ECONNRESET, quick("millrace.errors.restart.max=2", "millrace.errors.restart.circuit.failures=1"),
			"RUNNING FAILED RESTARTING RUNNING FAILED RESTARTING RUNNING FAILED", "alone=true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fakeConnector{source: func() connectors.SourceTask {
				return &counter{topic: "t", last: 4, poll: func(context.Context, int64) error { return c.err }}
			}}
			b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
			b.startTask("s", source(c.props...))
			if got := b.next(len(strings.Fields(c.want))); got != c.want {
				t.Errorf("states %s, want %s", got, c.want)
			}
			b.stopTask("s")
			if !strings.Contains(b.log.String(), c.log) {
				t.Errorf("the log does not say %q", c.log)
			}
			if len(b.reports) > 0 {
				t.Errorf("a failed task reports %v", <-b.reports)
			}
		})
	}
}

func TestRestart_AStoppedTaskDoesNotComeBack(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 4, poll: func(context.Context, int64) error { return syscall.ECONNRESET }}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source("millrace.errors.restart.enable=true", "millrace.errors.restart.backoff.ms=3600000", "millrace.errors.restart.backoff.max.ms=3600000"))
	if got := b.next(2); got != "RUNNING FAILED" {
		t.Fatalf("states %s", got)
	}
	b.stopTask("s")
	if len(b.reports) > 0 {
		t.Errorf("a stopped task reports %v", <-b.reports)
	}
}

func TestRestart_APausedTaskWaits(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	f := &fakeConnector{sink: func() connectors.SinkTask {
		return &collector{put: func(_ context.Context, _ connectors.SinkTaskContext, batches []*batch.Batch) error {
			if len(batches) > 0 && broken.Load() {
				return syscall.ECONNREFUSED
			}
			return nil
		}}
	}}
	b := newBench(t, sinkOf(f), map[string]int32{"t": 1})
	b.produce("t", "a")
	b.startTask("k", sink(quick("millrace.errors.restart.max=-1")...))
	if got := b.next(3); got != "RUNNING FAILED RESTARTING" {
		t.Fatalf("states %s", got)
	}
	b.worker.SetTaskTarget(connectors.TaskID{Connector: "k"}, connectors.TargetPaused)
	b.until("the task is paused", func() bool {
		select {
		case s := <-b.reports:
			return s.State == connectors.Paused
		default:
			return false
		}
	})
	broken.Store(false)
	b.worker.SetTaskTarget(connectors.TaskID{Connector: "k"}, connectors.TargetStarted)
	if got := b.next(1); got != "RUNNING" {
		t.Fatalf("state %s", got)
	}
	b.until("the row is committed", func() bool { return b.committed("connect-k", "t", 0) == 1 })
}
