package verifiable

import (
	"cmp"
	"context"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// sinkTask says what it was given, and again when its offsets are about to be committed.
// Source: VerifiableSinkTask.
type sinkTask struct {
	stdout *os.File

	name string
	id   int32

	put, flushed line
	text         []byte
	// unflushed are the members of the lines of each partition's records, in their order, which own their
	// memory; the time is that of the put.
	unflushed map[connectors.TopicPartition][][]batch.Value
}

var (
	_ connectors.SinkTask = (*sinkTask)(nil)
	_ connectors.Flusher  = (*sinkTask)(nil)
)

// timeAt is where members have the time.
const timeAt = 4

// Start reads the config.
func (t *sinkTask) Start(_ context.Context, _ connectors.SinkTaskContext, props map[string]string) error {
	n := numbers{props: props}
	t.id = n.int(idKey)
	if err := n.invalid("VerifiableSourceTask"); err != nil { // as the original says it
		return err
	}
	t.name = props[nameKey]
	t.put = newLine(nameKey, "task", "sinkTask", topicKey, timeField, seqnoField, "offset")
	t.flushed = newLine(nameKey, "task", "sinkTask", topicKey, timeField, seqnoField, "offset", "flushed")
	t.unflushed = map[connectors.TopicPartition][][]batch.Value{}
	return nil
}

// Put says each row: what the source put into key and value, and where the row lay.
func (t *sinkTask) Put(_ context.Context, batches []*batch.Batch) error {
	now := batch.Int64Value(time.Now().UnixMilli())
	t.text = t.text[:0]
	err := connectors.EachRow(batches, func(r batch.Row) error {
		offset, _ := r.Offset()
		members := []batch.Value{
			batch.StringValue(t.name), r.Key(), batch.Int32Value(t.id), batch.StringValue(r.Topic()), now,
			r.Value(), batch.Int64Value(offset),
		}
		t.text = t.put.append(t.text, members...)
		tp := connectors.TopicPartition{Topic: r.Origin().Topic, Partition: r.Origin().Partition}
		// By where it was consumed: under the topic that a transform gave it, as in the original, it would never
		// count as flushed.
		t.unflushed[tp] = append(t.unflushed[tp], members)
		return nil
	})
	if err != nil {
		return err
	}
	return t.write()
}

// Flush says the rows of the partitions whose offsets are committed.
func (t *sinkTask) Flush(_ context.Context, offsets map[connectors.TopicPartition]int64) error {
	now := batch.Int64Value(time.Now().UnixMilli())
	t.text = t.text[:0]
	partitions := slices.SortedFunc(maps.Keys(offsets), func(a, b connectors.TopicPartition) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	for _, tp := range partitions {
		for _, members := range t.unflushed[tp] {
			members[timeAt] = now
			t.text = t.flushed.append(t.text, append(members, batch.BooleanValue(true))...)
		}
		delete(t.unflushed, tp)
	}
	return t.write()
}

func (t *sinkTask) write() error {
	if len(t.text) == 0 {
		return nil
	}
	if _, err := t.stdout.Write(t.text); err != nil {
		return connectors.Errorf("standard output: write: %w", err)
	}
	return nil
}

// Stop has nothing to release.
func (t *sinkTask) Stop(context.Context) error { return nil }
