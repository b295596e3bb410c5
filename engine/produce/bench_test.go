package produce

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/produce/wire"
	"github.com/millrace/millrace/engine/stage"
)

// brokerEnv makes the test binary a broker, so that its cost is not counted as ours.
const brokerEnv = "MILLRACE_PRODUCE_BROKER"

// serve is the broker: topic t, which forgets what it takes.
func serve() {
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SleepOutOfOrder(), kfake.SeedTopics(4, "t"), kfake.BlackholeProduce())
	if err != nil {
		panic(err)
	}
	fmt.Println(c.ListenAddrs()[0])
	_, _ = bufio.NewReader(os.Stdin).ReadByte() // until the benchmark ends
	c.Close()
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

// polled is a batch of n records of ten fields, 167 bytes each as JSON, with a key.
func polled(b *testing.B, pool *batch.Pool, n int) *batch.Batch {
	b.Helper()
	opt := func(k batch.Kind) *batch.Schema { return batch.Of(k, true) }
	s := batch.NewSchema(batch.KindStruct).Field("id", opt(batch.KindInt64)).Field("name", opt(batch.KindString)).Field("email", opt(batch.KindString)).
		Field("age", opt(batch.KindInt32)).Field("active", opt(batch.KindBoolean)).Field("score", opt(batch.KindFloat64)).Field("city", opt(batch.KindString)).
		Field("zip", opt(batch.KindString)).Field("country", opt(batch.KindString)).Field("created", opt(batch.KindInt64)).Build()
	x := pool.New(n)
	x.Topics, x.Partition = batch.OneTopic("t"), batch.NoPartition
	keys, values := batch.NewColumnBuilder(batch.Of(batch.KindString, false), false), batch.NewColumnBuilder(s, false)
	for i := range n {
		if err := keys.Append(batch.StringValue(fmt.Sprintf("key-%06d", i))); err != nil {
			b.Fatal(err)
		}
		v := batch.NewStructValue(s)
		copy(v.Fields, []batch.Value{batch.Int64Value(int64(100000 + i)), batch.StringValue(fmt.Sprintf("customer-%06d", i)), batch.StringValue(fmt.Sprintf("c%06d@example.com", i)),
			batch.Int32Value(int32(20 + i%50)), batch.BooleanValue(true), batch.Float64Value(0.5), batch.StringValue("Zurich"), batch.StringValue("8001"), batch.StringValue("CH"),
			batch.Int64Value(1700000000000)})
		if err := values.Append(batch.StructValueOf(v)); err != nil {
			b.Fatal(err)
		}
	}
	x.Key, x.Value = keys.Finish(x), values.Finish(x)
	return x
}

// nobody takes results.
type nobody struct{}

func (nobody) Acked([]Result) {}

// BenchmarkProduce measures processor time per record from a polled batch of 1,024 rows, encoded as
// JSON, to the topic; the broker is another process.
func BenchmarkProduce(b *testing.B) {
	type setting struct{ name, idempotent, compression string }
	for _, path := range []string{"record", "wire"} {
		for _, c := range []setting{{"connect", "false", "none"}, {"idempotent", "true", "none"}, {"lz4", "false", "lz4"}} {
			b.Run("path="+path+"/settings="+c.name, func(b *testing.B) { benchmarkProduce(b, path, c.idempotent, c.compression) })
		}
	}
}

func benchmarkProduce(b *testing.B, path, idempotent, compression string) {

	pool := batch.NewPool(mem.NewPool())
	addr := startBroker(b)
	props := connectDefaults("enable.idempotence", idempotent, "compression.type", compression)
	var dial wire.Dial
	if path == "wire" {
		dial = plain
	}
	p, err := NewDialed(props, func(o ...kgo.Opt) (*kgo.Client, error) { return kgo.NewClient(append(o, kgo.SeedBrokers(addr))...) }, dial)
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	st := jsonStage(b)
	defer st.Close()
	x := polled(b, pool, 1024)
	defer x.Release()
	send := func() {
		out, failed, err := st.Run(context.Background(), x)
		if err != nil || len(failed) > 0 {
			b.Fatal(err, failed)
		}
		parts := make([]Rows, len(out))
		for i, o := range out {
			parts[i] = Rows(o)
		}
		p.Send(context.Background(), parts, nobody{})
	}
	flush := func() {
		if err := p.Flush(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	for range 200 { // warm
		send()
	}
	flush()
	began, rows := cpu(), 0
	b.ReportAllocs()
	b.ResetTimer()
	for rows < b.N {
		send()
		rows += 1024
	}
	flush()
	b.StopTimer()
	b.ReportMetric(float64(cpu()-began)/float64(rows), "cpu-ns/record")
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "records/s")
}

func jsonStage(b *testing.B) *stage.Source {
	b.Helper()
	class, err := codec.NewSet(connectjson.Classes()...).Find(connectjson.ClassName)
	if err != nil {
		b.Fatal(err)
	}
	side := func(isKey bool) stage.Side {
		conv, err := class.New(map[string]string{"schemas.enable": "false"}, isKey, codec.Context{})
		if err != nil {
			b.Fatal(err)
		}
		return stage.Side{Converter: conv}
	}
	return stage.NewSource(stage.SourceOptions{Key: side(true), Value: side(false), Transforms: &stage.Chain{}, Operator: errant.NewOperator(errant.Options{})})
}
