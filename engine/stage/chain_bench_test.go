package stage_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
)

const (
	chainRows    = 1000
	chainBatches = 16
)

// orders are consumed batches of ten-field records, as bench/records has them.
func orders(pool *batch.Pool) []*batch.Batch {
	r := rand.New(rand.NewPCG(42, 0))
	notes := []string{`""`, `"leave at door"`, `"gift"`, `"ring twice"`, `null`, `"Grüße"`}
	out := make([]*batch.Batch, chainBatches)
	for k := range out {
		out[k] = consumed(pool, chainRows, func(text []byte, _ int) []byte {
			return fmt.Appendf(text, `{"zip":"%05d","note":%s,"country":"%s","amount":%s,"created":%d,"qty":%d,"active":%t,"id":%d,"sku":"SKU-%d","customer":"c-%d"}`,
				r.IntN(100000), notes[r.IntN(len(notes))], []string{"DE", "FR", "US"}[r.IntN(3)], strconv.FormatFloat(float64(r.IntN(10_000_000)*2+1)/100, 'f', -1, 64),
				1_700_000_000_000+r.Int64N(30_000_000_000), 1+r.IntN(120), r.IntN(4) != 0, r.Int64N(1_000_000_000), 100_000+r.IntN(900_000), 100_000+r.IntN(900_000))
		})
	}
	return out
}

// consumed is a batch of n rows as a fetch brings them, without keys.
func consumed(pool *batch.Pool, n int, value func(text []byte, i int) []byte) *batch.Batch {
	b := pool.New(n)
	b.Topics, b.Origin, b.Partition = batch.OneTopic("orders"), batch.Origin{Topic: "orders"}, 0
	b.Offsets, b.Timestamps = make([]int64, n), make([]int64, n)
	b.RawKey = batch.Bytes{Views: make([]batch.View, n), Valid: bits.New(n)}
	b.RawValue.Views = make([]batch.View, n)
	var text []byte
	for i := range n {
		b.Offsets[i], b.Timestamps[i] = int64(i), 1_700_000_000_000+int64(i)
		start := len(text)
		text = value(text, i)
		b.RawValue.Views[i] = batch.View{Pos: uint32(start), Len: uint32(len(text) - start)}
	}
	b.RawValue.Bufs[0] = append(text, make([]byte, mem.Slack)...)[:len(text)]
	return b
}

// fiveTransforms is the chain whose cost the design bounds.
var fiveTransforms = []string{
	"InsertField$Value topic.field=source_topic offset.field=source_offset",
	"Cast$Value spec=qty:int64,amount:string",
	"ReplaceField$Value exclude=note renames=customer:client",
	"MaskField$Value fields=zip",
	"RegexRouter regex=(.*) replacement=$1-out",
}

// jsonPipe is JSON to chain to JSON over consumed batches.
type jsonPipe struct {
	opt  stage.SinkOptions
	sink *stage.Sink
	enc  codec.Encoder
	bb   batch.BytesBuilder
	out  codec.Output
	st   batch.Status
}

func newJSONPipe(tb testing.TB, pool *batch.Pool, envelope bool, lines ...string) *jsonPipe {
	conv := func(key bool) codec.Converter {
		c, err := connectjson.Classes()[0].New(map[string]string{"schemas.enable": strconv.FormatBool(envelope)}, key, codec.Context{})
		if err != nil {
			tb.Fatal(err)
		}
		return c
	}
	value := conv(false)
	p := &jsonPipe{enc: value.NewEncoder(), opt: stage.SinkOptions{
		Key: stage.Side{Converter: conv(true)}, Value: stage.Side{Converter: value},
		Transforms: madeChain(tb, lines), Identity: len(lines) == 0,
		Operator: errant.NewOperator(errant.Options{}), KeyProjection: &batch.Projection{None: true},
	}}
	p.sink = stage.NewSink(p.opt)
	p.bb.Pool = pool.Mem
	return p
}

// unfuse runs the chain step by step, over all that records have.
func (p *jsonPipe) unfuse() {
	p.opt.Transforms.(*stage.Chain).Unfused = true
	p.sink = stage.NewSink(p.opt)
}

func (p *jsonPipe) run(tb testing.TB, in *batch.Batch) {
	out, failed, err := p.sink.Run(context.Background(), in)
	if err != nil || len(failed) > 0 || len(out) != 1 {
		tb.Fatal(err, failed, len(out))
	}
	for _, b := range out {
		p.bb.Reset(&b.Arena, b.Len(), 256*b.Len())
		p.out = codec.Output{Topics: b.Topics, Column: b.Value, Sel: b.Sel}
		if err := p.enc.Encode(&p.bb, &p.out, &p.st); err != nil || p.st.Any() {
			tb.Fatal(err, p.st.Errors())
		}
		p.bb.Discard()
		b.Release()
	}
}

func processTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// inEnvelopes are the records of orders with their schema.
func inEnvelopes(pool *batch.Pool) []*batch.Batch {
	var fields []string
	for _, f := range strings.Fields("zip:string note:string country:string amount:double created:int64 qty:int32 active:boolean id:int64 sku:string customer:string") {
		name, kind, _ := strings.Cut(f, ":")
		fields = append(fields, fmt.Sprintf(`{"type":%q,"optional":%t,"field":%q}`, kind, name == "note", name))
	}
	schema := `{"schema":{"type":"struct","fields":[` + strings.Join(fields, ",") + `],"optional":false,"name":"order"},"payload":`
	out := orders(pool)
	for k, b := range out {
		out[k] = consumed(pool, chainRows, func(text []byte, i int) []byte {
			return append(append(append(text, schema...), b.RawValue.At(i)...), '}')
		})
	}
	return out
}

// BenchmarkChain takes JSON through a chain to JSON: without it, with it, and with it step by step, in turn,
// so that load on the machine meets all three. Of each batch the quickest time counts: other work on the
// machine makes some slower, none quicker.
func BenchmarkChain(b *testing.B) {
	for _, lines := range [][]string{
		fiveTransforms,
		{"ReplaceField$Value exclude=note renames=customer:client"},
		{"HoistField$Value field=payload"},
		{"RegexRouter regex=(.*) replacement=$1-out"},
		{"InsertField$Value static.field=site static.value=eu-1"},
		{"ReplaceField$Value include=id,qty"},
		{"ExtractField$Value field=id"},
	} {
		name := strings.ReplaceAll(lines[0], " ", "_")
		if len(lines) > 1 {
			name = "five"
		}
		for _, envelope := range []bool{false, true} {
			b.Run(fmt.Sprintf("chain=%s/envelope=%t", name, envelope), func(b *testing.B) { benchmarkChain(b, envelope, lines) })
		}
	}
}

func benchmarkChain(b *testing.B, envelope bool, lines []string) {
	pool := batch.NewPool(mem.NewPool())
	data := orders(pool)
	if envelope {
		data = inEnvelopes(pool)
	}
	pipes := []*jsonPipe{newJSONPipe(b, pool, envelope), newJSONPipe(b, pool, envelope, lines...), newJSONPipe(b, pool, envelope, lines...)}
	pipes[2].unfuse()
	var quickest [3][chainBatches]time.Duration
	b.ReportAllocs()
	for b.Loop() {
		for k, p := range pipes {
			for i, in := range data {
				start := time.Now()
				p.run(b, in)
				if d := time.Since(start); quickest[k][i] == 0 || d < quickest[k][i] {
					quickest[k][i] = d
				}
			}
		}
	}
	for k, unit := range []string{"none-ns/row", "chain-ns/row", "steps-ns/row"} {
		var sum time.Duration
		for _, d := range quickest[k] {
			sum += d
		}
		b.ReportMetric(float64(sum)/(chainBatches*chainRows), unit)
	}
}
