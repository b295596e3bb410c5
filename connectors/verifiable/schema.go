package verifiable

import (
	"context"
	"os"
	"strconv"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/java"
)

// schemaTask makes structs, of two versions of a schema in turn where asked. Source: SchemaSourceTask.
type schemaTask struct {
	stdout *os.File

	topic          string
	id             int32
	partition      int32 // that records go to: the task's number
	most           int64 // records of this task's life
	two            bool
	partitionCount int64
	first, next    int64
	partitions     []batch.Value
	rate           throttle

	builder *connectors.RecordBuilder
	schemas [2]*batch.Schema
	text    []byte
}

var _ connectors.SourceTask = (*schemaTask)(nil)

// Start reads the config and goes behind the committed offset.
func (t *schemaTask) Start(ctx context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	n := numbers{props: props}
	t.id, t.most, t.partitionCount, t.rate.perSecond = n.int(idKey), n.long(numMessagesKey), 1, n.long(throughputKey)
	if _, ok := props[partitionCountKey]; ok {
		t.partitionCount = int64(n.int(partitionCountKey))
	}
	err := n.invalid("SchemaSourceTask")
	t.topic, t.partition, t.two = props[topicKey], t.id, java.ParseBoolean(props[multipleSchemaKey])
	switch {
	case err != nil:
		return err
	case t.topic == "":
		return connectors.Errorf("task %d: no topic to write to: set %q", t.id, topicKey)
	case t.partitionCount == 0:
		return connectors.Errorf("task %d: %q is 0, want another number", t.id, partitionCountKey)
	}
	if t.next, t.partitions, err = resume(ctx, tc, t.id); err != nil {
		return err
	}
	t.first, t.rate.start = t.next, time.Now()
	t.builder = connectors.NewRecordBuilder(tc.Pool())
	t.schemas = [2]*batch.Schema{recordSchema(1), recordSchema(2)}
	tc.Logger().Info("schema source started", "topic", t.topic, "seqno", t.next)
	return nil
}

// recordSchema returns a version of the schema; version 2 has one more field.
func recordSchema(version int32) *batch.Schema {
	of := func(k batch.Kind) *batch.Schema { return batch.Of(k, false) }
	s := batch.NewSchema(batch.KindStruct).Version(version).Name("record").
		Field("boolean", of(batch.KindBoolean)).Field("int", of(batch.KindInt32)).Field("long", of(batch.KindInt64)).
		Field("float", of(batch.KindFloat32)).Field("double", of(batch.KindFloat64)).Field("partitioning", of(batch.KindInt32))
	if version == 2 {
		s.Field("string", batch.NewSchema(batch.KindString).Default(batch.StringValue("abc")).Build())
	}
	return s.Field("id", of(batch.KindInt32)).Field("seqno", of(batch.KindInt64)).Build()
}

// Poll returns the records that are due and says each. Without any it waits a little.
func (t *schemaTask) Poll(ctx context.Context) ([]*batch.Batch, error) {
	n := t.rate.take(ctx, t.next-t.first, max(0, t.most-(t.next-t.first)))
	t.text = t.text[:0]
	for range n {
		r := t.record()
		if err := t.builder.Append(&r); err != nil {
			t.builder.Discard()
			return nil, err
		}
		t.text = append(strconv.AppendInt(append(t.text, `{"task": `...), int64(t.id), 10), `, "seqno": `...)
		t.text = append(strconv.AppendInt(t.text, t.next, 10), "}\n"...)
		t.next++
	}
	batches := t.builder.Finish()
	if n == 0 {
		return batches, nil
	}
	if _, err := t.stdout.Write(t.text); err != nil {
		for _, b := range batches {
			b.Release()
		}
		return nil, connectors.Errorf("standard output: write: %w", err)
	}
	return batches, nil
}

// record makes the next record.
func (t *schemaTask) record() connectors.Record {
	schema := t.schemas[0]
	fields := []batch.Value{
		batch.BooleanValue(true), batch.Int32Value(12), batch.Int64Value(12), batch.Float32Value(12.2), batch.Float64Value(12.2),
		batch.Int32Value(int32(t.next % t.partitionCount)),
	}
	if t.two && (t.next-t.first)%2 == 1 {
		schema = t.schemas[1]
		fields = append(fields, batch.StringValue("def"))
	}
	fields = append(fields, batch.Int32Value(t.id), batch.Int64Value(t.next))
	return connectors.Record{
		Topic: t.topic, Partition: &t.partition, KeySchema: batch.Of(batch.KindString, false), Key: batch.StringValue("key"),
		ValueSchema: schema, Value: batch.StructValueOf(&batch.StructValue{Schema: schema, Fields: fields}),
		SourcePartition: t.partitions[0], SourceOffset: single(seqnoField, batch.Int64Value(t.next)),
	}
}

// Stop has nothing to release.
func (t *schemaTask) Stop(context.Context) error { return nil }
