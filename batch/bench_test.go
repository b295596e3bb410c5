package batch_test

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

// BenchmarkRows measures the row API: what a plugin that works on records pays beside its own work.
func BenchmarkRows(b *testing.B) {
	const rows = 1024
	r := batchtest.NewRandom(1)
	str, i64 := batch.Of(batch.KindString, false), batch.Of(batch.KindInt64, false)
	s := batch.NewSchema(batch.KindStruct).Field("id", i64).Field("name", str).Field("city", str).
		Field("at", batchtest.Timestamp().Build()).Field("score", batch.Of(batch.KindFloat64, true)).Build()
	values, objects := make([]batch.Value, rows), make([]batch.Value, rows)
	for i := range values {
		values[i] = r.Value(s)
		m := &batch.MapValue{}
		for k, f := range s.Fields() {
			m.Keys = append(m.Keys, batch.StringValue(f.Name))
			m.Values = append(m.Values, values[i].Struct().Fields[k])
		}
		objects[i] = batch.MapValueOf(m)
	}
	pool := batch.NewPool(mem.NewPool())
	for _, k := range []struct {
		name   string
		schema *batch.Schema
		values []batch.Value
	}{{"struct", s, values}, {"schemaless", nil, objects}} {
		cb := batch.NewColumnBuilder(k.schema, false)
		build := func(to *batch.Batch) *batch.Column {
			for _, v := range k.values {
				if err := cb.Append(v); err != nil {
					b.Fatal(err)
				}
			}
			return cb.Finish(to)
		}
		run := func(name string, f func()) {
			b.Run("kind="+k.name+"/op="+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
			})
		}
		from := pool.New(rows)
		c := build(from)
		half := make([]int32, 0, rows)
		for i := range int32(rows) {
			if r.IntN(2) == 0 {
				half = append(half, i)
			}
		}
		run("build", func() {
			to := pool.New(rows)
			build(to)
			to.Release()
		})
		run("read", func() {
			for i := range rows {
				c.Value(i)
			}
		})
		run("take half", func() {
			to := pool.New(len(half))
			to.TakeColumn(c, half)
			to.Release()
		})
		run("take half, twin", func() {
			to := pool.New(len(half))
			to.TakeByValue(c, half)
			to.Release()
		})
		from.Release()
	}
}
