package wire

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// line is a row as text.
func line(offset, ts int64, key, value []byte, headers []kgo.RecordHeader) string {
	text := fmt.Sprintf("%d %d %v%q %v%q", offset, ts, key != nil, key, value != nil, value)
	for _, h := range headers {
		text += fmt.Sprintf(" %q=%v%q", h.Key, h.Value != nil, h.Value)
	}
	return text
}

// piece is some bytes, nil sometimes.
func piece(rng *rand.Rand, most int) []byte {
	if rng.IntN(4) == 0 {
		return nil
	}
	return bytes.Repeat([]byte{byte(rng.Uint32())}, rng.IntN(most))
}

// read is what the client library makes of a wire batch.
func read(t *testing.T, b []byte) []string {
	t.Helper()
	p, _ := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{Topic: "t"}, &kmsg.FetchResponseTopicPartition{RecordBatches: b}, kgo.DefaultDecompressor(), nil)
	if p.Err != nil {
		t.Fatal(p.Err)
	}
	var out []string
	for _, r := range p.Records {
		out = append(out, line(r.Offset, r.Timestamp.UnixMilli(), r.Key, r.Value, r.Headers))
	}
	return out
}

// agrees checks that the client library reads the rows of a batch that were added.
func agrees(t *testing.T, rng *rand.Rand, rows int, codec kgo.CompressionCodec) {
	pool := mem.Checked(t)
	c, err := kgo.DefaultCompressor(codec)
	if err != nil {
		t.Fatal(err)
	}
	b := NewBatch(pool, 1<<20, 0)
	defer b.Release()
	l := NewLane(3)
	l.Lock()
	l.Begin(b)
	var want []string
	for i := range rows {
		key, value, ts := piece(rng, 40), piece(rng, 400), rng.Int64N(1<<41)
		var list []kgo.RecordHeader
		var headers []byte
		if n := rng.IntN(4); n > 0 {
			headers = AppendCount(nil, n)
			for range n {
				h := kgo.RecordHeader{Key: fmt.Sprint(rng.IntN(9)), Value: piece(rng, 20)}
				list = append(list, h)
				headers = AppendHeader(headers, h.Key, h.Value)
			}
		}
		if !b.Add(ts, key, value, headers) {
			t.Fatal("no room")
		}
		want = append(want, line(int64(i), ts, key, value, list))
	}
	l.Unlock()
	s := stamp{id: 9, epoch: 2}
	if err := l.seal(b, &s); err != nil {
		t.Fatal(err)
	}
	b.seal(c, 9)
	stand := make([]byte, wirebatch.HeadEnd)
	stand[wirebatch.MagicAt] = 2
	binary.BigEndian.PutUint64(stand[wirebatch.ProducerAt:], 9)
	if got := read(t, append(b.appendHead(nil, stand, s), b.body...)); !slices.Equal(got, want) {
		t.Fatalf("%q\nwant\n%q", got, want)
	}
}

func codecs() []kgo.CompressionCodec {
	return []kgo.CompressionCodec{kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression()}
}

// TestBatch_ReadAsAdded with each compression.
func TestBatch_ReadAsAdded(t *testing.T) {
	for i, codec := range codecs() {
		for _, rows := range []int{1, 2, 100, 700} {
			agrees(t, rand.New(rand.NewPCG(uint64(i), uint64(rows))), rows, codec)
		}
	}
}

// FuzzBatch lets the fuzzer choose the rows.
func FuzzBatch(f *testing.F) {
	f.Add(uint64(1), uint16(20), uint8(1))
	f.Fuzz(func(t *testing.T, seed uint64, rows uint16, codec uint8) {
		agrees(t, rand.New(rand.NewPCG(seed, 1)), 1+int(rows%500), codecs()[codec%5])
	})
}

// TestBatch_IsNoLargerThanAsked, and what it says a row takes is so.
func TestBatch_IsNoLargerThanAsked(t *testing.T) {
	pool := mem.Checked(t)
	value := make([]byte, 300)
	for most := 340; most < 5000; most += 171 {
		b := NewBatch(pool, most, 0)
		l := NewLane(0)
		l.Lock()
		l.Begin(b)
		for b.Add(0, nil, value, nil) {
		}
		l.Unlock()
		if (b.rows > 0) != (BatchBytes(nil, value, nil) <= most) {
			t.Errorf("%d rows in %d bytes, one takes %d", b.rows, most, BatchBytes(nil, value, nil))
		}
		if n := wirebatch.HeadEnd + b.n; b.rows > 0 && (n > most || n+300 < most-20) {
			t.Errorf("%d bytes of %d", n, most)
		}
		b.Release()
	}
}

// TestAdd_DoesNotAllocate but for slabs.
func TestAdd_DoesNotAllocate(t *testing.T) {
	b := NewBatch(mem.NewPool(), 1<<30, 0)
	defer b.Release()
	key, value := []byte("key"), make([]byte, 100)
	b.Add(1, key, value, nil)
	b.room(8 << 20)
	if n := testing.AllocsPerRun(1000, func() { b.Add(2, key, value, nil) }); n > 0 {
		t.Errorf("%v allocations a row", n)
	}
}

// BenchmarkAdd measures a row of a key and 167 bytes.
func BenchmarkAdd(b *testing.B) {
	pool := mem.NewPool()
	key, value := []byte("key-000001"), make([]byte, 167)
	x := NewBatch(pool, 1<<20, 0)
	b.SetBytes(177)
	b.ReportAllocs()
	for b.Loop() {
		if !x.Add(1_700_000_000_000, key, value, nil) {
			x.Release()
			x = NewBatch(pool, 1<<20, 0)
		}
	}
	x.Release()
}
