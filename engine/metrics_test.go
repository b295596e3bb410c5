package engine_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

func TestMetrics_CountWhatTasksDo(t *testing.T) {
	f := &fakeConnector{
		source: func() connectors.SourceTask { return &counter{topic: "t", last: 10, some: 5} },
	}
	set := sourceOf(f)
	c := &collector{}
	set.Connectors = connectors.NewSet(append(set.Connectors.All(),
		sinkOf(&fakeConnector{sink: func() connectors.SinkTask { return c }}).Connectors.All()...)...)
	b := newBench(t, set, map[string]int32{"t": 1})
	b.startConnector(source(), connectors.TargetStarted, nil)
	b.startTask("s", source())
	b.startTask("k", sink())
	b.until("ten rows", func() bool { return c.has() == 10 })
	b.until("offsets are committed", func() bool { return b.offsets.at() == 10 && b.committed("connect-k", "t", 0) == 10 })
	text := func() string {
		var out bytes.Buffer
		if err := b.metrics.WritePrometheus(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	for _, want := range []string{
		`kafka_connect_source_task_source_record_poll_total{connector="s",task="0"} 10`,
		`kafka_connect_source_task_source_record_write_total{connector="s",task="0"} 10`,
		`kafka_connect_sink_task_sink_record_read_total{connector="k",task="0"} 10`,
		`kafka_connect_sink_task_sink_record_send_total{connector="k",task="0"} 10`,
		`kafka_connect_sink_task_partition_count{connector="k",task="0"} 1`,
		`kafka_connect_connect_worker_task_startup_success_total 2`,
		`kafka_connect_connect_worker_connector_startup_success_total 1`,
		`status="running"`,
	} {
		b.until(want, func() bool { return strings.Contains(text(), want) })
	}
	b.stopTask("s")
	b.stopTask("k")
	if err := b.worker.StopConnector(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	if out := text(); strings.Contains(out, `connector="`) {
		t.Errorf("metrics of what has ended are left:\n%s", out)
	}
}

func TestMetrics_CountFailures(t *testing.T) {
	f := &fakeConnector{
		start: func(context.Context, connectors.ConnectorContext, map[string]string) error { return errors.New("no") },
		source: func() connectors.SourceTask {
			return &counter{topic: "t", last: 4, some: 4, record: func(r *connectors.Record, n int64) {
				r.Value, r.ValueSchema = batch.BooleanValue(true), batch.Of(batch.KindBoolean, false)
			}}
		},
	}
	b := newBench(t, sourceOf(f), map[string]int32{"t": 1})
	b.startConnector(source(), connectors.TargetStarted, nil)
	b.await("s", -1, connectors.Failed)
	b.startTask("s", source("value.converter=org.apache.kafka.connect.converters.LongConverter", "errors.tolerance=all"))
	b.await("s", 0, connectors.Running)
	for _, want := range []string{
		`kafka_connect_task_error_total_records_skipped{connector="s",task="0"} 4`,
		`kafka_connect_task_error_total_record_failures{connector="s",task="0"} 4`,
		`kafka_connect_connect_worker_connector_startup_failure_total 1`,
	} {
		b.until(want, func() bool {
			var out bytes.Buffer
			if err := b.metrics.WritePrometheus(&out); err != nil {
				t.Fatal(err)
			}
			return strings.Contains(out.String(), want)
		})
	}
	b.stopTask("s")
}
