package fetch

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wired is a record batch that a test writes.
type wired struct {
	first    int64
	deltas   []int32 // offset deltas of its rows; nil: 0, 1, 2
	last     int32   // last offset delta; 0: of the last row
	attrs    int16
	producer int64
	epoch    int32 // leader epoch
	records  []kmsg.Record
	codec    *kgo.CompressionCodec
	junk     []byte // behind the records
	rows     int32  // instead of the number of records; 0: that
}

// bytes makes the batch.
func (w wired) bytes(t testing.TB) []byte {
	t.Helper()
	if w.records == nil {
		deltas := w.deltas
		if deltas == nil {
			deltas = []int32{0, 1, 2}
		}
		for _, d := range deltas {
			w.records = append(w.records, kmsg.Record{OffsetDelta: d, TimestampDelta64: int64(d), Key: fmt.Appendf(nil, "k%d", d), Value: fmt.Appendf(nil, "value %d", w.first+int64(d))})
		}
	}
	var raw []byte
	for i := range w.records {
		r := &w.records[i]
		r.Length = 0
		r.Length = int32(len(r.AppendTo(nil)) - 1)
		raw = r.AppendTo(raw)
	}
	raw = append(raw, w.junk...)
	attrs := w.attrs
	if w.codec != nil {
		c, err := kgo.DefaultCompressor(*w.codec)
		if err != nil {
			t.Fatal(err)
		}
		out, kind := c.Compress(new(bytes.Buffer), raw)
		raw = bytes.Clone(out)
		attrs |= int16(kind)
	}
	last := w.last
	if last == 0 && len(w.records) > 0 {
		last = w.records[len(w.records)-1].OffsetDelta
	}
	rows := w.rows
	if rows == 0 {
		rows = int32(len(w.records))
	}
	b := kmsg.RecordBatch{FirstOffset: w.first, PartitionLeaderEpoch: w.epoch, Magic: 2, Attributes: attrs, LastOffsetDelta: last,
		FirstTimestamp: 1_700_000_000_000, MaxTimestamp: 1_700_000_000_999, ProducerID: w.producer, ProducerEpoch: 1, FirstSequence: 7,
		NumRecords: rows, Records: raw}
	return sign(b.AppendTo(nil))
}

// sign writes the length and the checksum of a record batch.
func sign(b []byte) []byte {
	wirebatch.Seal(b)
	return b
}

// control is a control batch: the end of a transaction.
func control(first, producer int64, commit bool) []byte {
	kind := byte(0)
	if commit {
		kind = 1
	}
	r := kmsg.Record{Key: []byte{0, 0, 0, kind}, Value: []byte{0, 0, 0, 0, 0, 0}}
	r.Length = int32(len(r.AppendTo(nil)) - 1)
	b := kmsg.RecordBatch{FirstOffset: first, Magic: 2, Attributes: wirebatch.TransactionBit | wirebatch.ControlBit, ProducerID: producer, ProducerEpoch: 1,
		FirstSequence: -1, NumRecords: 1, Records: r.AppendTo(nil)}
	return sign(b.AppendTo(nil))
}

// message is a message of the formats before record batches.
func message(magic int8, offset int64, value string) []byte {
	var b []byte
	if magic == 0 {
		m := kmsg.MessageV0{Offset: offset, Magic: 0, Value: []byte(value)}
		b = m.AppendTo(nil)
	} else {
		m := kmsg.MessageV1{Offset: offset, Magic: 1, Timestamp: 5, Value: []byte(value)}
		b = m.AppendTo(nil)
	}
	binary.BigEndian.PutUint32(b[wirebatch.LengthAt:], uint32(len(b)-wirebatch.BeforeLength))
	binary.BigEndian.PutUint32(b[12:], crc32.ChecksumIEEE(b[16:]))
	return b
}

// line is a row as text, for comparison.
func line(offset, ms int64, key, value []byte, headers string) string {
	return fmt.Sprintf("%d @%d key=%s value=%s%s", offset, ms, shown(key), shown(value), headers)
}

func shown(b []byte) string {
	if b == nil {
		return "null"
	}
	return fmt.Sprintf("%q", b)
}

// recordLines shows records as the record API gives them.
func recordLines(recs []*kgo.Record) []string {
	var out []string
	for _, r := range recs {
		headers := ""
		for _, h := range r.Headers {
			headers += " " + h.Key + "=" + shown(h.Value)
		}
		out = append(out, line(r.Offset, r.Timestamp.UnixMilli(), r.Key, r.Value, headers))
	}
	return out
}

// batchLines shows the rows of a batch.
func batchLines(b *batch.Batch) []string {
	var out []string
	for i := range b.Len() {
		headers := ""
		if !b.Headers.Empty() {
			for _, h := range b.Headers.List(i) {
				headers += " " + h.Key + "=" + shown(h.Raw)
			}
		}
		key, _ := b.RawKey.Get(i)
		value, _ := b.RawValue.Get(i)
		out = append(out, line(b.Offsets[i], kgoMillis(b.Timestamps[i]), key, value, headers))
	}
	return out
}

// kgoMillis is what the record API makes of a timestamp: it wraps around beyond the year 2262.
func kgoMillis(ms int64) int64 {
	return (&kgo.Record{Timestamp: unixNano(ms * 1e6)}).Timestamp.UnixMilli()
}

// expand does what the consumer does with the records of one partition: rows as text, and the error that ends them.
func expand(t testing.TB, ip *Interposer, b *Builder, recs []*kgo.Record) ([]string, error) {
	t.Helper()
	var out []string
	take := func() {
		b.Flush()
		for _, x := range b.Batches() {
			out = append(out, batchLines(x.Batch)...)
			x.Batch.Release()
		}
	}
	b.Begin([]string{"t"}, 0)
	for _, r := range recs {
		run, standIn, err := ip.Take(r)
		if err != nil {
			t.Fatal(err)
		}
		if !standIn {
			take()
			out = append(out, recordLines([]*kgo.Record{r})...)
			continue
		}
		for rest, from := run.Bytes, run.From; len(rest) > 0; {
			var more []*kgo.Record
			more, rest, from, err = b.Add(rest, from)
			if more != nil {
				take()
				out = append(out, recordLines(more)...)
			}
			if err != nil {
				take()
				run.Release()
				return out, err
			}
		}
		take()
		run.Release()
	}
	return out, nil
}

func options(p *batch.Pool) BuilderOptions {
	return BuilderOptions{Pool: p, RowsMax: 1024, BytesMax: 4 << 20, RowBytes: 32, ExpandedMax: 1 << 20}
}
