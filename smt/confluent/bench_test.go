package confluent

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

const benchRows = 1024

// benchBatch is rows of four fields, under a schema or without one, with a header each.
func benchBatch(pool *batch.Pool, typed bool) *batch.Batch {
	b := pool.New(benchRows)
	b.Topics = batch.OneTopic("orders")
	s := batch.NewSchema(batch.KindStruct).
		Field("id", batch.Of(batch.KindInt64, false)).Field("shop", batch.Of(batch.KindString, false)).
		Field("text", batch.Of(batch.KindString, true)).Field("day", batch.Of(batch.KindString, false)).Build()
	var schema *batch.Schema
	if typed {
		schema = s
	}
	cb := batch.NewColumnBuilder(schema, false)
	b.Headers.Offsets = append(b.Headers.Offsets, 0)
	for i := range benchRows {
		fields := []batch.Value{
			batch.Int64Value(int64(i)), batch.StringValue(fmt.Sprintf("shop-%d", i/8%4)),
			batch.StringValue("some text of ordinary length"), batch.StringValue("2023-11-14"),
		}
		v := batch.StructValueOf(&batch.StructValue{Schema: s, Fields: fields})
		if !typed {
			m := &batch.MapValue{}
			for k, f := range s.Fields() {
				m.Put(batch.StringValue(f.Name), fields[k])
			}
			v = batch.MapValueOf(m)
		}
		if err := cb.Append(v); err != nil {
			panic(err)
		}
		b.Headers.Entries = append(b.Headers.Entries, batch.Header{Key: "to", Decoded: true, Value: fields[1]})
		b.Headers.Offsets = append(b.Headers.Offsets, int32(i+1))
	}
	b.Value = cb.Finish(b)
	b.Value.Settle()
	return b
}

func BenchmarkApply(b *testing.B) {
	for _, c := range []struct{ class, props string }{
		{"Drop$Value", "schema.behavior=force_optional"},
		{"TombstoneHandler", "behavior=ignore"},
		{"TopicRegexRouter", "regex=(.*)s replacement=$1"},
		{"ExtractTopic$Value", "field=shop"},
		{"ExtractTopic$Header", "field=to"},
		{"Filter$Value", "filter.condition=$[?(@.shop=='shop-1')] filter.type=include"},
		{"Filter$Value", "filter.condition=$[?(@.id>500&&@.shop!='shop-2')] filter.type=include"},
		{"Filter$Value", "filter.condition=$.shop filter.type=include"},
		{"MessageTimestampRouter", "message.timestamp.keys=day message.timestamp.format=yyyy-MM-dd"},
	} {
		for _, typed := range []bool{true, false} {
			b.Run(fmt.Sprintf("class=%s/props=%s/schema=%t/rows=%d", c.class, c.props, typed, benchRows), func(b *testing.B) {
				in := benchBatch(batch.NewPool(mem.NewPool()), typed)
				tr := made(b, c.class, c.props)
				b.ReportAllocs()
				for b.Loop() {
					f := in.Fork(in.Sel)
					more, err := tr.Apply(f)
					if err != nil || f.Status.Any() {
						b.Fatal(err, f.Status.Errors())
					}
					release(more)
					f.Release()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
			})
		}
	}
}
