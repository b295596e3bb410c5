package fetch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

func unixNano(ns int64) time.Time { return time.Unix(0, ns) }

// xerialFramed compresses as Java's snappy streams do.
func xerialFramed(raw []byte) []byte {
	out := append(bytes.Clone(xerialMagic), 0, 0, 0, 1, 0, 0, 0, 1)
	for len(raw) > 0 {
		n := min(len(raw), 100)
		block := s2.EncodeSnappy(nil, raw[:n])
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(block))), block...)
		raw = raw[n:]
	}
	return out
}

func rich() []kmsg.Record {
	return []kmsg.Record{
		{OffsetDelta: 0, TimestampDelta64: -7, Key: nil, Value: []byte("v0")},
		{OffsetDelta: 2, TimestampDelta64: 1, Key: []byte{}, Value: nil, Headers: []kmsg.Header{{Key: "a", Value: []byte("x")}, {Key: "", Value: nil}}},
		{OffsetDelta: 300, TimestampDelta64: 1 << 40, Key: bytes.Repeat([]byte("k"), 200), Value: []byte{}, Headers: []kmsg.Header{{Key: "a", Value: []byte{}}}},
		{OffsetDelta: 301, Value: bytes.Repeat([]byte("long "), 5000), Headers: []kmsg.Header{{Key: "b", Value: []byte("y")}}},
	}
}

// vectors are runs that a broker may send, each as one partition's record batches.
func vectors(t testing.TB) map[string][]byte {
	gzip, snappy, lz4, zstd := kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression()
	join := func(list ...[]byte) []byte { return bytes.Join(list, nil) }
	v := map[string][]byte{
		"one":             wired{first: 10}.bytes(t),
		"rich":            wired{first: 10, records: rich()}.bytes(t),
		"gzip":            wired{first: 10, records: rich(), codec: &gzip}.bytes(t),
		"snappy":          wired{first: 10, records: rich(), codec: &snappy}.bytes(t),
		"lz4":             wired{first: 10, records: rich(), codec: &lz4}.bytes(t),
		"zstd":            wired{first: 10, records: rich(), codec: &zstd}.bytes(t),
		"two":             join(wired{first: 10}.bytes(t), wired{first: 13, codec: &zstd}.bytes(t)),
		"compacted":       join(wired{first: 10, deltas: []int32{3, 9}, last: 20}.bytes(t), wired{first: 40}.bytes(t)),
		"log append time": join(wired{first: 10, attrs: wirebatch.LogAppendBit}.bytes(t), wired{first: 13}.bytes(t)),
		"behind records":  wired{first: 10, junk: []byte("junk")}.bytes(t),
		"missing rows":    join(wired{first: 10}.bytes(t), wired{first: 13, rows: 4, last: 5}.bytes(t)),
		"offsets go back": wired{first: 10, deltas: []int32{0, 5, 3, 6}}.bytes(t),
	}
	rec := wired{first: 10, records: rich()}.bytes(t)
	x := append(bytes.Clone(rec[:wirebatch.HeadEnd]), xerialFramed(rec[wirebatch.HeadEnd:])...)
	x[wirebatch.AttrsAt+1] |= byte(kgo.CodecSnappy)
	v["xerial"] = sign(x)
	broken := wired{first: 13, codec: &lz4}.bytes(t)
	broken[len(broken)-3] ^= 0xff
	v["does not decompress"] = join(wired{first: 10}.bytes(t), sign(broken))
	return v
}

// TestBuilder_AgreesWithRecords: rows are the ones that the record API gives, from every offset on, and there is an
// error where it stops short.
func TestBuilder_AgreesWithRecords(t *testing.T) {
	for name, run := range vectors(t) {
		for _, from := range []int64{0, 10, 11, 12, 13, 15, 200} {
			agrees(t, name, run, from)
		}
	}
}

func agrees(t *testing.T, name string, run []byte, from int64) {
	t.Helper()
	pool := batch.NewPool(mem.Checked(t))
	b := NewBuilder(options(pool))
	defer b.Close()
	var got []string
	var failed error
	b.Begin([]string{"t"}, 0)
	take := func() {
		b.Flush()
		for _, x := range b.Batches() {
			got = append(got, batchLines(x.Batch)...)
			x.Batch.Release()
		}
	}
	for rest, at := run, from; len(rest) > 0 && failed == nil; {
		var more []*kgo.Record
		more, rest, at, failed = b.Add(rest, at)
		take()
		got = append(got, recordLines(more)...)
	}
	p, next := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{Offset: from, Topic: "t"}, &kmsg.FetchResponseTopicPartition{RecordBatches: run}, kgo.DefaultDecompressor(), nil)
	want := recordLines(p.Records)
	if !slices.Equal(got, want) {
		t.Errorf("%s from %d:\n%s\nwant\n%s", name, from, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	whole := p.Err == nil && next > readHead(run[lastBatch(run):]).last
	if whole != (failed == nil) && (whole || from <= 13) {
		t.Errorf("%s from %d: error is %v; the record API: next is %d, error %v", name, from, failed, next, p.Err)
	}
}

// lastBatch is where the last record batch of a run begins.
func lastBatch(run []byte) (at int) {
	for {
		n, _, _ := next(run[at:])
		if at+n >= len(run) {
			return at
		}
		at += n
	}
}

// TestBuilder_Cuts by rows, by bytes, and between types of timestamps; rows of several record batches go together.
func TestBuilder_Cuts(t *testing.T) {
	var run []byte
	for i := range 7 {
		run = append(run, wired{first: int64(i), deltas: []int32{0}, records: []kmsg.Record{{Value: []byte("123456")}}}.bytes(t)...)
	}
	late := wired{first: 7, deltas: []int32{0}, attrs: wirebatch.LogAppendBit}.bytes(t)
	for _, c := range []struct {
		rows, bytes int
		want        []int
	}{
		{3, 1 << 20, []int{3, 3, 1, 1}},
		{100, 2 * (6 + 32), []int{2, 2, 2, 1, 1}},
		{100, 1, []int{1, 1, 1, 1, 1, 1, 1, 1}},
	} {
		o := options(batch.NewPool(mem.Checked(t)))
		o.RowsMax, o.BytesMax = c.rows, c.bytes
		b := NewBuilder(o)
		b.Begin([]string{"t"}, 0)
		for _, list := range [][]byte{run, late} {
			if _, _, _, err := b.Add(list, 0); err != nil {
				t.Fatal(err)
			}
		}
		b.Flush()
		var got []int
		for _, x := range b.Batches() {
			got = append(got, x.Batch.Len())
			x.Batch.Release()
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d rows, %d bytes: batches of %v, want %v", c.rows, c.bytes, got, c.want)
		}
		b.Close()
	}
}

// TestBuilder_Bombs: more than may be is an error that the record API makes, and the slabs come back.
func TestBuilder_Bombs(t *testing.T) {
	for _, codec := range []kgo.CompressionCodec{kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression()} {
		o := options(batch.NewPool(mem.Checked(t)))
		o.ExpandedMax = 64 << 10
		b := NewBuilder(o)
		b.Begin([]string{"t"}, 0)
		for size, fits := range map[int]bool{60 << 10: true, 200 << 10: false} {
			run := wired{records: []kmsg.Record{{Value: make([]byte, size)}}, codec: &codec}.bytes(t)
			_, _, _, err := b.Add(run, 0)
			var large *kgo.ErrDecompressTooLarge
			if fits != (err == nil) || !fits && !errors.As(err, &large) {
				t.Errorf("%v, %d bytes: %v", codec, size, err)
			}
		}
		b.Close() // what was built goes too
	}
}

// TestBuilder_DoesNotAllocatePerRow once it is warm, headers included.
func TestBuilder_DoesNotAllocatePerRow(t *testing.T) {
	var recs []kmsg.Record
	for i := range 1024 {
		recs = append(recs, kmsg.Record{OffsetDelta: int32(i), Key: []byte("key"), Value: []byte("value of a record"), Headers: []kmsg.Header{{Key: "a", Value: []byte("b")}}})
	}
	run := wired{records: recs}.bytes(t)
	b := NewBuilder(options(batch.NewPool(mem.NewPool())))
	defer b.Close()
	b.Begin([]string{"t"}, 0)
	n := testing.AllocsPerRun(100, func() {
		if _, _, _, err := b.Add(run, 0); err != nil {
			t.Fatal(err)
		}
		b.Flush()
		for _, x := range b.Batches() {
			x.Batch.Release()
		}
	})
	if n > 16 { // entries and values of headers; the collector may empty a pool meanwhile
		t.Errorf("%v allocations for 1024 rows", n)
	}
}

func BenchmarkBuilder(b *testing.B) {
	var recs []kmsg.Record
	for i := range 1024 {
		recs = append(recs, kmsg.Record{OffsetDelta: int32(i), Key: []byte("key-000001"), Value: bytes.Repeat([]byte("x"), 167)})
	}
	run := wired{records: recs}.bytes(b)
	x := NewBuilder(options(batch.NewPool(mem.NewPool())))
	defer x.Close()
	x.Begin([]string{"t"}, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, _, err := x.Add(run, 0); err != nil {
			b.Fatal(err)
		}
		x.Flush()
		for _, y := range x.Batches() {
			y.Batch.Release()
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/record")
}

// FuzzBuilder: records with any bytes give what the record API gives, or an error.
func FuzzBuilder(f *testing.F) {
	for _, run := range vectors(f) {
		f.Add(run[wirebatch.HeadEnd:], byte(run[wirebatch.AttrsAt+1]), uint16(3), int64(11))
	}
	f.Fuzz(func(t *testing.T, recs []byte, attrs byte, rows uint16, from int64) {
		head := wired{first: 10, deltas: []int32{0}}.bytes(t)[:wirebatch.HeadEnd]
		run := append(bytes.Clone(head), recs...)
		run[wirebatch.AttrsAt+1] = attrs & (wirebatch.CodecBits | wirebatch.LogAppendBit)
		binary.BigEndian.PutUint32(run[wirebatch.DeltaAt:], uint32(rows)+1000)
		binary.BigEndian.PutUint32(run[wirebatch.RowsAt:], uint32(rows))
		sameOrError(t, sign(run), from&0x7fff)
	})
}

// sameOrError checks the rows of a run against the record API's: with an error they are a beginning of them.
func sameOrError(t *testing.T, run []byte, from int64) {
	t.Helper()
	b := NewBuilder(options(batch.NewPool(mem.Checked(t))))
	defer b.Close()
	var got []string
	var failed error
	b.Begin([]string{"t"}, 0)
	for rest, at := run, from; len(rest) > 0 && failed == nil; {
		var more []*kgo.Record
		more, rest, at, failed = b.Add(rest, at)
		b.Flush()
		for _, x := range b.Batches() {
			got = append(got, batchLines(x.Batch)...)
			x.Batch.Release()
		}
		got = append(got, recordLines(more)...)
	}
	p, _ := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{Offset: from, Topic: "t"}, &kmsg.FetchResponseTopicPartition{RecordBatches: run}, &codecs{pool: mem.NewPool(), max: 1 << 20}, nil)
	want := recordLines(p.Records)
	if failed == nil && !slices.Equal(got, want) || failed != nil && (len(got) > len(want) || !slices.Equal(got, want[:len(got)])) {
		t.Errorf("error %v:\n%s\nwant\n%s", failed, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
