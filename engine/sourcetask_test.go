package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/smt"
)

// source returns the config of connector s.
func source(more ...string) map[string]string {
	return pairs(append([]string{"name=s", "connector.class=FakeSource"}, more...)...)
}

func TestSourceTask_RecordsReachTheTopicAndOffsetsFollow(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 100, some: 7} }}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source())
	b.await("s", 0, connectors.Running)

	got := b.consume("t", 100)
	if string(got[99].Value) != "v100" || string(got[99].Key) != "k100" {
		t.Errorf("last record is %s=%s", got[99].Key, got[99].Value)
	}
	b.until("offset 100 is stored", func() bool { return b.offsets.at() == 100 })
	b.stopTask("s")
	b.await("s", 0, connectors.Unassigned)
	if u := b.topics.String(); u != "s-0 t" {
		t.Errorf("topic tracker was told %q", u)
	}
}

func TestSourceTask_TopicShowsAgainAfterAReset(t *testing.T) {
	more := make(chan struct{})
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 2, some: 1, poll: func(ctx context.Context, n int64) error {
			if n == 1 {
				select {
				case <-more:
				case <-ctx.Done():
				}
			}
			return nil
		}}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source())
	b.until("the first row is stored", func() bool { return b.offsets.at() == 1 })
	b.topics.reset()
	close(more)
	b.until("the second row is stored", func() bool { return b.offsets.at() == 2 })
	if u := b.topics.String(); u != "s-0 t" {
		t.Errorf("topic tracker was told %q", u)
	}
	b.stopTask("s")
}

func TestSourceTask_ResumesAfterItsOffset(t *testing.T) {
	last := int64(3)
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: last} }}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source())
	b.consume("t", 3)
	b.stopTask("s")
	b.await("s", 0, connectors.Unassigned)

	last = 5
	b.startTask("s", source())
	if got := values(b.consume("t", 5)); got != "v1 v2 v3 v4 v5" {
		t.Errorf("topic holds %s", got)
	}
	b.stopTask("s")
}

func TestSourceTask_PausesBetweenPolls(t *testing.T) {
	var polls, wrong atomic.Int64
	var paused atomic.Bool
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 1 << 40, poll: func(ctx context.Context, _ int64) error {
			if polls.Add(1); paused.Load() {
				wrong.Add(1)
			}
			return nil
		}}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source())
	b.await("s", 0, connectors.Running)
	b.until("polls", func() bool { return polls.Load() > 2 })
	b.worker.SetTaskTarget(connectors.TaskID{Connector: "s"}, connectors.TargetPaused)
	b.await("s", 0, connectors.Paused)
	paused.Store(true)
	// What was polled is still delivered and committed while paused.
	b.until("all rows are committed", func() bool { return b.offsets.at() == polls.Load() })
	paused.Store(false)
	n := polls.Load()
	b.worker.SetTaskTarget(connectors.TaskID{Connector: "s"}, connectors.TargetStarted)
	b.await("s", 0, connectors.Running)
	b.until("polls again", func() bool { return polls.Load() > n })
	if wrong.Load() > 0 {
		t.Errorf("polled %d times while paused", wrong.Load())
	}
	b.stopTask("s")
	b.await("s", 0, connectors.Unassigned)
}

func TestSourceTask_StartedPausedDoesNotStartThePlugin(t *testing.T) {
	var polls atomic.Int64
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 1, poll: func(context.Context, int64) error { polls.Add(1); return nil }}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	id := connectors.TaskID{Connector: "s"}
	if err := b.worker.StartTask(t.Context(), id, 1, source(), source(), connectors.TargetPaused, b.status); err != nil {
		t.Fatal(err)
	}
	b.await("s", 0, connectors.Paused)
	if polls.Load() > 0 {
		t.Error("the plugin was polled")
	}
	b.worker.SetTaskTarget(id, connectors.TargetStarted)
	b.await("s", 0, connectors.Running)
	b.consume("t", 1)
}

func TestSourceTask_FailuresHaveATrace(t *testing.T) {
	for _, c := range []struct {
		name   string
		poll   func(context.Context, int64) error
		record func(r *connectors.Record, n int64)
		want   string
		more   []string
	}{
		{name: "poll", poll: func(context.Context, int64) error { return errors.New("no table") },
			want: "org.apache.kafka.connect.errors.ConnectException: no table\n"},
		{name: "panic in poll", poll: func(context.Context, int64) error { panic("oops") },
			want: "java.lang.RuntimeException: panic: oops\ngoroutine "},
		{name: "timestamp", record: func(r *connectors.Record, n int64) { r.Timestamp = ptr(int64(-5)) },
			want: "org.apache.kafka.connect.errors.InvalidRecordException: Invalid record timestamp -5\n"},
		{name: "converter", record: func(r *connectors.Record, n int64) {
			r.Value = batch.BooleanValue(true)
			r.ValueSchema = batch.Of(batch.KindBoolean, false)
		},
			more: []string{"value.converter=org.apache.kafka.connect.converters.LongConverter"},
			want: "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused by: org.apache.kafka.connect.errors.DataException: "},
		{name: "record larger than the task's memory", record: func(r *connectors.Record, n int64) {
			r.Value = batch.StringValue(strings.Repeat("x", int(n)<<19))
		},
			more: []string{"millrace.task.memory.bytes=1048576"},
			want: "org.apache.kafka.connect.errors.ConnectException: record for topic \"t\" from source partition {\"p\":\"x\"}, offset {\"n\":2}, " +
				"has 1048578 bytes, more than the task may hold: raise millrace.task.memory.bytes, which is 1048576\n"},
		{name: "overrides", more: []string{"producer.override.acks=1"},
			want: "org.apache.kafka.connect.errors.ConnectException: Client Config Overrides not allowed [[acks,1,[]," +
				"[The 'None' policy does not allow 'acks' to be overridden in the connector configuration.],true]]\n"},
		{name: "converter class", more: []string{"key.converter=org.apache.kafka.connect.storage.SimpleHeaderConverter"},
			want: "org.apache.kafka.common.config.ConfigException: Class class org.apache.kafka.connect.storage.SimpleHeaderConverter does not implement the Converter interface\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fakeConnector{source: func() connectors.SourceTask {
				return &counter{topic: "t", last: 5, poll: c.poll, record: c.record}
			}}
			b := newBench(t, sourceOf(f), map[string]int32{"t": 1}, "connector.client.config.override.policy=None")
			err := b.worker.StartTask(t.Context(), connectors.TaskID{Connector: "s"}, 1, source(c.more...), source(), connectors.TargetStarted, b.status)
			var trace string
			if err != nil {
				trace = errant.Trace(err)
			} else {
				trace = b.await("s", 0, connectors.Failed).Trace
			}
			if !strings.HasPrefix(trace, c.want) {
				t.Errorf("trace is\n%s\nwant\n%s", trace, c.want)
			}
		})
	}
}

func TestSourceTask_RetriablePollIsTriedAgain(t *testing.T) {
	failed := 0
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 2, poll: func(context.Context, int64) error {
			if failed++; failed < 3 {
				return connectors.Retriable(errors.New("busy"))
			}
			return nil
		}}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source())
	if got := values(b.consume("t", 2)); got != "v1 v2" {
		t.Errorf("topic holds %s", got)
	}
}

func TestSourceTask_ToleratesRowsThatCannotBeConverted(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 6, some: 6, record: func(r *connectors.Record, n int64) {
			if r.ValueSchema = nil; n%2 == 0 {
				r.Value = batch.BooleanValue(true)
				r.ValueSchema = batch.Of(batch.KindBoolean, false)
			} else {
				r.Value, r.ValueSchema = batch.Int64Value(n), batch.Of(batch.KindInt64, false)
			}
		}}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source("value.converter=org.apache.kafka.connect.converters.LongConverter", "errors.tolerance=all",
		"errors.log.enable=true", "errors.log.include.messages=true"))
	if got := b.consume("t", 3); string(got[2].Key) != "k5" {
		t.Errorf("last record is %s", got[2].Key)
	}
	// Rows that were dropped move no offset by themselves.
	b.until("offset 5 is stored", func() bool { return b.offsets.at() == 5 })
	b.stopTask("s")
	want := "Error encountered in task s-0. Executing stage 'VALUE_CONVERTER' with class 'org.apache.kafka.connect.converters.LongConverter', where source record is = SourceRecord{"
	if !strings.Contains(b.log.String(), want) {
		t.Errorf("log lacks %s", want)
	}
}

func TestSourceTask_TellsThePluginOfItsRows(t *testing.T) {
	told := make(chan string, 1000)
	f := &fakeConnector{source: func() connectors.SourceTask {
		// The plugin waits in no poll, so that its hooks are called.
		return &committingCounter{counter{topic: "t", last: 1 << 40, commits: told, poll: func(ctx context.Context, at int64) error {
			if at < 4 {
				return nil
			}
			tick := time.NewTimer(time.Millisecond)
			defer tick.Stop()
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
			return connectors.Retriable(errors.New("nothing yet"))
		}}}
	}}
	set := sourceOf(f)
	set.Transforms = smt.NewSet(dropping("v2"))
	b := newBench(t, set, map[string]int32{"t": 1})
	b.startTask("s", source("transforms=d", "transforms.d.type=test.Drop"))
	want := map[string]bool{"v1 t-0@0": true, "v2 dropped": true, "v3 t-0@1": true, "v4 t-0@2": true, "commit": true}
	for len(want) > 0 {
		select {
		case s := <-told:
			delete(want, s)
		case <-time.After(patience):
			t.Fatalf("not told: %v", want)
		}
	}
	b.stopTask("s")
}

func TestSourceTask_CreatesTopics(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "made.here", last: 1} }}
	b := newBench(t, sourceOf(f), nil)
	b.startTask("s", source("topic.creation.groups=g", "topic.creation.default.replication.factor=1", "topic.creation.default.partitions=1",
		"topic.creation.g.include=made.*", "topic.creation.g.partitions=3", "topic.creation.g.retention.ms=1234"))
	b.consume("made.here", 1)
	adm := kadm.NewClient(b.client)
	topics, err := adm.ListTopics(t.Context(), "made.here")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(topics["made.here"].Partitions); n != 3 {
		t.Errorf("topic has %d partitions", n)
	}
	configs, err := adm.DescribeTopicConfigs(t.Context(), "made.here")
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range configs[0].Configs {
		if c.Key == "retention.ms" {
			got = c.MaybeValue()
		}
	}
	if got != "1234" {
		t.Errorf("retention.ms is %q", got)
	}
}

func TestSourceTask_FailsWhenKafkaRefusesARow(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 1} }}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.refuseProduce(kerr.TopicAuthorizationFailed.Code)
	b.startTask("s", source())
	s := b.await("s", 0, connectors.Failed)
	if !strings.HasPrefix(s.Trace, "org.apache.kafka.connect.errors.ConnectException: Unrecoverable exception from producer send callback\nCaused by: ") {
		t.Errorf("trace is %q", s.Trace)
	}
	if b.offsets.at() != -1 {
		t.Errorf("offset %d was stored for a row that is not in Kafka", b.offsets.at())
	}
}

func TestSourceTask_ToleratesARowThatKafkaRefuses(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 1} }}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.refuseProduce(kerr.TopicAuthorizationFailed.Code)
	b.startTask("s", source("errors.tolerance=all"))
	b.until("offset 1 is stored", func() bool { return b.offsets.at() == 1 })
	b.stopTask("s")
	b.await("s", 0, connectors.Unassigned)
}

func TestSourceTask_KeepsOffsetsThatCouldNotBeStored(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 3} }}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.offsets.fail(errors.New("no leader"))
	b.startTask("s", source())
	b.consume("t", 3)
	b.until("failure is logged", func() bool { return strings.Contains(b.log.String(), "source offsets could not be committed") })
	b.offsets.fail(nil)
	b.until("offset 3 is stored", func() bool { return b.offsets.at() == 3 })
	b.stopTask("s")
}

func TestSourceTask_ThatHangsIsCutOff(t *testing.T) {
	polled, release := make(chan struct{}), make(chan struct{})
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 1, poll: func(context.Context, int64) error {
			close(polled)
			<-release
			return nil
		}}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1}, "task.shutdown.graceful.timeout.ms=10")
	b.startTask("s", source())
	b.await("s", 0, connectors.Running)
	<-polled
	b.stopTask("s")
	close(release)
	b.until("task ended", func() bool { return strings.Contains(b.log.String(), "task ended") })
	if len(b.reports) > 0 {
		t.Errorf("a task that was given up reported %v", <-b.reports)
	}
}

func TestSourceTask_StopsPollingWhenItsMemoryIsFull(t *testing.T) {
	var at atomic.Int64
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 1 << 40, some: 100, poll: func(_ context.Context, n int64) error { at.Store(n); return nil },
			record: func(r *connectors.Record, _ int64) { r.Value = batch.StringValue(strings.Repeat("x", 10000)) }}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1}, "millrace.task.memory.bytes=4194304")
	free := b.holdProduce()
	b.startTask("s", source())
	b.await("s", 0, connectors.Running)
	b.until("polling stops", func() bool { return strings.Contains(b.log.String(), "memory of the task is full") })
	if n := at.Load(); n > 1000 {
		t.Errorf("%d rows of 10 kB were polled into 4 MiB", n)
	}
	free()
	n := at.Load()
	b.until("polling goes on", func() bool { return at.Load() > n })
	b.stopTask("s")
}

func TestSourceTask_TransformsRowsUnderAPredicate(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 4, some: 4} }}
	set := sourceOf(f)
	set.Transforms, set.Predicates = smt.NewSet(dropping("")), smt.NewPredicateSet(being("v3"))
	b := newBench(t, set, map[string]int32{"t": 1})
	b.startTask("s", source("transforms=d", "transforms.d.type=Drop", "transforms.d.predicate=p", "transforms.d.negate=true",
		"predicates=p", "predicates.p.type=test.Being"))
	if got := values(b.consume("t", 1)); got != "v3" {
		t.Errorf("topic holds %s", got)
	}
	b.until("offset 3 is stored", func() bool { return b.offsets.at() == 3 })
	b.stopTask("s")
}

func ptr[T any](v T) *T { return &v }

func TestSourceTask_RowsBeforeTheOneThatFailsGoOut(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: 4, some: 4, record: func(r *connectors.Record, n int64) {
			if n == 3 {
				r.Timestamp = ptr(int64(1))
				r.Headers = []batch.Header{{Key: "h", Decoded: true, Value: batch.StringValue("x")}}
			}
		}}
	}}
	set := sourceOf(f)
	set.Transforms = smt.NewSet(refusing("v3"))
	b := newBench(t, set, map[string]int32{"t": 1})
	b.startTask("s", source("transforms=r", "transforms.r.type=test.Refuse"))
	s := b.await("s", 0, connectors.Failed)
	want := "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused by: org.apache.kafka.connect.errors.DataException: no v3\n"
	if s.Trace != want {
		t.Errorf("trace is %s", s.Trace)
	}
	if got := values(b.consume("t", 2)); got != "v1 v2" {
		t.Errorf("topic holds %s", got)
	}
	if o := b.offsets.at(); o != 2 {
		t.Errorf("offset %d is stored", o)
	}
}

func TestSourceTask_TellsThePluginOfCommitsWhilePaused(t *testing.T) {
	told := make(chan string, 1000)
	f := &fakeConnector{source: func() connectors.SourceTask {
		return &committingCounter{counter{topic: "t", last: 1 << 40, commits: told}}
	}}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startTask("s", source())
	b.consume("t", 1)
	b.worker.SetTaskTarget(connectors.TaskID{Connector: "s"}, connectors.TargetPaused)
	b.await("s", 0, connectors.Paused)
	for len(told) > 0 {
		<-told
	}
	select {
	case <-told:
	case <-time.After(patience):
		t.Fatal("nothing is told while paused")
	}
	b.stopTask("s")
}

func TestSourceTask_RowsGivenUpWithTheTaskAreNotTolerated(t *testing.T) {
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 5, some: 5} }}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1}, "task.shutdown.graceful.timeout.ms=10")
	free := b.holdProduce()
	b.startTask("s", source("errors.tolerance=all"))
	b.await("s", 0, connectors.Running)
	b.until("rows wait", func() bool {
		snap := b.metrics.Snapshot()
		return len(snap.Tasks) == 1 && snap.Tasks[0].Records == 5
	})
	b.stopTask("s")
	free()
	b.until("task ended", func() bool { return strings.Contains(b.log.String(), "task ended") })
	if o := b.offsets.at(); o != -1 {
		t.Errorf("offset %d is stored for rows that Kafka never answered", o)
	}
}

func TestSourceTask_RetriesRowsOfTransforms(t *testing.T) {
	// v2 needs three attempts, v3 never makes it.
	f := &fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t", last: 4, some: 4} }}
	set := sourceOf(f)
	var tries atomic.Int64
	set.Transforms = smt.NewSet(&smt.Class{Name: "test.Busy", Def: config.NewDef(), New: func(map[string]string, smt.Context) (smt.Transform, error) {
		return smt.Rows(func(r smt.Record) (smt.Record, bool, error) {
			switch v := r.Value.Str(); {
			case v == "v2" && tries.Add(1) < 3, v == "v3":
				return r, false, connectors.Retriable(errors.New("busy with " + v))
			}
			r.Value = batch.StringValue(r.Value.Str() + "!")
			return r, true, nil
		}, nil), nil
	}})
	b := newBench(t, set, map[string]int32{"t": 1})
	b.startTask("s", source("transforms=r", "transforms.r.type=test.Busy", "errors.retry.timeout=300", "errors.retry.delay.max.ms=1",
		"errors.tolerance=all", "errors.log.enable=true"))
	if got := values(b.consume("t", 3)); got != "v1! v2! v4!" {
		t.Errorf("topic holds %s", got)
	}
	b.stopTask("s")
	if !strings.Contains(b.log.String(), "busy with v3") || strings.Contains(b.log.String(), "busy with v2") {
		t.Error("the log does not say that v3 alone failed for good")
	}
}
