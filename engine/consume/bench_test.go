package consume

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/internal/kafka/fetch"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// brokerEnv makes the test binary a broker, so that its cost is not counted as ours.
const brokerEnv = "MILLRACE_CONSUME_BROKER"

// serve is the broker: topic t of one partition, whose every fetch has the same wire batch.
func serve() {
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SleepOutOfOrder(), kfake.SeedTopics(1, "t"),
		kfake.SyntheticFetch(kfake.SyntheticBatch{Batch: wireBatch(4096)}))
	if err != nil {
		panic(err)
	}
	fmt.Println(c.ListenAddrs()[0])
	_, _ = bufio.NewReader(os.Stdin).ReadByte() // until the benchmark ends
	c.Close()
}

// wireBatch is a record batch of n records of ten fields, 167 bytes each.
func wireBatch(n int) []byte {
	var recs []byte
	for i := range n {
		r := kmsg.Record{OffsetDelta: int32(i), Key: fmt.Appendf(nil, "key-%06d", i), Value: value(i)}
		r.Length = int32(len(r.AppendTo(nil)) - 1)
		recs = r.AppendTo(recs)
	}
	b := kmsg.RecordBatch{PartitionLeaderEpoch: -1, Magic: 2, LastOffsetDelta: int32(n - 1), FirstTimestamp: 1_700_000_000_000,
		MaxTimestamp: 1_700_000_000_000, ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1, NumRecords: int32(n), Records: recs}
	raw := b.AppendTo(nil)
	wirebatch.Seal(raw)
	return raw
}

func value(i int) []byte {
	return fmt.Appendf(nil, `{"id":%d,"name":"customer-%06d","email":"c%06d@example.com","age":%d,"active":true,"score":0.5,"city":"Zurich","zip":"8001","country":"CH","created":1700000000000}`,
		100000+i, i, i, 20+i%50)
}

func startBroker(b *testing.B) string {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), brokerEnv+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(addr)
}

// cpu is the processor time of this process, in nanoseconds.
func cpu() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkConsume measures processor time per record from the topic to a sink that does nothing, in
// batches of 1,024 rows; the broker is another process.
func BenchmarkConsume(b *testing.B) {
	for _, c := range []struct{ path, kind string }{{"record", "bytes"}, {"wire", "bytes"}, {"record", "json"}, {"wire", "json"}} {
		kind := c.kind
		b.Run("path="+c.path+"/decode="+kind, func(b *testing.B) {
			addr := startBroker(b)
			opts, err := ClientOptions(map[string]string{"group.id": "g"})
			if err != nil {
				b.Fatal(err)
			}
			var dial fetch.Dial
			if c.path == "wire" {
				dial = (&net.Dialer{}).DialContext
			}
			c, err := New(Options{Dial: dial, NewClient: func(own ...kgo.Opt) (*kgo.Client, error) {
				return kgo.NewClient(append(append(opts, kgo.SeedBrokers(addr)), own...)...)
			}, Topics: []string{"t"}, Memory: memory(mem.NewPool(), 64<<20), Rebalance: &member{t: b}, Logger: slog.New(slog.DiscardHandler),
				RowsMax: 1024, BytesMax: 4 << 20, RecordBytesMax: 64 << 20, LaneDepth: 8})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			var st *stage.Sink
			if kind == "json" {
				st = jsonStage(b)
			}
			rows := 0
			take := func() {
				list, err := c.Poll(context.Background(), time.Second)
				if err != nil {
					b.Fatal(err)
				}
				for _, x := range list {
					rows += x.Len()
					if st != nil {
						out, failed, err := st.Run(context.Background(), x)
						if err != nil || len(failed) > 0 {
							b.Fatal(err, failed)
						}
						for _, o := range out {
							o.Release()
						}
					}
					x.Release()
				}
			}
			for rows < 200_000 { // warm
				take()
			}
			rows = 0
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := cpu()
			b.ResetTimer()
			for rows < b.N {
				take()
			}
			b.StopTimer()
			b.ReportMetric(float64(cpu()-began)/float64(rows), "cpu-ns/record")
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(rows), "allocated-B/record")
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

func jsonStage(b *testing.B) *stage.Sink {
	b.Helper()
	conv, err := codec.NewSet(connectjson.Classes()...).Find(connectjson.ClassName)
	if err != nil {
		b.Fatal(err)
	}
	value, err := conv.New(map[string]string{"schemas.enable": "false"}, false, codec.Context{})
	if err != nil {
		b.Fatal(err)
	}
	return stage.NewSink(stage.SinkOptions{Key: stage.Side{Converter: raws{}}, Value: stage.Side{Converter: value}, Transforms: &stage.Chain{}, Identity: true,
		Operator: errant.NewOperator(errant.Options{})})
}

// raws is a converter that leaves bytes as they are, as ByteArrayConverter does.
type raws struct{}

func (raws) NewDecoder() codec.Decoder { return raws{} }
func (raws) NewEncoder() codec.Encoder { return nil }
func (raws) Close() error              { return nil }
func (raws) Group(_ *batch.Batch, _ *codec.Input, g *codec.Groups, _ *batch.Status) error {
	g.N = 1
	return nil
}

func (raws) Decode(dst *batch.Batch, in *codec.Input, _ int32, _ batch.Selection, _ *batch.Projection, _ *batch.Status) (*batch.Column, error) {
	return dst.NullColumn(len(in.Values.Views)), nil
}

// BenchmarkRawBatch is the copy from records into a batch of 1,024 rows.
func BenchmarkRawBatch(b *testing.B) {
	pool := batch.NewPool(mem.NewPool())
	recs := make([]*kgo.Record, 1024)
	for i := range recs {
		recs[i] = &kgo.Record{Key: fmt.Appendf(nil, "key-%06d", i), Value: value(i), Timestamp: time.UnixMilli(1)}
	}
	b.ReportAllocs()
	for b.Loop() {
		n, _ := cut(recs, 1024, 4<<20)
		rawBatch(pool, tp(0), []string{"t"}, recs[:n]).Release()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/record")
}

// BenchmarkLane is the hand-over of one batch from the fetching goroutine to the task's, through the
// lane under its mutex. docs/decisions/004-lanes.md rests on it.
func BenchmarkLane(b *testing.B) {
	pool := batch.NewPool(mem.NewPool())
	x := pool.New(1024)
	defer x.Release()
	x.Offsets = mem.Alloc[int64](&x.Arena, 1024)
	for _, lanes := range []int{1, 100} {
		b.Run(fmt.Sprintf("lanes=%d", lanes), func(b *testing.B) {
			c := &Records{opt: Options{BytesMax: 4 << 20, LaneDepth: 8, Memory: memory(pool.Mem, 64<<20), RecordBytesMax: 64 << 20}, lanes: map[connectors.TopicPartition]*lane{}}
			for p := range int32(lanes) {
				l := &lane{tp: tp(p)}
				c.lanes[l.tp] = l
				c.order = append(c.order, l)
			}
			b.ReportAllocs()
			for b.Loop() {
				c.mu.Lock()
				l := c.lanes[tp(0)]
				l.queue = append(l.queue, queued{b: x, bytes: 1})
				c.bytes++
				c.mu.Unlock()
				c.mu.Lock()
				c.fullLocked()
				c.mu.Unlock()
				c.mu.Lock()
				c.drainLocked()
				c.mu.Unlock()
			}
		})
	}
}
