package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

func TestSinkTask_FailuresHaveATrace(t *testing.T) {
	const unrecoverable = "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\nCaused by: "
	for _, c := range []struct {
		name   string
		sink   *collector
		config []string
		want   string
	}{
		{name: "start", sink: &collector{start: func(connectors.SinkTaskContext) error { return errors.New("no disk") }},
			want: "org.apache.kafka.connect.errors.ConnectException: no disk\n"},
		{name: "put", sink: &collector{put: failingPut(errors.New("no disk"))},
			want: unrecoverable + "org.apache.kafka.connect.errors.ConnectException: no disk\n"},
		{name: "panic in put", sink: &collector{put: func(context.Context, connectors.SinkTaskContext, []*batch.Batch) error { panic("oops") }},
			want: unrecoverable + "java.lang.RuntimeException: panic: oops\ngoroutine "},
		{name: "converter", sink: &collector{}, config: []string{"value.converter=org.apache.kafka.connect.converters.LongConverter"},
			want: "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused by: org.apache.kafka.connect.errors.DataException: "},
		{name: "override", sink: &collector{}, config: []string{"consumer.override.group.id=g"},
			want: "org.apache.kafka.connect.errors.ConnectException: Client Config Overrides not allowed [[group.id,g,[],"},
		{name: "topics", sink: &collector{}, config: []string{"topics=", "topics.regex="},
			want: "org.apache.kafka.common.config.ConfigException: Invalid value  for configuration topics: Must configure one of topics or topics.regex\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := sinkBench(t, c.sink, 1, []string{"connector.client.config.override.policy=None"}, c.config...)
			b.produce("t", "a")
			if s := b.await("k", 0, connectors.Failed); !strings.HasPrefix(s.Trace, c.want) {
				t.Errorf("trace is\n%s\nwant\n%s", s.Trace, c.want)
			}
			if o := b.committed("connect-k", "t", 0); o > 0 {
				t.Errorf("offset %d is committed past the row that failed", o)
			}
		})
	}
}

// failingPut fails puts of rows.
func failingPut(err error) func(context.Context, connectors.SinkTaskContext, []*batch.Batch) error {
	return func(_ context.Context, _ connectors.SinkTaskContext, batches []*batch.Batch) error {
		if len(batches) == 0 {
			return nil
		}
		return err
	}
}

func TestSinkTask_BadRowsGoToTheDeadLetterQueue(t *testing.T) {
	c := &collector{}
	b := newBench(t, sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return c }}), map[string]int32{"t": 1})
	b.produce("t", "k1=12345678", "k2=bad", "k3=87654321")
	b.startTask("k", sink("value.converter=org.apache.kafka.connect.converters.LongConverter", "errors.tolerance=all",
		"errors.deadletterqueue.topic.name=dead", "errors.deadletterqueue.topic.replication.factor=1",
		"errors.deadletterqueue.context.headers.enable=true", "errors.log.enable=true", "errors.log.include.messages=true"))
	r := b.consume("dead", 1)[0]
	if string(r.Key) != "k2" || string(r.Value) != "bad" {
		t.Errorf("letter is %s=%s", r.Key, r.Value)
	}
	headers := map[string]string{}
	for _, h := range r.Headers {
		headers[h.Key] = string(h.Value)
	}
	for k, want := range map[string]string{
		"topic": "t", "partition": "0", "offset": "1", "connector.name": "k", "task.id": "0", "stage": "VALUE_CONVERTER",
		"class.name": "org.apache.kafka.connect.converters.LongConverter", "exception.class.name": "org.apache.kafka.connect.errors.DataException",
	} {
		if got := headers["__connect.errors."+k]; got != want {
			t.Errorf("header %s is %q, want %q", k, got, want)
		}
	}
	b.until("two rows", func() bool { return c.has() == 2 })
	b.until("offset 3 is committed", func() bool { return b.committed("connect-k", "t", 0) == 3 })
	b.stopTask("k")
	if want := "Executing stage 'VALUE_CONVERTER' with class 'org.apache.kafka.connect.converters.LongConverter', where consumed record is {topic='t', partition=0, offset=1, timestamp="; !strings.Contains(b.log.String(), want) {
		t.Errorf("log lacks %s", want)
	}
}

func TestSinkTask_ReportsRowsThatThePluginRefuses(t *testing.T) {
	c := &collector{put: func(ctx context.Context, tc connectors.SinkTaskContext, batches []*batch.Batch) error {
		for _, b := range batches {
			for r := range b.Rows() {
				if r.Value().Str() != "refused" {
					continue
				}
				rep, err := tc.ErrantReporter().Report(ctx, b, r.Index(), errors.New("too long"))
				if err != nil {
					return err
				}
				if err := rep.Wait(ctx); err != nil {
					return err
				}
			}
		}
		return nil
	}}
	letters := []string{"errors.deadletterqueue.topic.name=dead", "errors.deadletterqueue.topic.replication.factor=1"}
	t.Run("tolerated", func(t *testing.T) {
		b := sinkBench(t, c, 1, nil, append(letters, "errors.tolerance=all")...)
		b.produce("t", "a", "refused", "c")
		if r := b.consume("dead", 1)[0]; string(r.Value) != "refused" {
			t.Errorf("letter is %s", r.Value)
		}
		b.until("offset 3 is committed", func() bool { return b.committed("connect-k", "t", 0) == 3 })
		b.stopTask("k")
	})
	t.Run("not tolerated", func(t *testing.T) {
		b := sinkBench(t, c, 1, nil, letters...)
		b.produce("t", "refused")
		s := b.await("k", 0, connectors.Failed)
		if want := "Caused by: org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused by: org.apache.kafka.connect.errors.ConnectException: too long\n"; !strings.HasSuffix(s.Trace, want) {
			t.Errorf("trace is %s", s.Trace)
		}
		if r := b.consume("dead", 1)[0]; string(r.Value) != "refused" {
			t.Errorf("letter is %s", r.Value)
		}
	})
	t.Run("nothing to report to", func(t *testing.T) {
		got := make(chan bool, 1)
		c := &collector{start: func(tc connectors.SinkTaskContext) error { got <- tc.ErrantReporter() == nil; return nil }}
		b := sinkBench(t, c, 1, nil)
		if !<-got {
			t.Error("there is an errant reporter without dead letter queue and error log")
		}
		b.stopTask("k")
	})
}

func TestSinkTask_DeadLetterTopicThatCannotBeMadeFailsIt(t *testing.T) {
	b := sinkBench(t, &collector{}, 1, nil, "errors.deadletterqueue.topic.name=dead", "errors.deadletterqueue.topic.replication.factor=3")
	s := b.await("k", 0, connectors.Failed)
	if want := "org.apache.kafka.connect.errors.ConnectException: Could not initialize dead letter queue with topic=dead\nCaused by: "; !strings.HasPrefix(s.Trace, want) {
		t.Errorf("trace is %s", s.Trace)
	}
}
