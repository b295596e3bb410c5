package engine_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/smt"
)

// copier is a source task that reads numbers as a broker stores them: after its first ten, which are rows, hundreds of
// them as wire batches where the worker takes those, else as rows.
type copier struct {
	tc    connectors.SourceTaskContext
	last  int64
	wires int   // batches that went as they are
	told  int64 // rows of which it was told that they lie where they should

	at int64
}

// numbers are the positions of rows one after the other.
type numbers struct {
	parts []batch.Value
	first int64
}

func (numbers) Partition(int) int32         { return 0 }
func (n numbers) Partitions() []batch.Value { return n.parts }
func (n numbers) Offset(i int) batch.Value  { return object("n", batch.Int64Value(n.first+int64(i))) }

func (c *copier) Start(ctx context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	inner := counter{}
	err := inner.Start(ctx, tc, props)
	c.tc, c.at = tc, inner.at
	return err
}

func (c *copier) Poll(ctx context.Context) ([]*batch.Batch, error) {
	if c.at == c.last {
		select {
		case <-ctx.Done():
		case <-time.After(time.Millisecond): // so that it is told of its rows
		}
		return nil, nil
	}
	n := min(c.last-c.at, 10)
	if c.at > 0 {
		n = min(c.last-c.at, 600)
	}
	var records []byte
	for i := range n {
		r := kmsg.Record{OffsetDelta: int32(i), Value: []byte("v" + strconv.FormatInt(c.at+1+i, 10))}
		r.Length = int32(len(r.AppendTo(nil)) - 1)
		records = r.AppendTo(records)
	}
	at := numbers{[]batch.Value{counterPartition}, c.at + 1}
	if w, ok := c.tc.(connectors.WireContext); ok && w.TakesWire("t", 0, int(n), len(records)) {
		b := c.tc.Pool().New(int(n))
		b.Topics, b.Partition, b.Source = batch.OneTopic("t"), 0, at
		b.Wire = batch.Wire{Records: b.Arena.Bytes(len(records)), Base: 5, Max: 5}
		copy(b.Wire.Records, records)
		c.wires++
		c.at += n
		return []*batch.Batch{b}, nil
	}
	rb := connectors.NewRecordBuilder(c.tc.Pool())
	for range n {
		c.at++
		zero := int32(0)
		err := rb.Append(&connectors.Record{Topic: "t", Partition: &zero, Value: batch.BytesValue([]byte("v" + strconv.FormatInt(c.at, 10))),
			ValueSchema: batch.Of(batch.KindBytes, false), SourcePartition: counterPartition, SourceOffset: object("n", batch.Int64Value(c.at))})
		if err != nil {
			return nil, err
		}
	}
	return rb.Finish(), nil
}

// CommitRecords counts rows that lie where the topic's only writer puts them.
func (c *copier) CommitRecords(_ context.Context, b *batch.Batch, rows []connectors.RowMetadata) error {
	first := func(row int32) int64 {
		n, _ := b.Source.Offset(int(row)).Map().Get(batch.StringValue("n"))
		return n.Int()
	}
	for _, r := range rows {
		if r.Topic == "t" && r.Partition == 0 && r.Offset == first(r.Row)-1 {
			c.told++
			if b.Wire.Is() {
				c.told += int64(b.Len()) - 1
			}
		}
	}
	return nil
}

func (c *copier) Stop(context.Context) error { return nil }

var bytesAlone = []string{"key.converter=org.apache.kafka.connect.converters.ByteArrayConverter",
	"value.converter=org.apache.kafka.connect.converters.ByteArrayConverter", "header.converter=org.apache.kafka.connect.converters.ByteArrayConverter"}

// TestSourceTask_WireBatches go on as they are where nothing looks at their rows. Rows, offsets, metrics and what the
// plugin is told are the same either way.
func TestSourceTask_WireBatches(t *testing.T) {
	for _, c := range []struct {
		name   string
		more   []string
		passes bool
	}{
		{"bytes alone", nil, true},
		{"the records of the client", []string{"millrace.producer.path=record"}, false},
		{"a transform", []string{"transforms=x", "transforms.x.type=test.Drop"}, false},
		{"tolerated errors", []string{"errors.tolerance=all"}, false},
		{"headers as text", []string{"header.converter=org.apache.kafka.connect.storage.SimpleHeaderConverter"}, false},
		{"another compression", []string{"producer.override.compression.type=zstd"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			const last = 5000
			task := &copier{last: last}
			set := sourceOf(&fakeConnector{source: func() connectors.SourceTask { return task }})
			set.Transforms = smt.NewSet(dropping("none of them"))
			b := newBench(t, set, map[string]int32{"t": 1})
			b.startTask("s", source(append(append([]string{}, bytesAlone...), c.more...)...))
			b.await("s", 0, connectors.Running)
			got := b.consume("t", last)
			for i, r := range got {
				if string(r.Value) != fmt.Sprint("v", i+1) {
					t.Fatalf("record %d is %s", i, r.Value)
				}
			}
			b.until("offset is stored", func() bool { return b.offsets.at() == last })
			text := func() string {
				var s strings.Builder
				if err := b.metrics.WritePrometheus(&s); err != nil {
					t.Fatal(err)
				}
				return s.String()
			}
			for _, m := range []string{"source_record_poll_total", "source_record_write_total"} {
				b.until(m, func() bool {
					return strings.Contains(text(), "kafka_connect_source_task_"+m+`{connector="s",task="0"} 5000`)
				})
			}
			b.stopTask("s")
			b.await("s", 0, connectors.Unassigned)
			if task.told != last {
				t.Errorf("told of %d rows", task.told)
			}
			if passes := task.wires > 0; passes != c.passes {
				t.Errorf("%d wire batches went as they are", task.wires)
			}
		})
	}
}

// TestSourceTask_FailsWhenKafkaRefusesAWireBatch: with its reason; offsets stay before it.
func TestSourceTask_FailsWhenKafkaRefusesAWireBatch(t *testing.T) {
	task := &copier{last: 5000}
	b := newBench(t, sourceOf(&fakeConnector{source: func() connectors.SourceTask { return task }}), map[string]int32{"t": 1})
	b.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.MessageTooLarge, Count: -1, When: func(r kmsg.Request) bool {
		p, ok := r.(*kmsg.ProduceRequest)
		return ok && len(p.Topics[0].Partitions[0].Records) > 1000
	}})
	b.startTask("s", source(bytesAlone...))
	s := b.await("s", 0, connectors.Failed)
	if !strings.Contains(s.Trace, "Unrecoverable exception from producer send callback") || !strings.Contains(s.Trace, "MESSAGE_TOO_LARGE") {
		t.Errorf("trace is %s", s.Trace)
	}
	if task.wires == 0 || b.offsets.at() > 10 {
		t.Errorf("%d wire batches, offset %d was stored", task.wires, b.offsets.at())
	}
}

// TestExactlyOnce_WireBatches are part of transactions, and come once.
func TestExactlyOnce_WireBatches(t *testing.T) {
	task := &copier{last: 1300}
	b := newExactlyOnceBench(t, sourceOf(&fakeConnector{source: func() connectors.SourceTask { return task }}))
	b.startTask("s", source(bytesAlone...))
	b.until("all are committed", func() bool { return len(b.committedIn("t")) == 1300 })
	b.sees("offsets", "10 610 1210 1300")
	b.stopTask("s")
	b.await("s", 0, connectors.Unassigned)
	if task.wires == 0 {
		t.Error("none went as it is")
	}
}
