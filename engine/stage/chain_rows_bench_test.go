package stage_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
)

// typedOrders is n rows of ten fields in schemas interleaved schemas, raw with their envelope.
func typedOrders(pool *batch.Pool, n, schemas int) *batch.Batch {
	b := pool.New(n)
	b.Topics, b.Origin, b.Partition = batch.OneTopic("orders"), batch.Origin{Topic: "orders"}, 0
	b.Offsets, b.Timestamps = make([]int64, n), make([]int64, n)
	b.RawKey = batch.Bytes{Views: make([]batch.View, n), Valid: make([]uint64, n/64+1)}
	b.RawValue.Views = make([]batch.View, n)
	var text []byte
	for i := range n {
		start := len(text)
		text = fmt.Appendf(text, `{"schema":{"type":"struct","name":"t%d","optional":false,"fields":[{"field":"zip","type":"string","optional":false},{"field":"note","type":"string","optional":true},`+
			`{"field":"country","type":"string","optional":false},{"field":"amount","type":"double","optional":false},{"field":"created","type":"int64","optional":false},`+
			`{"field":"qty","type":"int32","optional":false},{"field":"active","type":"boolean","optional":false},{"field":"id","type":"int64","optional":false},`+
			`{"field":"sku","type":"string","optional":false},{"field":"customer","type":"string","optional":false}]},"payload":`+
			`{"zip":"%05d","note":"gift","country":"DE","amount":%d.25,"created":%d,"qty":%d,"active":true,"id":%d,"sku":"SKU-%d","customer":"c-%d"}}`,
			i%schemas, i, i, 1_700_000_000_000+i, i%100, i, i, i)
		b.RawValue.Views[i] = batch.View{Pos: uint32(start), Len: uint32(len(text) - start)}
	}
	b.RawValue.Bufs[0] = append(text, make([]byte, mem.Slack)...)[:len(text)]
	return b
}

// BenchmarkMerged runs the chain alone over decoded batches, merged and step by step in turn.
func BenchmarkMerged(b *testing.B) {
	for _, typed := range []bool{false, true} {
		for _, rows := range []int{1, 16, 1000} {
			b.Run(fmt.Sprintf("schema=%t/rows=%d", typed, rows), func(b *testing.B) {
				pool := batch.NewPool(mem.NewPool())
				data := typedOrders(pool, rows, 1)
				if !typed {
					data = orders(pool)[0].Slice(0, rows)
				}
				conv, err := connectjson.Classes()[0].New(map[string]string{"schemas.enable": fmt.Sprint(typed)}, false)
				if err != nil {
					b.Fatal(err)
				}
				d := conv.NewDecoder()
				var g codec.Groups
				var st batch.Status
				in := codec.Input{Topic: "orders", Values: data.RawValue}
				if err := d.Group(data, &in, &g, &st); err != nil {
					b.Fatal(err)
				}
				if data.Value, err = d.Decode(data, &in, 0, nil, nil, &st); err != nil {
					b.Fatal(err)
				}
				merged, steps := chainOf(b, fiveTransforms...), chainOf(b, fiveTransforms...)
				steps.Unfused = true
				run := func(c *stage.Chain) time.Duration {
					start := processTime(b)
					for range 100 {
						out, failed, err := c.Run(data.Fork(nil), nil)
						if err != nil || len(failed) > 0 {
							b.Fatal(err, failed)
						}
						for _, o := range out {
							o.Release()
						}
					}
					return processTime(b) - start
				}
				var with, without time.Duration
				for b.Loop() {
					with += run(merged)
					without += run(steps)
				}
				b.ReportMetric(float64(with)/float64(b.N*100), "merged-ns/batch")
				b.ReportMetric(float64(without)/float64(b.N*100), "steps-ns/batch")
			})
		}
	}
}

// BenchmarkSchemas is interleaved schemas through decode, with and without the chain.
func BenchmarkSchemas(b *testing.B) {
	for _, schemas := range []int{1, 8, 64} {
		for _, chain := range []bool{false, true} {
			b.Run(fmt.Sprintf("schemas=%d/chain=%t", schemas, chain), func(b *testing.B) {
				pool := batch.NewPool(mem.NewPool())
				data := typedOrders(pool, 1024, schemas)
				var lines []string
				if chain {
					lines = fiveTransforms
				}
				conv := func(key bool) codec.Converter {
					c, err := connectjson.Classes()[0].New(map[string]string{"schemas.enable": "true"}, key)
					if err != nil {
						b.Fatal(err)
					}
					return c
				}
				s := stage.NewSink(stage.SinkOptions{
					Key: stage.Side{Converter: conv(true)}, Value: stage.Side{Converter: conv(false)}, Transforms: chainOf(b, lines...), Identity: len(lines) == 0,
					Operator: errant.NewOperator(errant.Options{}), KeyProjection: &batch.Projection{None: true},
				})
				b.ReportAllocs()
				t0 := processTime(b)
				for b.Loop() {
					out, failed, err := s.Run(context.Background(), data)
					if err != nil || len(failed) > 0 {
						b.Fatal(err, failed)
					}
					for _, o := range out {
						o.Release()
					}
				}
				b.ReportMetric(float64(processTime(b)-t0)/float64(b.N*1024), "cpu-ns/row")
			})
		}
	}
}
