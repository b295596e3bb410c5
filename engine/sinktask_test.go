package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// sink returns the config of connector k, which reads topic t.
func sink(more ...string) map[string]string {
	return pairs(append([]string{"name=k", "connector.class=FakeSink", "topics=t"}, more...)...)
}

func TestSinkTask_PutsRecordsAndCommitsTheirOffsets(t *testing.T) {
	c := &collector{}
	b := newBench(t, sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return c }}), map[string]int32{"t": 1})
	b.produce("t", "a", "b", "c")
	b.startTask("k", sink())
	b.await("k", 0, connectors.Running)
	b.until("three rows", func() bool { return c.has() == 3 })
	if c.String() != "a b c" {
		t.Errorf("rows are %s", c)
	}
	b.until("offset 3 is committed", func() bool { return b.committed("connect-k", "t", 0) == 3 })
	b.stopTask("k")
	b.await("k", 0, connectors.Unassigned)
	if u := b.topics.String(); u != "k-0 t" {
		t.Errorf("topic tracker was told %q", u)
	}
}

func TestSinkTask_TopicShowsAgainAfterAReset(t *testing.T) {
	c := &collector{}
	b := sinkBench(t, c, 1, nil)
	b.produce("t", "a")
	b.until("one row", func() bool { return c.has() == 1 })
	b.topics.reset()
	b.produce("t", "b")
	b.until("two rows", func() bool { return c.has() == 2 })
	if u := b.topics.String(); u != "k-0 t" {
		t.Errorf("topic tracker was told %q", u)
	}
	b.stopTask("k")
}

// sinkBench starts connector k with a collector on topic t.
func sinkBench(t *testing.T, c *collector, partitions int32, worker []string, config ...string) *bench {
	t.Helper()
	b := newBench(t, sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return c }}), map[string]int32{"t": partitions}, worker...)
	b.startTask("k", sink(config...))
	return b
}

func TestSinkTask_ResumesAtTheCommittedOffset(t *testing.T) {
	c := &collector{}
	b := sinkBench(t, c, 1, nil)
	b.produce("t", "a", "b")
	b.until("two rows", func() bool { return c.has() == 2 })
	b.stopTask("k")
	b.await("k", 0, connectors.Unassigned)
	if o := b.committed("connect-k", "t", 0); o != 2 {
		t.Errorf("committed offset is %d", o)
	}
	b.produce("t", "c")
	b.startTask("k", sink())
	b.until("three rows", func() bool { return c.has() == 3 })
	if c.String() != "a b c" {
		t.Errorf("rows are %s", c)
	}
	b.stopTask("k")
	if got := strings.Join(c.calls, ", "); got != "open 1, close 1, stop, open 1, close 1, stop" {
		t.Errorf("calls are %s", got)
	}
}

func TestSinkTask_PauseHoldsRowsBack(t *testing.T) {
	var paused atomic.Bool
	wrong := make(chan string, 10)
	c := &collector{put: func(_ context.Context, _ connectors.SinkTaskContext, batches []*batch.Batch) error {
		if paused.Load() && len(batches) > 0 {
			wrong <- "rows while paused"
		}
		return nil
	}}
	b := sinkBench(t, c, 1, nil)
	b.produce("t", "a")
	b.until("a row", func() bool { return c.has() == 1 })
	b.worker.SetTaskTarget(connectors.TaskID{Connector: "k"}, connectors.TargetPaused)
	b.await("k", 0, connectors.Paused)
	paused.Store(true)
	b.produce("t", "b")
	b.until("offset 1 is committed", func() bool { return b.committed("connect-k", "t", 0) == 1 })
	paused.Store(false)
	b.worker.SetTaskTarget(connectors.TaskID{Connector: "k"}, connectors.TargetStarted)
	b.await("k", 0, connectors.Running)
	b.until("another row", func() bool { return c.has() == 2 })
	if len(wrong) > 0 {
		t.Error(<-wrong)
	}
	b.stopTask("k")
}

func TestSinkTask_RetriablePutBringsTheSameRowsAgain(t *testing.T) {
	tries := 0
	c := &collector{put: func(_ context.Context, tc connectors.SinkTaskContext, batches []*batch.Batch) error {
		if len(batches) == 0 {
			return nil
		}
		if tries++; tries < 4 {
			tc.Timeout(time.Millisecond)
			return connectors.Retriable(errors.New("busy"))
		}
		return nil
	}}
	b := sinkBench(t, c, 1, nil)
	b.produce("t", "a", "b")
	b.until("rows", func() bool { return c.has() == 2 })
	b.produce("t", "c")
	b.until("later row", func() bool { return c.has() == 3 })
	if c.String() != "a b c" {
		t.Errorf("rows are %s", c)
	}
	b.until("offset 3 is committed", func() bool { return b.committed("connect-k", "t", 0) == 3 })
	b.stopTask("k")
}

func TestSinkTask_SeeksWhereThePluginWants(t *testing.T) {
	c := &collector{open: func(tc connectors.SinkTaskContext) {
		tc.Seek(map[connectors.TopicPartition]int64{{Topic: "t"}: 2})
	}}
	b := newBench(t, sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return c }}), map[string]int32{"t": 1})
	b.produce("t", "a", "b", "c")
	b.startTask("k", sink())
	b.until("a row", func() bool { return c.has() > 0 })
	if c.String() != "c" {
		t.Errorf("rows are %s", c)
	}
	b.stopTask("k")
}

func TestSinkTask_CommitsNoMoreThanThePluginAllows(t *testing.T) {
	c := &cautious{}
	b := newBench(t, sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return c }}), map[string]int32{"t": 1})
	b.produce("t", "a", "b", "c")
	b.startTask("k", sink())
	b.until("offset 1 is committed", func() bool { return b.committed("connect-k", "t", 0) == 1 })
	b.stopTask("k")
	if o := b.committed("connect-k", "t", 0); o != 1 {
		t.Errorf("committed offset is %d", o)
	}
}

// cautious is a collector that lets one row be committed.
type cautious struct{ collector }

func (c *cautious) PreCommit(_ context.Context, o map[connectors.TopicPartition]int64) (map[connectors.TopicPartition]int64, error) {
	for tp := range o {
		o[tp] = min(o[tp], 1)
	}
	return o, nil
}

func TestSinkTask_SubscribesByPattern(t *testing.T) {
	c := &collector{}
	b := newBench(t, sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return c }}), map[string]int32{"in.1": 1, "in.2": 1, "in.3": 1, "out": 1})
	b.produce("in.1", "a")
	b.produce("in.2", "b")
	b.produce("in.3", "c")
	b.produce("out", "c")
	props := sink("topics.regex=in\\.(?!3).")
	delete(props, "topics")
	b.startTask("k", props)
	b.until("two rows", func() bool { return c.has() == 2 })
	b.stopTask("k")
	if s := c.String(); s != "a b" && s != "b a" {
		t.Errorf("rows are %s", s)
	}
}

func TestSinkTask_TasksShareThePartitions(t *testing.T) {
	var mu sync.Mutex
	var all []*collector
	f := &fakeConnector{sink: func() connectors.SinkTask {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, &collector{})
		return all[len(all)-1]
	}}
	b := newBench(t, sinkOf(f), map[string]int32{"t": 4})
	props := sink("tasks.max=2")
	b.startTask("k", props)
	b.await("k", 0, connectors.Running)
	if err := b.worker.StartTask(t.Context(), connectors.TaskID{Connector: "k", Task: 1}, 2, props, props, connectors.TargetStarted, b.status); err != nil {
		t.Fatal(err)
	}
	b.await("k", 1, connectors.Running)
	rows := 0
	b.until("both get rows", func() bool {
		for range 8 {
			rows++
			b.produce("t", fmt.Sprintf("key%d=%d", rows, rows))
		}
		mu.Lock()
		defer mu.Unlock()
		return all[0].has() > 0 && all[1].has() > 0
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := b.worker.StopTasks(ctx, []connectors.TaskID{{Connector: "k"}, {Connector: "k", Task: 1}, {Connector: "z"}}); err != nil {
		t.Error(err)
	}
	for range 2 { // in either order
		if s := <-b.reports; s.State != connectors.Unassigned {
			t.Errorf("%s is %s", s.ID, s.State)
		}
	}
}

func TestSinkTask_ThatHangsIsCutOff(t *testing.T) {
	in, release := make(chan struct{}), make(chan struct{})
	c := &collector{put: func(_ context.Context, _ connectors.SinkTaskContext, batches []*batch.Batch) error {
		if len(batches) > 0 {
			close(in)
			<-release
		}
		return nil
	}}
	b := sinkBench(t, c, 1, []string{"task.shutdown.graceful.timeout.ms=10", "offset.flush.interval.ms=60000"})
	b.await("k", 0, connectors.Running)
	b.produce("t", "a")
	<-in
	b.stopTask("k")
	close(release)
	b.until("task ended", func() bool { return strings.Contains(b.log.String(), "task ended") })
	if len(b.reports) > 0 {
		t.Errorf("a task that was given up reported %v", <-b.reports)
	}
	if o := b.committed("connect-k", "t", 0); o > 0 {
		t.Errorf("a task that was given up committed offset %d", o)
	}
}

func TestSinkTask_ThatHangsInPutSeesItsContextEnd(t *testing.T) {
	c := &collector{put: func(ctx context.Context, _ connectors.SinkTaskContext, batches []*batch.Batch) error {
		if len(batches) > 0 {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}}
	b := sinkBench(t, c, 1, []string{"task.shutdown.graceful.timeout.ms=10"})
	b.produce("t", "a")
	b.await("k", 0, connectors.Running)
	b.stopTask("k")
	b.until("task ended", func() bool { return strings.Contains(b.log.String(), "task ended") })
}

func TestStartTask_Refuses(t *testing.T) {
	b := sinkBench(t, &collector{}, 1, nil)
	for _, c := range []struct {
		id    connectors.TaskID
		count int
		props map[string]string
		want  string
	}{
		{connectors.TaskID{Connector: "k"}, 1, sink(), "Task already exists in this worker: k-0"},
		{connectors.TaskID{Connector: "k", Task: 1}, 2, sink(), "The connector k has generated 2 tasks, which is greater than 1, "},
		{connectors.TaskID{Connector: "j"}, 2, sink(), "The connector j has generated 2 tasks, which is greater than 1, "},
		{connectors.TaskID{Connector: "x"}, 1, sink("millrace.stage.rows.max=0"), "Invalid value 0 for configuration millrace.stage.rows.max: Value must be at least 1"},
	} {
		err := b.worker.StartTask(t.Context(), c.id, c.count, c.props, c.props, connectors.TargetStarted, b.status)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.id, err, c.want)
		}
	}
	b.stopTask("k")
}
