package errant

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
)

func cluster(t testing.TB, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append(opts, kfake.NumBrokers(1), kfake.SleepOutOfOrder())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func queue(t testing.TB, c *kfake.Cluster, opts ...kgo.Opt) *DeadLetterQueue {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(c.ListenAddrs()...))...)
	if err != nil {
		t.Fatal(err)
	}
	d := &DeadLetterQueue{ID: connectors.TaskID{Connector: "sink", Task: 2}, Topic: "dlq", Client: cl, Logger: slog.New(slog.DiscardHandler), Metrics: &counts{}}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func letters(t testing.TB, c *kfake.Cluster, n int) []*kgo.Record {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics("dlq"), kgo.FetchMaxWait(20*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var out []*kgo.Record
	for len(out) < n {
		f := cl.PollFetches(ctx)
		if ctx.Err() != nil {
			t.Fatalf("%d of %d letters", len(out), n)
		}
		out = append(out, f.Records()...)
	}
	return out
}

// TestDLQ_Letter has the consumed bytes, time and headers, and behind them, where that is configured,
// what went wrong. Source: DeadLetterQueueReporter.
func TestDLQ_Letter(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "dlq"))
	d := queue(t, c)
	b := consumed(t)
	e := &RowError{Row: 1, Stage: ValueConverter, Class: "org.apache.kafka.connect.json.JsonConverter",
		Err: &connectors.Error{Class: "org.apache.kafka.connect.errors.DataException", Text: "bad", Err: errors.New("worse")}}
	for _, d.Headers = range []bool{false, true} {
		if err := d.Report(t.Context(), b, e).Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	e.Row, e.Err = 0, &connectors.Error{Class: "java.lang.NullPointerException"}
	if err := d.Report(t.Context(), b, e).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := letters(t, c, 3)
	for i, r := range got[:2] {
		if string(r.Key) != "k" || string(r.Value) != "value" || r.Timestamp.UnixMilli() != 1_700_000_000_000 {
			t.Errorf("letter %d: %+v", i, r)
		}
	}
	original := []kgo.RecordHeader{{Key: "h", Value: []byte("x")}, {Key: "n"}}
	checkHeaders(t, got[0].Headers, original)
	checkHeaders(t, got[1].Headers, append(original, header("topic", "t"), header("partition", "3"), header("offset", "42"),
		header("connector.name", "sink"), header("task.id", "2"), header("stage", "VALUE_CONVERTER"),
		header("class.name", "org.apache.kafka.connect.json.JsonConverter"),
		header("exception.class.name", "org.apache.kafka.connect.errors.DataException"), header("exception.message", "bad"),
		header("exception.stacktrace", "org.apache.kafka.connect.errors.DataException: bad\nCaused by: org.apache.kafka.connect.errors.ConnectException: worse\n")))
	// Null stays null, empty empty; without a time the producer sets one; no message is a null header.
	if r := got[2]; r.Key != nil || r.Value == nil || len(r.Value) != 0 || time.Since(r.Timestamp) > time.Hour {
		t.Errorf("%+v", r)
	}
	for _, h := range got[2].Headers {
		if h.Key == "__connect.errors.exception.message" && h.Value != nil {
			t.Errorf("message %q", h.Value)
		}
	}
	if m := d.Metrics.(*counts); m.letters != 3 || m.letterFailures != 0 {
		t.Errorf("%+v", m)
	}
}

func header(name, value string) kgo.RecordHeader {
	return kgo.RecordHeader{Key: "__connect.errors." + name, Value: []byte(value)}
}

func checkHeaders(t *testing.T, got, want []kgo.RecordHeader) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d headers, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		if got[i].Key != want[i].Key || !bytes.Equal(got[i].Value, want[i].Value) || (got[i].Value == nil) != (want[i].Value == nil) {
			t.Errorf("header %d is %s=%q, want %s=%q", i, got[i].Key, got[i].Value, want[i].Key, want[i].Value)
		}
	}
}

// TestDLQ_OutlivesTheBatch: what is on its way is a copy, and the end of the caller's context does not
// take it back.
func TestDLQ_OutlivesTheBatch(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "dlq"))
	d := queue(t, c, kgo.ProducerLinger(50*time.Millisecond))
	b := consumed(t)
	ctx, cancel := context.WithCancel(t.Context())
	r := d.Report(ctx, b, &RowError{Row: 1, Err: errOp})
	cancel()
	copy(b.RawValue.Bufs[0], "XXXXX")
	copy(b.RawKey.Bufs[0], "X")
	copy(b.Headers.Entries[0].Raw, "X")
	if err := r.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := r.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l := letters(t, c, 1)[0]; string(l.Value) != "value" || string(l.Key) != "k" || string(l.Headers[0].Value) != "x" {
		t.Errorf("%+v", l)
	}
}

// TestDLQ_LostLetter is counted, and known to whoever waits: its offset must not be committed.
func TestDLQ_LostLetter(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "dlq"))
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "dlq", Err: kerr.TopicAuthorizationFailed})
	d := queue(t, c)
	r := d.Report(t.Context(), consumed(t), &RowError{Row: 1, Err: errOp})
	if err := r.Wait(t.Context()); !errors.Is(err, kerr.TopicAuthorizationFailed) {
		t.Errorf("%v", err)
	}
	if r.(*Letter).arrived() {
		t.Error("a lost letter counts as arrived")
	}
	if m := d.Metrics.(*counts); m.letters != 1 || m.letterFailures != 1 {
		t.Errorf("%+v", m)
	}
}

func TestCreateTopic(t *testing.T) {
	admin := func(c *kfake.Cluster) *kgo.Client {
		cl, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.RetryTimeout(1))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(cl.Close)
		return cl
	}
	c := cluster(t, kfake.SeedTopics(5, "there"))
	for topic, partitions := range map[string]int{"dlq": 1, "there": 5} {
		if err := CreateTopic(t.Context(), admin(c), topic, 1); err != nil {
			t.Fatal(err)
		}
		if n := len(c.PartitionInfos(topic)); n != partitions {
			t.Errorf("%s has %d partitions", topic, n)
		}
	}
	for _, f := range []kfake.Fault{
		{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.InvalidReplicationFactor},
		{Keys: []kmsg.Key{kmsg.CreateTopics}, Err: kerr.TopicAlreadyExists},
	} {
		c := cluster(t)
		c.Fault(f)
		err := CreateTopic(t.Context(), admin(c), "dlq", 3)
		if f.Err == kerr.TopicAlreadyExists {
			if err != nil {
				t.Errorf("another task was first: %v", err)
			}
			continue
		}
		if err == nil || !strings.HasPrefix(err.Error(), "Could not initialize dead letter queue with topic=dlq") || Class(err) != connectors.ConnectException || !errors.Is(err, f.Err) {
			t.Errorf("%v", err)
		}
	}
}
