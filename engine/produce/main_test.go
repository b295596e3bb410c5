package produce

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/engine/produce/wire"
)

func TestMain(m *testing.M) {
	if os.Getenv(brokerEnv) != "" {
		serve()
		return
	}
	goleak.VerifyTestMain(m)
}

// cluster starts brokers in this process.
func cluster(t testing.TB, opts ...kfake.Opt) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.SleepOutOfOrder()}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// pathEnv chooses who makes the wire batches of producers, where a test does not.
const pathEnv = "MILLRACE_PRODUCE_PATH"

// producer makes a producer of the cluster with Java properties.
func producer(t testing.TB, c *kfake.Cluster, props map[string]string, opts ...kgo.Opt) *Records {
	t.Helper()
	if os.Getenv(pathEnv) == "wire" {
		return dialed(t, c, props, (&net.Dialer{}).DialContext, opts...)
	}
	return dialed(t, c, props, nil, opts...)
}

// dialed makes a producer whose wire batches are its own, unless dial is nil.
func dialed(t testing.TB, c *kfake.Cluster, props map[string]string, dial wire.Dial, opts ...kgo.Opt) *Records {
	t.Helper()
	p, err := NewDialed(props, func(o ...kgo.Opt) (*kgo.Client, error) {
		return kgo.NewClient(append(append(o, kgo.SeedBrokers(c.ListenAddrs()...)), opts...)...)
	}, dial)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// row is one record of a test.
type row struct {
	topic      string // "" is "t"
	partition  int32
	key, value []byte
	ts         int64
	headers    []batch.Header
}

// auto is a row whose partition the partitioner chooses.
func auto(key, value string) row {
	r := row{partition: batch.NoPartition, value: []byte(value), ts: batch.NoTimestamp}
	if key != "" {
		r.key = []byte(key)
	}
	return r
}

// rows makes a batch of rows as the stage hands it over.
func rows(pool *mem.Pool, list []row) Rows {
	b := batch.NewPool(pool).New(len(list))
	b.Partitions = mem.Alloc[int32](&b.Arena, len(list))
	b.Timestamps = mem.Alloc[int64](&b.Arena, len(list))
	b.Topics.Index = mem.Alloc[int32](&b.Arena, len(list))
	index := map[string]int32{}
	var headers bool
	for i, r := range list {
		if r.topic == "" {
			r.topic = "t"
		}
		n, ok := index[r.topic]
		if !ok {
			n = int32(len(b.Topics.Names))
			index[r.topic] = n
			b.Topics.Names = append(b.Topics.Names, r.topic)
		}
		b.Topics.Index[i], b.Partitions[i], b.Timestamps[i] = n, r.partition, r.ts
		headers = headers || len(r.headers) > 0
	}
	if headers {
		b.Headers.Offsets = mem.Alloc[int32](&b.Arena, len(list)+1)
		for i, r := range list {
			b.Headers.Offsets[i] = int32(len(b.Headers.Entries))
			b.Headers.Entries = append(b.Headers.Entries, r.headers...)
		}
		b.Headers.Offsets[len(list)] = int32(len(b.Headers.Entries))
	}
	return Rows{B: b, Key: column(b, list, func(r row) []byte { return r.key }), Value: column(b, list, func(r row) []byte { return r.value })}
}

func column(b *batch.Batch, list []row, of func(row) []byte) batch.Bytes {
	var bb batch.BytesBuilder
	bb.Pool = b.Pool().Mem
	bb.Reset(&b.Arena, len(list), 64)
	for i, r := range list {
		if v := of(r); v != nil {
			bb.Buf = append(bb.Buf, v...)
			bb.EndRow(i)
		}
	}
	out, slab := bb.Finish()
	if slab != nil {
		b.Arena.Adopt(slab)
	}
	return out
}

// acks collects results and is told when a number of them is there.
type acks struct {
	want int
	all  []Result
	done chan struct{}
}

func newAcks(want int) *acks { return &acks{want: want, done: make(chan struct{})} }

// Acked implements AckSink.
func (a *acks) Acked(results []Result) {
	a.all = append(a.all, results...)
	if len(a.all) == a.want {
		close(a.done)
	}
}

// wait returns the results by row once all are there.
func (a *acks) wait(t testing.TB) map[int32]Result {
	t.Helper()
	select {
	case <-a.done:
	case <-time.After(20 * time.Second):
		t.Fatal("rows without a result")
	}
	out := map[int32]Result{}
	for _, r := range a.all {
		if _, twice := out[r.Row]; twice {
			t.Fatalf("row %d has two results", r.Row)
		}
		out[r.Row] = r
	}
	return out
}

// consume reads n records of a topic.
func consume(t testing.TB, c *kfake.Cluster, topic string, n int, opts ...kgo.Opt) []*kgo.Record {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics(topic), kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxWait(20*time.Millisecond))...)
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var out []*kgo.Record
	for len(out) < n {
		f := cl.PollFetches(ctx)
		if err := ctx.Err(); err != nil {
			t.Fatalf("%d of %d records of %s: %v", len(out), n, topic, err)
		}
		out = append(out, f.Records()...)
	}
	return out
}
