package stage_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
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

// envelopes is n rows of ten fields with their schema, one of several in turn.
func envelopes(pool *batch.Pool, n, schemas int) *batch.Batch {
	return consumed(pool, n, func(text []byte, i int) []byte {
		return fmt.Appendf(text, `{"schema":{"type":"struct","name":"t%d","optional":false,"fields":[{"field":"zip","type":"string","optional":false},{"field":"note","type":"string","optional":true},`+
			`{"field":"country","type":"string","optional":false},{"field":"amount","type":"double","optional":false},{"field":"created","type":"int64","optional":false},`+
			`{"field":"qty","type":"int32","optional":false},{"field":"active","type":"boolean","optional":false},{"field":"id","type":"int64","optional":false},`+
			`{"field":"sku","type":"string","optional":false},{"field":"customer","type":"string","optional":false}]},"payload":`+
			`{"zip":"%05d","note":"gift","country":"DE","amount":%d.25,"created":%d,"qty":%d,"active":true,"id":%d,"sku":"SKU-%d","customer":"c-%d"}}`,
			i%schemas, i, i, 1_700_000_000_000+i, i%100, i, i, i)
	})
}

// decodedOrders is n decoded rows, typed or schemaless; every share-th is a tombstone, 0: none.
func decodedOrders(tb testing.TB, pool *batch.Pool, typed bool, n, share int) *batch.Batch {
	tb.Helper()
	b := envelopes(pool, n, 1)
	if !typed {
		b = orders(pool)[0].Slice(0, n)
	}
	if share > 0 {
		b.RawValue.Valid = bits.New(n)
		for i := range n {
			if i%share != 0 {
				b.RawValue.Valid.Set(i)
			}
		}
	}
	conv, err := connectjson.Classes()[0].New(map[string]string{"schemas.enable": strconv.FormatBool(typed)}, false, codec.Context{})
	if err != nil {
		tb.Fatal(err)
	}
	d, g, status, in := conv.NewDecoder(), codec.Groups{}, batch.Status{}, codec.Input{Topic: "orders", Values: b.RawValue}
	if err := d.Group(b, &in, &g, &status); err != nil {
		tb.Fatal(err)
	}
	if b.Value, err = d.Decode(b, &in, 0, nil, nil, &status); err != nil || status.Any() {
		tb.Fatal(err, status.Errors())
	}
	return b
}

// measured is the processor time of a hundred runs of a chain over a decoded batch.
func measured(b *testing.B, c *stage.Chain, data *batch.Batch) time.Duration {
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

// BenchmarkMerged runs the chain alone over decoded batches, merged and step by step in turn.
func BenchmarkMerged(b *testing.B) {
	for _, typed := range []bool{false, true} {
		for _, rows := range []int{1, 16, 1000} {
			b.Run(fmt.Sprintf("schema=%t/rows=%d", typed, rows), func(b *testing.B) {
				data := decodedOrders(b, batch.NewPool(mem.NewPool()), typed, rows, 0)
				merged, steps := madeChain(b, fiveTransforms), madeChain(b, fiveTransforms)
				steps.Unfused = true
				var with, without time.Duration
				for b.Loop() {
					with += measured(b, merged, data)
					without += measured(b, steps, data)
				}
				b.ReportMetric(float64(with)/float64(b.N*100), "merged-ns/batch")
				b.ReportMetric(float64(without)/float64(b.N*100), "steps-ns/batch")
			})
		}
	}
}

// BenchmarkAlone runs single transforms over decoded batches of 1,000 rows.
func BenchmarkAlone(b *testing.B) {
	for _, typed := range []bool{false, true} {
		for _, line := range []string{fiveTransforms[2], "HoistField$Value field=payload", fiveTransforms[4], "InsertField$Value static.field=site static.value=eu-1"} {
			b.Run(fmt.Sprintf("schema=%t/transform=%s", typed, strings.Fields(line)[0]), func(b *testing.B) {
				data, c := decodedOrders(b, batch.NewPool(mem.NewPool()), typed, 1000, 0), madeChain(b, []string{line})
				var used time.Duration
				for b.Loop() {
					used += measured(b, c, data)
				}
				b.ReportMetric(float64(used)/float64(b.N*100*1000), "cpu-ns/row")
			})
		}
	}
}

// BenchmarkPredicates runs three transforms that tombstones are kept from.
func BenchmarkPredicates(b *testing.B) {
	for _, typed := range []bool{false, true} {
		for _, share := range []int{0, 20} {
			b.Run(fmt.Sprintf("schema=%t/tombstones=1of%d", typed, share), func(b *testing.B) {
				data := decodedOrders(b, batch.NewPool(mem.NewPool()), typed, 1000, share)
				c := madeChain(b, []string{
					"InsertField$Value static.field=s static.value=x|!RecordIsTombstone", "ReplaceField$Value renames=id:c|!RecordIsTombstone",
					"MaskField$Value fields=zip|!RecordIsTombstone",
				})
				var used time.Duration
				for b.Loop() {
					used += measured(b, c, data)
				}
				b.ReportMetric(float64(used)/float64(b.N*100*1000), "cpu-ns/row")
			})
		}
	}
}

// BenchmarkSchemas decodes interleaved schemas, with and without the chain in turn.
func BenchmarkSchemas(b *testing.B) {
	for _, schemas := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("schemas=%d", schemas), func(b *testing.B) {
			data := envelopes(batch.NewPool(mem.NewPool()), 1024, schemas)
			sinks := make([]*stage.Sink, 2)
			for k := range sinks {
				conv := func(key bool) stage.Side {
					c, err := connectjson.Classes()[0].New(map[string]string{"schemas.enable": "true"}, key, codec.Context{})
					if err != nil {
						b.Fatal(err)
					}
					return stage.Side{Converter: c}
				}
				sinks[k] = stage.NewSink(stage.SinkOptions{
					Key: conv(true), Value: conv(false), Transforms: madeChain(b, fiveTransforms[:k*len(fiveTransforms)]), Identity: k == 0,
					Operator: errant.NewOperator(errant.Options{}), KeyProjection: &batch.Projection{None: true},
				})
			}
			used := make([]time.Duration, 2)
			b.ReportAllocs()
			for b.Loop() {
				for k, s := range sinks {
					start := processTime(b)
					out, failed, err := s.Run(context.Background(), data)
					if err != nil || len(failed) > 0 {
						b.Fatal(err, failed)
					}
					for _, o := range out {
						o.Release()
					}
					used[k] += processTime(b) - start
				}
			}
			for k, unit := range []string{"none-ns/row", "chain-ns/row"} {
				b.ReportMetric(float64(used[k])/float64(b.N*1024), unit)
			}
		})
	}
}
