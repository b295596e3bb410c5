package fetch

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// rowLines is a receiver that shows rows, by partition, of wire batches too, of which it takes some.
type rowLines struct {
	t         *testing.T
	rng       *rand.Rand
	pool      *batch.Pool
	partition int32
	rows      map[int32][]string
	wires     int
}

func (l *rowLines) TakesWire(int8, int, int) bool { return l.rng.IntN(2) == 0 }

func (l *rowLines) Rows(b *batch.Batch) {
	defer b.Release()
	if b.Topics.At(0) != "t" || b.Partition != l.partition {
		l.t.Errorf("rows of %s-%d", b.Topics.At(0), b.Partition)
	}
	l.rows[l.partition] = append(l.rows[l.partition], batchLines(b)...)
}

func (l *rowLines) Records(list []*kgo.Record) {
	l.rows[l.partition] = append(l.rows[l.partition], recordLines(list)...)
}

// Wire unpacks the rows as the batch that the source had.
func (l *rowLines) Wire(b *batch.Batch, first int64) {
	defer b.Release()
	l.wires++
	if b.Topics.At(0) != "t" || b.Partition != l.partition {
		l.t.Errorf("a wire batch of %s-%d", b.Topics.At(0), b.Partition)
	}
	builder := NewBuilder(options(l.pool))
	defer builder.Close()
	builder.Begin([]string{"t"}, l.partition)
	if _, _, next, err := builder.Add(unpacked(b, first), first); err != nil || next != first+int64(b.Len()) {
		l.t.Fatalf("at offset %d, next %d: %v", first, next, err)
	}
	builder.Flush()
	for _, x := range builder.Batches() {
		l.Rows(x.Batch)
	}
}

// unpacked is the record batch that a batch of its rows makes.
func unpacked(b *batch.Batch, first int64) []byte {
	raw := make([]byte, wirebatch.HeadEnd, wirebatch.HeadEnd+len(b.Wire.Records))
	binary.BigEndian.PutUint64(raw, uint64(first))
	raw[wirebatch.MagicAt] = 2
	binary.BigEndian.PutUint16(raw[wirebatch.AttrsAt:], uint16(b.Wire.Codec))
	binary.BigEndian.PutUint32(raw[wirebatch.DeltaAt:], uint32(b.Len()-1))
	binary.BigEndian.PutUint64(raw[wirebatch.BaseAt:], uint64(b.Wire.Base))
	binary.BigEndian.PutUint64(raw[wirebatch.MaxAt:], uint64(b.Wire.Max))
	binary.BigEndian.PutUint32(raw[wirebatch.RowsAt:], uint32(b.Len()))
	raw = append(raw, b.Wire.Records...)
	wirebatch.Seal(raw)
	return raw
}

// TestReader_SameAsTheClient: what is read of wire batches and rows is what the client reads, from any offset on, with
// any compression, of committed records alone or of all.
func TestReader_SameAsTheClient(t *testing.T) {
	wires := 0
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 1))
		c, err := kfake.NewCluster(kfake.NumBrokers(2), kfake.SleepOutOfOrder(), kfake.SeedTopics(2, "t"))
		if err != nil {
			t.Fatal(err)
		}
		fill(t, c, rng)
		from := map[int32]kgo.Offset{}
		for p := range int32(2) {
			from[p] = kgo.NewOffset().At(rng.Int64N(50))
		}
		common := []kgo.Opt{kgo.SeedBrokers(c.ListenAddrs()...), kgo.FetchMaxWait(20 * time.Millisecond), kgo.FetchMaxBytes(int32(1 + rng.IntN(20_000))),
			kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"t": from}), kgo.MaxDecompressBatchBytes(1 << 20)}
		if seed%2 == 0 {
			common = append(common, kgo.FetchIsolationLevel(kgo.ReadCommitted()))
		}
		want := map[int32][]string{}
		twin, err := kgo.NewClient(common...)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		for !ended(want) && ctx.Err() == nil {
			twin.PollFetches(ctx).EachPartition(func(p kgo.FetchTopicPartition) {
				want[p.Partition] = append(want[p.Partition], recordLines(p.Records)...)
			})
		}
		twin.Close()

		pool := batch.NewPool(mem.Checked(t))
		ip := New((&net.Dialer{}).DialContext, pool.Mem, slog.New(slog.DiscardHandler))
		r := NewReader(ip, options(pool))
		cl, err := kgo.NewClient(append(ip.Options(), common...)...)
		if err != nil {
			t.Fatal(err)
		}
		r.Start(cl)
		got := &rowLines{t: t, rng: rng, pool: pool, rows: map[int32][]string{}}
		for !ended(got.rows) && ctx.Err() == nil {
			r.Poll(ctx, 1+rng.IntN(20_000)).EachPartition(func(p kgo.FetchTopicPartition) {
				got.partition = p.Partition
				if err := r.Read([]string{"t"}, p.Partition, p.Records, got); err != nil {
					t.Fatal(err)
				}
			})
		}
		if wires += got.wires; !ip.Active() {
			t.Errorf("seed %d: the bytes are no longer read", seed)
		}
		cl.Close()
		r.Close()
		c.Close()
		cancel()
		for p := range int32(2) {
			if seed%2 == 0 { // the fake broker does not always say so: both may see them then, or one
				got.rows[p], want[p] = slices.DeleteFunc(got.rows[p], aborted), slices.DeleteFunc(want[p], aborted)
			}
			if !slices.Equal(got.rows[p], want[p]) {
				t.Errorf("seed %d, partition %d: %d and %d rows differ", seed, p, len(got.rows[p]), len(want[p]))
			}
		}
	}
	if wires == 0 {
		t.Error("no wire batch was taken as it is")
	}
}

// aborted reports whether a row is one of an aborted transaction.
func aborted(line string) bool { return strings.Contains(line, "aborted") }

// ended reports whether the last row of both partitions was read.
func ended(rows map[int32][]string) bool {
	for p := range int32(2) {
		n := len(rows[p])
		if n == 0 || !strings.Contains(rows[p][n-1], `value="end"`) {
			return false
		}
	}
	return true
}

// fill writes rows to both partitions, in batches with each compression, some of transactions that are aborted.
func fill(t *testing.T, c *kfake.Cluster, rng *rand.Rand) {
	t.Helper()
	codecs := []kgo.CompressionCodec{kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression()}
	write := func(id string, commit kgo.TransactionEndTry, list []*kgo.Record) {
		opts := []kgo.Opt{kgo.SeedBrokers(c.ListenAddrs()...), kgo.DefaultProduceTopic("t"), kgo.RecordPartitioner(kgo.ManualPartitioner()),
			kgo.ProducerBatchCompression(codecs[rng.IntN(len(codecs))])}
		if id != "" {
			opts = append(opts, kgo.TransactionalID(id))
		}
		cl, err := kgo.NewClient(opts...)
		if err != nil {
			t.Fatal(err)
		}
		defer cl.Close()
		if id != "" {
			err = cl.BeginTransaction()
		}
		if err == nil {
			err = cl.ProduceSync(t.Context(), list...).FirstErr()
		}
		if err == nil && id != "" {
			err = cl.EndTransaction(t.Context(), commit)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for range 12 {
		var list []*kgo.Record
		for range 1 + rng.IntN(120) {
			n++
			r := &kgo.Record{Partition: int32(rng.IntN(2)), Timestamp: time.UnixMilli(1_700_000_000_000 + rng.Int64N(1000)), Value: fmt.Appendf(nil, "%d %s", n, strings.Repeat("x", rng.IntN(200)))}
			if rng.IntN(3) == 0 {
				r.Key, r.Headers = fmt.Append(nil, n), []kgo.RecordHeader{{Key: "h", Value: fmt.Append(nil, n)}, {Key: "null"}}
			}
			list = append(list, r)
		}
		switch rng.IntN(4) {
		case 0:
			write("id", kgo.TryCommit, list)
		case 1:
			for _, r := range list {
				r.Value = append([]byte("aborted "), r.Value...)
			}
			write("id", kgo.TryAbort, list)
		default:
			write("", kgo.TryCommit, list)
		}
	}
	write("", kgo.TryCommit, []*kgo.Record{{Partition: 0, Value: []byte("end")}, {Partition: 1, Value: []byte("end")}})
}

// TestReader_WhatIsNotWhole goes row by row.
func TestReader_WhatIsNotWhole(t *testing.T) {
	for _, c := range []struct {
		name  string
		w     wired
		from  int64
		whole bool
	}{
		{"whole", wired{first: 10}, 10, true},
		{"whole, behind a gap", wired{first: 10}, 4, true},
		{"of a transaction", wired{first: 10, attrs: wirebatch.TransactionBit}, 10, true},
		{"begun before", wired{first: 10}, 11, false},
		{"a row is missing inside", wired{first: 10, deltas: []int32{0, 2}}, 10, false},
		{"the first row is missing", wired{first: 10, deltas: []int32{1, 2}}, 10, false},
		{"the last row is missing", wired{first: 10, deltas: []int32{0, 1}, last: 2}, 10, false},
		{"time of appending", wired{first: 10, attrs: wirebatch.LogAppendBit}, 10, false},
		{"time at which tombstones may go", wired{first: 10, attrs: wirebatch.DeleteHorizonBit}, 10, false},
	} {
		h := readHead(c.w.bytes(t))
		if got := h.plain() && h.whole(c.from); got != c.whole {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	h := readHead(wired{first: 10}.bytes(t))
	if h.base = -1; h.whole(10) {
		t.Error("without a time")
	}
}
