package mirror

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// Bounds of one batch.
const (
	rowsMax  = 4096
	bytesMax = 4 << 20 // of keys and values
)

// Schemas of rows. Source: MirrorSourceTask.convertRecord.
var (
	keySchema   = batch.Of(batch.KindBytes, true)
	valueSchema = batch.Of(batch.KindBytes, false)
)

// appendRows appends records of one partition to out, as batches, which the caller owns.
func appendRows(out []*batch.Batch, pool *batch.Pool, p *partition, recs []*kgo.Record) []*batch.Batch {
	for len(recs) > 0 {
		n, size := 0, 0
		for n < len(recs) && n < rowsMax && (n == 0 || size+len(recs[n].Key)+len(recs[n].Value) <= bytesMax) {
			size += len(recs[n].Key) + len(recs[n].Value)
			n++
		}
		out = append(out, rowsOf(pool, p, recs[:n]))
		recs = recs[n:]
	}
	return out
}

// fromRaw makes rows of p of a raw batch, in place.
func fromRaw(b *batch.Batch, p *partition) {
	n := b.Len()
	b.Topics.Names = p.remote
	b.Source = &positions{of: p, offsets: b.Offsets}
	b.Key, b.Value = b.NewColumn(keySchema, n), b.NewColumn(valueSchema, n)
	b.Key.Bytes, b.Value.Bytes = b.RawKey, b.RawValue
	for i := range b.Headers.Entries {
		h := &b.Headers.Entries[i]
		*h = headerOf(h.Key, h.Raw)
	}
	b.Offsets, b.RawKey, b.RawValue, b.Origin, b.TimestampType = nil, batch.Bytes{}, batch.Bytes{}, batch.Origin{}, batch.NoTimestampType
}

// rowsOf copies records of one partition into a batch: the twin of what is made of their bytes. Values of headers are shared with the records: nobody writes them.
func rowsOf(pool *batch.Pool, p *partition, recs []*kgo.Record) *batch.Batch {
	var keyBytes, valueBytes, noKeys, noValues, headers int
	for _, r := range recs {
		keyBytes += len(r.Key)
		valueBytes += len(r.Value)
		headers += len(r.Headers)
		if r.Key == nil {
			noKeys++
		}
		if r.Value == nil {
			noValues++
		}
	}
	n := len(recs)
	b := pool.New(n)
	b.Topics.Names = p.remote
	b.Partition = p.Partition
	b.Timestamps = mem.Alloc[int64](&b.Arena, n)
	at := &positions{of: p, offsets: mem.Alloc[int64](&b.Arena, n)}
	keys, values := b.CopyBytes(n, keyBytes, noKeys), b.CopyBytes(n, valueBytes, noValues)
	for i, r := range recs {
		b.Timestamps[i], at.offsets[i] = r.Timestamp.UnixMilli(), r.Offset
		keys.Set(i, r.Key)
		values.Set(i, r.Value)
	}
	b.Source = at
	b.Key, b.Value = b.NewColumn(keySchema, n), b.NewColumn(valueSchema, n)
	b.Key.Bytes, b.Value.Bytes = keys.Bytes, values.Bytes
	if headers > 0 {
		b.Headers.Offsets = mem.Alloc[int32](&b.Arena, n+1)
		b.Headers.Entries = make([]batch.Header, 0, headers)
		for i, r := range recs {
			b.Headers.Offsets[i] = int32(len(b.Headers.Entries))
			for _, h := range r.Headers {
				b.Headers.Entries = append(b.Headers.Entries, headerOf(h.Key, h.Value))
			}
		}
		b.Headers.Offsets[n] = int32(headers)
	}
	return b
}

// headerOf returns a header of bytes. Source: ConnectHeaders.addBytes.
func headerOf(key string, value []byte) batch.Header {
	h := batch.Header{Key: key, Decoded: true, Schema: valueSchema}
	if value != nil {
		h.Value = batch.BytesValue(value)
	}
	return h
}
