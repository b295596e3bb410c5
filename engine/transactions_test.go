package engine_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/engine/produce"
)

// exactlyOnceBench is a bench whose worker's source tasks deliver exactly once. The offset of the only partition
// lies in topic "offsets", as text.
type exactlyOnceBench struct {
	*bench

	mu            sync.Mutex
	fence, verify error
	calls         []string
}

func newExactlyOnceBench(t *testing.T, set plugin.Set, settings ...string) *exactlyOnceBench {
	t.Helper()
	b := &exactlyOnceBench{bench: newBench(t, set, map[string]int32{"t": 1, "offsets": 1}, settings...)}
	o := b.options
	o.Config["exactly.once.source.support"], o.Config["group.id"] = "enabled", "g"
	o.Distributed, o.ExactlyOnce, o.Offsets = true, b, b
	var err error
	if b.worker, err = engine.NewWorker(o); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *exactlyOnceBench) called(what string, err *error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, what)
	return *err
}

func (b *exactlyOnceBench) Fence(_ context.Context, id connectors.TaskID) error {
	return b.called("fence "+id.String(), &b.fence)
}

func (b *exactlyOnceBench) Verify(_ context.Context, id connectors.TaskID) error {
	return b.called("verify "+id.String(), &b.verify)
}

func (b *exactlyOnceBench) OffsetsTopic(context.Context, string) (string, error) {
	return "offsets", nil
}

func (b *exactlyOnceBench) OffsetRecords(_ context.Context, connector string, offsets []connectors.PartitionOffset) ([]produce.Record, error) {
	n, _ := offsets[0].Offset.Map().Get(batch.StringValue("n"))
	return []produce.Record{{Key: []byte(connector), Value: strconv.AppendInt(nil, n.Int(), 10)}}, nil
}

func (b *exactlyOnceBench) OffsetsCommitted(context.Context, string, []connectors.PartitionOffset) error {
	return nil
}

func (b *exactlyOnceBench) Get(context.Context, string, []batch.Value) ([]batch.Value, error) {
	list := b.committedIn("offsets")
	if len(list) == 0 {
		return []batch.Value{{}}, nil
	}
	n, err := strconv.ParseInt(list[len(list)-1], 10, 64)
	return []batch.Value{object("n", batch.Int64Value(n))}, err
}

func (b *exactlyOnceBench) Set(context.Context, string, []connectors.PartitionOffset) error {
	return errors.New("offsets are written by the tasks")
}

// committedIn returns the values of a topic that a reader of committed records sees by now.
func (b *exactlyOnceBench) committedIn(topic string) []string {
	stable := b.cluster.PartitionInfo(topic, 0).LastStableOffset
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.brokers...), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		b.t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out := []string{}
	for next := int64(0); next < stable; {
		f := cl.PollFetches(ctx)
		if ctx.Err() != nil {
			b.t.Fatalf("topic %s is not read to its end", topic)
		}
		f.EachRecord(func(r *kgo.Record) {
			next = r.Offset + 1
			if !r.Attrs.IsControl() {
				out = append(out, string(r.Value))
			}
		})
	}
	return out
}

func (b *exactlyOnceBench) sees(topic, want string) {
	b.t.Helper()
	b.until(topic+" has "+want, func() bool { return strings.Join(b.committedIn(topic), " ") == want })
}

func TestExactlyOnce_RowsAndOffsetsAreOneTransaction(t *testing.T) {
	last := int64(4)
	commits := make(chan string, 20)
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &committingCounter{counter{topic: "t", last: last, some: 2, commits: commits}}
	}}
	b := newExactlyOnceBench(t, sourceOf(f))
	b.startTask("s", source())
	b.sees("t", "v1 v2 v3 v4")
	b.sees("offsets", "2 4")
	b.stopTask("s")
	b.await("s", 0, connectors.Unassigned)
	if got := strings.Join(b.calls, ", "); got != "fence s-0, verify s-0" {
		t.Errorf("calls are %s", got)
	}
	// Per transaction two rows, an offset in the other topic, and a marker.
	for _, want := range []string{"v1 t-0@0", "v2 t-0@1", "commit", "v3 t-0@3", "v4 t-0@4", "commit"} {
		if got := <-commits; got != want {
			t.Errorf("the plugin is told %s, want %s", got, want)
		}
	}
	last = 5
	b.startTask("s", source())
	b.sees("t", "v1 v2 v3 v4 v5")
	b.stopTask("s")
}

func TestExactlyOnce_NothingOfAFailedTaskIsSeen(t *testing.T) {
	written := make(chan struct{})
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 3, some: 1, poll: func(_ context.Context, n int64) error {
			if n == 2 {
				<-written
				return errors.New("oops")
			}
			return nil
		}}
	}}
	b := newExactlyOnceBench(t, sourceOf(f))
	b.startTask("s", source("transaction.boundary=interval", "transaction.boundary.interval.ms=3600000"))
	b.until("rows are written", func() bool { return b.cluster.PartitionInfo("t", 0).HighWatermark == 2 })
	close(written)
	b.awaitFailure("oops")
	b.until("the transaction is aborted", func() bool {
		i := b.cluster.PartitionInfo("t", 0)
		return i.LastStableOffset == i.HighWatermark
	})
	b.sees("t", "")
	b.sees("offsets", "")
}

// awaitFailure waits until task 0 is FAILED with a text in its trace.
func (b *exactlyOnceBench) awaitFailure(text string) {
	b.t.Helper()
	for {
		select {
		case s := <-b.reports:
			if s.State != connectors.Failed {
				continue
			}
			if !strings.Contains(s.Trace, text) {
				b.t.Errorf("trace is %s", s.Trace)
			}
			return
		case <-time.After(patience):
			b.t.Fatal("the task did not fail")
		}
	}
}

func TestExactlyOnce_IntervalEndsWithPause(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 3, some: 1, poll: func(ctx context.Context, n int64) error {
			if n == 3 {
				select { // so that the target is looked at
				case <-time.After(5 * time.Millisecond):
				case <-ctx.Done():
				}
				return connectors.Retriable(errors.New("nothing"))
			}
			return nil
		}}
	}}
	b := newExactlyOnceBench(t, sourceOf(f))
	b.startTask("s", source("transaction.boundary=interval", "transaction.boundary.interval.ms=3600000"))
	b.until("all rows are written", func() bool { return b.cluster.PartitionInfo("t", 0).HighWatermark == 3 })
	b.sees("t", "")
	b.worker.SetTaskTarget(connectors.TaskID{Connector: "s"}, connectors.TargetPaused)
	b.await("s", 0, connectors.Paused)
	b.sees("t", "v1 v2 v3")
	b.sees("offsets", "3")
	b.stopTask("s")
}

func TestExactlyOnce_TheNextTaskFencesTheLast(t *testing.T) {
	on := make(chan struct{})
	first := true
	f := &fakeConnector{source: func() connectors.SourceTask {
		c := &counter{topic: "t", last: 4, some: 1}
		if first {
			first = false
			c.poll = func(_ context.Context, n int64) error {
				if n == 2 {
					<-on
				}
				return nil
			}
		}
		return c
	}}
	b := newExactlyOnceBench(t, sourceOf(f))
	b.startTask("s", source())
	b.sees("t", "v1 v2")
	o := b.options
	o.Distributed, o.ExactlyOnce, o.Offsets = true, b, b
	other, err := engine.NewWorker(o)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.Background())
	id := connectors.TaskID{Connector: "s"}
	if err := other.StartTask(t.Context(), id, 1, source(), source(), connectors.TargetStarted, func(connectors.Status) {}); err != nil {
		t.Fatal(err)
	}
	b.sees("t", "v1 v2 v3 v4")
	close(on)
	b.awaitFailure("task s-0")
	b.sees("t", "v1 v2 v3 v4")
}

func TestExactlyOnce_FencingAbortsWhatIsOpen(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 2, some: 1} }}
	b := newExactlyOnceBench(t, sourceOf(f))
	b.startTask("s", source("transaction.boundary=interval", "transaction.boundary.interval.ms=3600000"))
	b.until("all rows are written", func() bool { return b.cluster.PartitionInfo("t", 0).HighWatermark == 2 })
	if err := b.worker.FenceZombies(t.Context(), "s", source(), 3); err != nil {
		t.Fatal(err)
	}
	b.until("the transaction is over", func() bool {
		i := b.cluster.PartitionInfo("t", 0)
		return i.LastStableOffset == i.HighWatermark
	})
	b.stopTask("s") // fails to commit
	b.sees("t", "")
	b.sees("offsets", "")
}

// TestExactlyOnce_FencingWaitsForReplicas has brokers that need a second to replicate the log of transactions.
func TestExactlyOnce_FencingWaitsForReplicas(t *testing.T) {
	b := newExactlyOnceBench(t, sourceOf(&fakeConnector{}))
	var asked []int32
	b.cluster.ControlKey(int16(kmsg.InitProducerID), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		req := r.(*kmsg.InitProducerIDRequest)
		if asked = append(asked, req.TransactionTimeoutMillis); req.TransactionTimeoutMillis >= 1000 {
			return nil, nil, false
		}
		resp := req.ResponseKind().(*kmsg.InitProducerIDResponse)
		resp.ErrorCode = kerr.CoordinatorNotAvailable.Code
		return resp, nil, true
	})
	if err := b.worker.FenceZombies(t.Context(), "s", source(), 1); err != nil {
		t.Fatal(err)
	}
	if len(asked) != 1 || asked[0] != 90_000 {
		t.Errorf("timeouts of the requests are %v", asked)
	}
}

// TestExactlyOnce_FencingWaitsForAnEnd has a coordinator that is just ending the transaction of the one that is fenced.
func TestExactlyOnce_FencingWaitsForAnEnd(t *testing.T) {
	b := newExactlyOnceBench(t, sourceOf(&fakeConnector{}))
	asked := 0
	b.cluster.ControlKey(int16(kmsg.InitProducerID), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.cluster.KeepControl()
		if asked++; asked > 2 {
			return nil, nil, false
		}
		resp := r.ResponseKind().(*kmsg.InitProducerIDResponse)
		resp.ErrorCode = kerr.ConcurrentTransactions.Code
		return resp, nil, true
	})
	if err := b.worker.FenceZombies(t.Context(), "s", source(), 1); err != nil {
		t.Fatal(err)
	}
	if asked != 3 {
		t.Errorf("the coordinator was asked %d times", asked)
	}
}

func TestExactlyOnce_WhatATaskMustNotDo(t *testing.T) {
	refused := errors.New("older tasks are there")
	for name, c := range map[string]struct {
		topic         string
		fence, verify error
		says          string
	}{
		"its offsets' topic": {topic: "offsets", says: "Source tasks may not produce to their own offsets topics when exactly-once support is enabled"},
		"not fenced":         {topic: "t", fence: refused, says: refused.Error()},
		"an old generation":  {topic: "t", verify: refused, says: refused.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: c.topic, last: 2} }}
			b := newExactlyOnceBench(t, sourceOf(f))
			b.fence, b.verify = c.fence, c.verify
			b.startTask("s", source())
			b.awaitFailure(c.says)
			b.sees("t", "")
		})
	}
}

// boundaryCounter is a counter whose one batch ends transactions inside of it, or with it.
type boundaryCounter struct {
	counter
	ask func(x connectors.TransactionContext, b *batch.Batch)
}

func (c *boundaryCounter) Poll(ctx context.Context) ([]*batch.Batch, error) {
	list, err := c.counter.Poll(ctx)
	if len(list) > 0 {
		c.ask(c.tc.Transaction(), list[0])
	}
	return list, err
}

func TestExactlyOnce_ConnectorDefinesTransactions(t *testing.T) {
	for name, c := range map[string]struct {
		ask              func(x connectors.TransactionContext, b *batch.Batch)
		records, offsets string
		fails            string
	}{
		"batch": {ask: func(x connectors.TransactionContext, _ *batch.Batch) { x.CommitAfterBatch() }, records: "v1 v2 v3 v4", offsets: "4"},
		"rows": {ask: func(x connectors.TransactionContext, b *batch.Batch) {
			x.CommitAfterRow(b, 1)
			x.CommitAfterRow(b, 2)
		}, records: "v1 v2 v3", offsets: "2 3"},
		"aborted rows": {ask: func(x connectors.TransactionContext, b *batch.Batch) {
			x.CommitAfterRow(b, 0)
			x.AbortAfterRow(b, 2)
			x.CommitAfterRow(b, 3)
		}, records: "v1 v4", offsets: "1 3 4"},
		"aborted batch": {ask: func(x connectors.TransactionContext, b *batch.Batch) {
			x.CommitAfterRow(b, 1)
			x.AbortAfterBatch()
		}, records: "v1 v2", offsets: "2 4"},
		"nothing": {ask: func(connectors.TransactionContext, *batch.Batch) {}},
		"both": {ask: func(x connectors.TransactionContext, _ *batch.Batch) {
			x.CommitAfterBatch()
			x.AbortAfterBatch()
		}, fails: "Connector requested both commit and abort of same transaction"},
		"both for a row": {ask: func(x connectors.TransactionContext, b *batch.Batch) {
			x.CommitAfterRow(b, 1)
			x.AbortAfterRow(b, 1)
		}, fails: "Connector requested both commit and abort of same record against topic/partition t/null"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeConnector{source: func() connectors.SourceTask {
				return &boundaryCounter{counter{topic: "t", last: 4, some: 4}, c.ask}
			}}
			b := newExactlyOnceBench(t, sourceOf(f))
			b.startTask("s", source("transaction.boundary=connector"))
			if c.fails != "" {
				b.awaitFailure(c.fails)
			} else {
				b.await("s", 0, connectors.Running)
				b.sees("offsets", c.offsets)
				b.stopTask("s")
			}
			b.sees("t", c.records)
			b.sees("offsets", c.offsets)
		})
	}
}

func TestExactlyOnce_IsValidated(t *testing.T) {
	b := newExactlyOnceBench(t, plugin.Set{Connectors: connectors.NewSet(&connectors.Class{
		Name: "test.FakeSourceConnector", TaskClass: "test.FakeSourceTask", Def: config.NewDef(),
		NewSource: func() connectors.SourceConnector { return exactlyOnce{fakeSourceConnector{&fakeConnector{}}} },
	})})
	for props, want := range map[string]string{
		"":        "0 ",
		"once=no": "1 exactly.once.support: The connector does not support exactly-once semantics with the provided configuration.",
	} {
		v, err := b.worker.Validate(t.Context(), source("exactly.once.support=required", "transaction.boundary=connector", props))
		if err != nil {
			t.Fatal(err)
		}
		if got := complaints(v); got != want {
			t.Errorf("%s: %s, want %s", props, got, want)
		}
	}
}
