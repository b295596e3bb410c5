package consume

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
)

// rowOverhead is what a row takes beside its bytes: views, offset, timestamp.
const rowOverhead = 32

// cut returns how many of the records, which belong to one partition, go into one batch, and the bytes
// of their keys and values: at most rowsMax rows and, with rowOverhead, bytesMax bytes (one row
// always), under one timestamp type.
func cut(recs []*kgo.Record, rowsMax, bytesMax int) (n, payload int) {
	kind := recs[0].Attrs.TimestampType()
	for n < len(recs) && n < rowsMax {
		r := recs[n]
		size := len(r.Key) + len(r.Value)
		if n > 0 && (payload+size+(n+1)*rowOverhead > bytesMax || r.Attrs.TimestampType() != kind) {
			break
		}
		payload += size
		n++
	}
	return n, payload
}

// tooLarge returns the error for the first record that is larger than a task may hold, nil if none is.
func tooLarge(recs []*kgo.Record, bytesMax int64) error {
	for _, r := range recs {
		if n := int64(len(r.Key) + len(r.Value)); n > bytesMax {
			return tooLargeError(connectors.TopicPartition{Topic: r.Topic, Partition: r.Partition}, r.Offset, n, bytesMax)
		}
	}
	return nil
}

func tooLargeError(tp connectors.TopicPartition, offset, bytes, bytesMax int64) error {
	return fmt.Errorf("record of topic %q, partition %d, offset %d has %d bytes, more than the task may hold: raise millrace.task.memory.bytes, which is %d",
		tp.Topic, tp.Partition, offset, bytes, bytesMax)
}

// Batch copies records of one partition, all of one timestamp type, into a batch as Poll returns them. The caller owns it.
func Batch(p *batch.Pool, recs []*kgo.Record) *batch.Batch {
	return rawBatch(p, connectors.TopicPartition{Topic: recs[0].Topic, Partition: recs[0].Partition}, []string{recs[0].Topic}, recs)
}

// rawBatch copies records of one partition, all of one timestamp type, into a batch. Header values are
// shared with the records: they are garbage collected memory that nobody writes.
//
// One loop adds up, one copies: a record is a pointer into memory that is not in any cache, so going
// over them once more costs more than the copy.
func rawBatch(p *batch.Pool, tp connectors.TopicPartition, topics []string, recs []*kgo.Record) *batch.Batch {
	n := len(recs)
	var t totals
	for _, r := range recs {
		t.add(r)
	}
	b := p.New(n)
	b.Topics = batch.Topics{Names: topics}
	b.Partition = tp.Partition
	b.Origin = batch.Origin{Topic: tp.Topic, Partition: tp.Partition}
	switch recs[0].Attrs.TimestampType() {
	case 0:
		b.TimestampType = batch.CreateTime
	case 1:
		b.TimestampType = batch.LogAppendTime
	}
	b.Offsets = mem.Alloc[int64](&b.Arena, n)
	b.Timestamps = mem.Alloc[int64](&b.Arena, n)
	keys := b.CopyBytes(n, t.key, t.nullKeys)
	values := b.CopyBytes(n, t.value, t.nullValues)
	for i, r := range recs {
		b.Offsets[i] = r.Offset
		b.Timestamps[i] = r.Timestamp.UnixMilli()
		keys.Set(i, r.Key)
		values.Set(i, r.Value)
	}
	b.RawKey, b.RawValue = keys.Bytes, values.Bytes
	if t.headers > 0 {
		copyHeaders(b, recs, t.headers)
	}
	return b
}

// totals is what records need.
type totals struct {
	key, value           int // bytes
	nullKeys, nullValues int
	headers              int
}

func (t *totals) add(r *kgo.Record) {
	t.key += len(r.Key)
	t.value += len(r.Value)
	if r.Key == nil {
		t.nullKeys++
	}
	if r.Value == nil {
		t.nullValues++
	}
	t.headers += len(r.Headers)
}

func copyHeaders(b *batch.Batch, recs []*kgo.Record, n int) {
	b.Headers.Offsets = mem.Alloc[int32](&b.Arena, len(recs)+1)
	b.Headers.Entries = make([]batch.Header, 0, n)
	for i, r := range recs {
		b.Headers.Offsets[i] = int32(len(b.Headers.Entries))
		for _, h := range r.Headers {
			b.Headers.Entries = append(b.Headers.Entries, batch.Header{Key: h.Key, Raw: h.Value})
		}
	}
	b.Headers.Offsets[len(recs)] = int32(n)
}
