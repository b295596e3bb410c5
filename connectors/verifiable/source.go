package verifiable

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// sourceTask makes numbered records and says so. Source: VerifiableSourceTask.
type sourceTask struct {
	stdout *os.File

	name, topic string
	id          int32
	complete    bool // values are structs
	first, next int64
	partitions  []batch.Value
	rate        throttle

	pool    *batch.Pool
	builder *connectors.RecordBuilder // of structs
	made    line                      // of a record that was made
	done    line                      // of one that was acknowledged
	text    []byte
}

var (
	_ connectors.SourceTask      = (*sourceTask)(nil)
	_ connectors.RecordCommitter = (*sourceTask)(nil)
)

// Start reads the config and goes behind the committed offset.
func (t *sourceTask) Start(ctx context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	n := numbers{props: props}
	t.id, t.rate.perSecond = n.int(idKey), n.long(throughputKey)
	err := n.invalid("VerifiableSourceTask")
	if err != nil {
		return err
	}
	t.name, t.topic = props[nameKey], props[topicKey]
	if t.topic == "" {
		return connectors.Errorf("task %d: no topic to write to: set %q", t.id, topicKey)
	}
	t.complete = strings.EqualFold(props[completeKey], "true")
	if t.next, t.partitions, err = resume(ctx, tc, t.id); err != nil {
		return err
	}
	t.first, t.rate.start = t.next, time.Now()
	t.pool = tc.Pool()
	t.builder = connectors.NewRecordBuilder(t.pool)
	t.made = newLine(nameKey, "task", topicKey, timeField, seqnoField)
	t.done = newLine(nameKey, "task", topicKey, timeField, seqnoField, "committed")
	tc.Logger().Info("verifiable source started", "topic", t.topic, "seqno", t.next)
	return nil
}

// Poll returns the records that are due and says each. Without any it waits a little.
func (t *sourceTask) Poll(ctx context.Context) ([]*batch.Batch, error) {
	n := t.rate.take(ctx, t.next-t.first, rowsMax)
	if n == 0 {
		return nil, nil
	}
	now := batch.Int64Value(time.Now().UnixMilli())
	t.text = t.text[:0]
	for seqno := t.next; seqno < t.next+n; seqno++ {
		t.text = t.made.append(t.text, t.values(now, batch.Int64Value(seqno))...)
	}
	if _, err := t.stdout.Write(t.text); err != nil {
		return nil, connectors.Errorf("standard output: write: %w", err)
	}
	b, err := t.batch(int(n), now)
	if err != nil {
		return nil, err
	}
	b.Source = &positions{t.partitions, t.next}
	t.next += n
	return []*batch.Batch{b}, nil
}

// values are the members of a line in the order of newLine.
func (t *sourceTask) values(now, seqno batch.Value) []batch.Value {
	return []batch.Value{batch.StringValue(t.name), batch.Int32Value(t.id), batch.StringValue(t.topic), now, seqno}
}

// batch makes the next n records.
func (t *sourceTask) batch(n int, now batch.Value) (*batch.Batch, error) {
	if !t.complete {
		b := t.pool.New(n)
		b.Topics.Names = []string{t.topic}
		b.Key = b.NewConstant(batch.Of(batch.KindInt32, false), n, batch.Int32Value(t.id))
		b.Value = b.NewFixed(batch.Of(batch.KindInt64, false), n)
		for i, v := 0, b.Value.Int64s(); i < n; i++ {
			v[i] = t.next + int64(i)
		}
		return b, nil
	}
	schema := completeSchema()
	for i := range n {
		fields := t.values(now, batch.Int64Value(t.next+int64(i)))
		err := t.builder.Append(&connectors.Record{
			Topic: t.topic, KeySchema: batch.Of(batch.KindInt32, false), Key: batch.Int32Value(t.id),
			ValueSchema: schema, Value: batch.StructValueOf(&batch.StructValue{Schema: schema, Fields: fields}),
		})
		if err != nil {
			t.builder.Discard()
			return nil, err
		}
	}
	return t.builder.Finish()[0], nil
}

// completeSchema is of records that hold all that their line says.
func completeSchema() *batch.Schema {
	text, number := batch.Of(batch.KindString, false), batch.Of(batch.KindInt64, false)
	return batch.NewSchema(batch.KindStruct).Field(nameKey, text).Field("task", batch.Of(batch.KindInt32, false)).
		Field(topicKey, text).Field(timeField, number).Field(seqnoField, number).Build()
}

// CommitRecords says which records Kafka has, or the transforms dropped.
func (t *sourceTask) CommitRecords(_ context.Context, b *batch.Batch, rows []connectors.RowMetadata) error {
	now := batch.Int64Value(time.Now().UnixMilli())
	t.text = t.text[:0]
	for i := range rows {
		v := append(t.values(now, b.Row(rows[i].Row).Value()), batch.BooleanValue(true))
		t.text = t.done.append(t.text, v...)
	}
	if _, err := t.stdout.Write(t.text); err != nil {
		return connectors.Errorf("standard output: write: %w", err)
	}
	return nil
}

// Stop has nothing to release.
func (t *sourceTask) Stop(context.Context) error { return nil }
