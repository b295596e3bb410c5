package consume

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
)

// rowOverhead is what a row takes beside its bytes: views, offset, timestamp.
const rowOverhead = 32

// cut returns how many of the records, which belong to one partition, go into one batch, and the bytes
// they take: at most rowsMax rows and bytesMax bytes (one row always), under one timestamp type.
func cut(recs []*kgo.Record, rowsMax, bytesMax int) (n, bytes int) {
	kind := recs[0].Attrs.TimestampType()
	for n < len(recs) && n < rowsMax {
		r := recs[n]
		size := len(r.Key) + len(r.Value) + rowOverhead
		if n > 0 && (bytes+size > bytesMax || r.Attrs.TimestampType() != kind) {
			break
		}
		bytes += size
		n++
	}
	return n, bytes
}

// rawBatch copies records of one partition, all of one timestamp type, into a batch. Header values are
// shared with the records: they are garbage collected memory that nobody writes.
func rawBatch(p *batch.Pool, tp connectors.TopicPartition, topics []string, recs []*kgo.Record) *batch.Batch {
	n := len(recs)
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
	headers := 0
	for i, r := range recs {
		b.Offsets[i] = r.Offset
		b.Timestamps[i] = r.Timestamp.UnixMilli()
		headers += len(r.Headers)
	}
	b.RawKey = column(b, recs, func(r *kgo.Record) []byte { return r.Key })
	b.RawValue = column(b, recs, func(r *kgo.Record) []byte { return r.Value })
	if headers > 0 {
		b.Headers.Offsets = mem.Alloc[int32](&b.Arena, n+1)
		b.Headers.Entries = make([]batch.Header, 0, headers)
		for i, r := range recs {
			b.Headers.Offsets[i] = int32(len(b.Headers.Entries))
			for _, h := range r.Headers {
				b.Headers.Entries = append(b.Headers.Entries, batch.Header{Key: h.Key, Raw: h.Value})
			}
		}
		b.Headers.Offsets[n] = int32(headers)
	}
	return b
}

// column copies one byte sequence of each record into b's arena.
func column(b *batch.Batch, recs []*kgo.Record, of func(*kgo.Record) []byte) batch.Bytes {
	total, nulls := 0, 0
	for _, r := range recs {
		v := of(r)
		total += len(v)
		if v == nil {
			nulls++
		}
	}
	out := batch.Bytes{Views: mem.Alloc[batch.View](&b.Arena, len(recs))}
	if nulls > 0 {
		out.Valid = bits.Bitmap(mem.Zeroed[uint64](&b.Arena, bits.Words(len(recs))))
	}
	buf := b.Arena.Bytes(total)
	at := 0
	for i, r := range recs {
		v := of(r)
		out.Views[i] = batch.View{Pos: uint32(at), Len: uint32(len(v))}
		at += copy(buf[at:], v)
		if nulls > 0 && v != nil {
			out.Valid.Set(i)
		}
	}
	out.Bufs[0] = buf
	return out
}
