package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/smt"
)

// lettering is a source config with a dead letter queue.
func lettering(more ...string) map[string]string {
	return source(append([]string{
		"errors.tolerance=all", "millrace.errors.deadletterqueue.source.enable=true", "errors.deadletterqueue.topic.name=dead",
		"errors.deadletterqueue.topic.replication.factor=1", "errors.deadletterqueue.context.headers.enable=true",
	}, more...)...)
}

// letterBench has a source of the numbers up to last, some a poll, and topics t and dead.
func letterBench(t *testing.T, last, some int64, record func(*connectors.Record, int64), transforms ...*smt.Class) *bench {
	t.Helper()
	set := sourceOf(&fakeConnector{source: func() connectors.SourceTask {
		return &counter{topic: "t", last: last, some: some, record: record}
	}})
	set.Converters = codec.NewSet(slices.Concat(primitive.Classes(), header.Classes(), connectjson.Classes())...)
	set.Transforms = smt.NewSet(transforms...)
	return newBench(t, set, map[string]int32{"t": 2, "dead": 1}, "offset.flush.timeout.ms=100")
}

// evenIsTrue makes the values of even numbers truths, which LongConverter refuses.
func evenIsTrue(r *connectors.Record, n int64) {
	r.Value, r.ValueSchema = batch.Int64Value(n), batch.Of(batch.KindInt64, false)
	if n%2 == 0 {
		r.Value, r.ValueSchema = batch.BooleanValue(true), batch.Of(batch.KindBoolean, false)
	}
}

// show is key, value and headers of a letter, without the stack trace.
func show(r *kgo.Record) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%s=%s", r.Key, r.Value)
	for _, h := range r.Headers {
		if name, ok := strings.CutPrefix(h.Key, "__connect.errors."); ok && strings.HasPrefix(name, "exception.") {
			continue
		}
		fmt.Fprintf(&s, " %s=%s", strings.TrimPrefix(h.Key, "__"), h.Value)
	}
	return s.String()
}

const longConverter = "org.apache.kafka.connect.converters.LongConverter"

// TestSourceLetters_WhatAConverterRefuses is written as JSON with its schema, and the offset moves over it.
func TestSourceLetters_WhatAConverterRefuses(t *testing.T) {
	b := letterBench(t, 6, 6, evenIsTrue)
	b.startTask("s", lettering("value.converter="+longConverter))
	for i, r := range b.consume("dead", 3) {
		n := 2*i + 2
		want := fmt.Sprintf(`k%d={"schema":{"type":"boolean","optional":false},"payload":true} millrace.errors.value.format=json connect.errors.topic=t `+
			`connect.errors.connector.name=s connect.errors.task.id=0 connect.errors.stage=VALUE_CONVERTER connect.errors.class.name=%s `+
			`millrace.errors.source.partition={"p":"x"} millrace.errors.source.offset={"n":%d}`, n, longConverter, n)
		if got := show(r); got != want {
			t.Errorf("letter is\n%s\nwant\n%s", got, want)
		}
	}
	b.until("offset 6 is stored", func() bool { return b.offsets.at() == 6 })
	if got := b.consume("t", 3); len(got) != 3 {
		t.Errorf("last record is %s", got[2].Key)
	}
	var text strings.Builder
	if err := b.metrics.WritePrometheus(&text); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"deadletterqueue_produce_requests", "total_record_errors", "total_record_failures", "total_records_skipped"} {
		if want := "kafka_connect_task_error_" + name + `{connector="s",task="0"} 3`; !strings.Contains(text.String(), want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	b.stopTask("s")
}

// TestSourceLetters_WhatATransformRefuses is written as the connector's converters write it, before all transforms.
func TestSourceLetters_WhatATransformRefuses(t *testing.T) {
	b := letterBench(t, 3, 3, func(r *connectors.Record, n int64) {
		r.Timestamp, r.Partition = ptr(int64(1_700_000_000_000)+n), ptr(int32(0))
		r.Headers = []batch.Header{{Key: "h", Decoded: true, Schema: batch.Of(batch.KindInt64, false), Value: batch.Int64Value(n)}}
	}, refusing("v2"))
	b.startTask("s", lettering("transforms=r", "transforms.r.type=test.Refuse"))
	r := b.consume("dead", 1)[0]
	if got, want := show(r), `k2=v2 h=2 connect.errors.topic=t connect.errors.partition=0 connect.errors.connector.name=s connect.errors.task.id=0 `+
		`connect.errors.stage=TRANSFORMATION connect.errors.class.name=test.Refuse `+
		`millrace.errors.source.partition={"p":"x"} millrace.errors.source.offset={"n":2}`; got != want {
		t.Errorf("letter is\n%s\nwant\n%s", got, want)
	}
	if ts := r.Timestamp.UnixMilli(); ts != 1_700_000_000_002 {
		t.Errorf("time of the letter is %d", ts)
	}
	b.until("offset 3 is stored", func() bool { return b.offsets.at() == 3 })
	b.stopTask("s")
}

// refuseEven lets Kafka refuse the records of even numbers, which go to a partition of their own.
func refuseEven(b *bench) {
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "t", Partitions: []int32{0}, Err: kerr.InvalidRecord, Count: -1})
}

// TestSourceLetters_WhatKafkaRefuses goes there too, alone: its neighbours do not.
func TestSourceLetters_WhatKafkaRefuses(t *testing.T) {
	b := letterBench(t, 4, 4, func(r *connectors.Record, n int64) { r.Partition = ptr(int32(n % 2)) })
	refuseEven(b)
	b.startTask("s", lettering())
	for i, r := range b.consume("dead", 2) {
		key := fmt.Sprintf("k%d=v%d ", 2*i+2, 2*i+2)
		want := "connect.errors.partition=0 connect.errors.connector.name=s connect.errors.task.id=0 connect.errors.stage=KAFKA_PRODUCE connect.errors.class.name=org.apache.kafka.connect.runtime.WorkerSourceTask"
		if got := show(r); !strings.HasPrefix(got, key) || !strings.Contains(got, want) {
			t.Errorf("letter is %s", got)
		}
	}
	b.until("offset 4 is stored", func() bool { return b.offsets.at() == 4 })
	if got := values(b.consume("t", 2)); got != "v1 v3" {
		t.Errorf("topic holds %s", got)
	}
	b.stopTask("s")
}

// TestSourceLetters_OffsetsWait for the letter of a row, and what came behind it too; so does the plugin.
func TestSourceLetters_OffsetsWait(t *testing.T) {
	for _, stage := range []string{"converter", "Kafka"} {
		t.Run(stage, func(t *testing.T) {
			told := make(chan string, 100)
			set := sourceOf(&fakeConnector{source: func() connectors.SourceTask {
				return &committingCounter{counter{topic: "t", last: 4, commits: told, record: func(r *connectors.Record, n int64) {
					r.Partition = ptr(int32(n % 2))
					if stage == "converter" {
						evenIsTrue(r, n)
					} else {
						r.Value, r.ValueSchema = batch.Int64Value(n), batch.Of(batch.KindInt64, false)
					}
				}}}
			}})
			set.Converters = codec.NewSet(slices.Concat(primitive.Classes(), header.Classes(), connectjson.Classes())...)
			b := newBench(t, set, map[string]int32{"t": 2, "dead": 1})
			if stage == "Kafka" {
				refuseEven(b)
			}
			held := b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "dead", Err: kerr.NotLeaderForPartition, Count: -1})
			b.startTask("s", lettering("value.converter="+longConverter))
			b.until("the letter is refused for now", func() bool { return held.Hits() > 1 })
			b.consume("t", 2)
			b.until("offset 1 is stored", func() bool { return b.offsets.at() == 1 })
			sets := held.Hits()
			b.until("time passes", func() bool { return held.Hits() > sets+1 })
			if at := b.offsets.at(); at != 1 {
				t.Errorf("offset %d is stored, a row before it is nowhere", at)
			}
			held.Remove()
			b.until("offset 4 is stored", func() bool { return b.offsets.at() == 4 })
			b.stopTask("s")
			dropped := 0
			for len(told) > 0 {
				if strings.HasSuffix(<-told, "dropped") {
					dropped++
				}
			}
			if dropped != 2 {
				t.Errorf("the plugin was told of %d rows that are dead letters, want 2", dropped)
			}
		})
	}
}

// TestSourceLetters_ALostOneFailsTheTask: the row would be nowhere.
func TestSourceLetters_ALostOneFailsTheTask(t *testing.T) {
	b := letterBench(t, 4, 1, evenIsTrue)
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "dead", Err: kerr.TopicAuthorizationFailed, Count: -1})
	b.startTask("s", lettering("value.converter="+longConverter))
	if s := b.await("s", 0, connectors.Failed); !strings.HasPrefix(s.Trace, "org.apache.kafka.connect.errors.ConnectException: dead letter queue: Not authorized to access topics: [dead] (the client's principal needs Write on topic dead)") {
		t.Errorf("trace is %s", s.Trace)
	}
	if at := b.offsets.at(); at > 1 {
		t.Errorf("offset %d is stored past the row that is nowhere", at)
	}
}

// TestSourceLetters_OnlyWhereAskedFor: the keys of sinks alone change nothing, as in Java.
func TestSourceLetters_OnlyWhereAskedFor(t *testing.T) {
	b := letterBench(t, 3, 1, evenIsTrue)
	b.startTask("s", source("errors.tolerance=all", "errors.deadletterqueue.topic.name=dead", "errors.deadletterqueue.topic.replication.factor=nonsense",
		"value.converter="+longConverter))
	b.until("offset 3 is stored", func() bool { return b.offsets.at() == 3 })
	b.stopTask("s")
	ends, err := kadm.NewClient(b.client).ListEndOffsets(t.Context(), "dead")
	if err != nil {
		t.Fatal(err)
	}
	if o, _ := ends.Lookup("dead", 0); o.Offset != 0 {
		t.Errorf("%d letters", o.Offset)
	}
}

// TestSourceLetters_NeedATopic, and JsonConverter.
func TestSourceLetters_NeedATopic(t *testing.T) {
	b := letterBench(t, 1, 1, nil)
	b.startTask("s", lettering("errors.deadletterqueue.topic.name= "))
	if s := b.await("s", 0, connectors.Failed); !strings.Contains(s.Trace, "ConfigException: errors.deadletterqueue.topic.name is missing: millrace.errors.deadletterqueue.source.enable") {
		t.Errorf("trace is %s", s.Trace)
	}
	b = newBench(t, sourceOf(&fakeConnector{source: func() connectors.SourceTask { return &counter{topic: "t"} }}), nil)
	b.startTask("s", lettering())
	if s := b.await("s", 0, connectors.Failed); !strings.Contains(s.Trace, "org.apache.kafka.connect.json.JsonConverter, which this worker lacks") {
		t.Errorf("trace is %s", s.Trace)
	}
}

// TestSourceLetters_EndWithTheirTask: a queue that never answers does not hold a task that is given up.
func TestSourceLetters_EndWithTheirTask(t *testing.T) {
	b := letterBench(t, 4, 1, evenIsTrue)
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "dead", Err: kerr.NotLeaderForPartition, Count: -1})
	b.startTask("s", lettering("value.converter="+longConverter))
	b.until("offset 1 is stored", func() bool { return b.offsets.at() == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := b.worker.StopTasks(ctx, []connectors.TaskID{{Connector: "s"}}); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	b.until("the task ended", func() bool { return strings.Contains(b.log.String(), "task ended") })
	if at := b.offsets.at(); at != 1 {
		t.Errorf("offset %d is stored", at)
	}
}
