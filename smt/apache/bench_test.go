package apache

import (
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
)

const benchRows = 1024

// benchBatch is rows of ten fields under a schema, or of ten members without one.
func benchBatch(pool *batch.Pool, typed bool) *batch.Batch {
	b := pool.New(benchRows)
	b.Topics, b.Partition = batch.OneTopic("orders"), 3
	b.Offsets, b.Timestamps = make([]int64, benchRows), make([]int64, benchRows)
	inner := batch.NewSchema(batch.KindStruct).Field("street", batch.Of(batch.KindString, true)).Field("zip", batch.Of(batch.KindInt32, true)).Build()
	s := batch.NewSchema(batch.KindStruct).
		Field("id", batch.Of(batch.KindInt64, false)).Field("name", batch.Of(batch.KindString, false)).
		Field("price", batch.Of(batch.KindFloat64, false)).Field("text", batch.Of(batch.KindString, true)).
		Field("when", batch.Of(batch.KindInt64, false)).Field("day", batch.Of(batch.KindString, false)).
		Field("n", batch.Of(batch.KindInt64, true)).Field("ok", batch.Of(batch.KindBoolean, false)).
		Field("digits", batch.Of(batch.KindString, false)).Field("address", inner).Build()
	values := make([]batch.Value, benchRows)
	for i := range values {
		b.Offsets[i], b.Timestamps[i] = int64(i), 1_700_000_000_000+int64(i)*997
		n := batch.Int64Value(int64(i))
		if i%10 == 0 {
			n = batch.Null()
		}
		fields := []batch.Value{
			batch.Int64Value(int64(i) * 7), batch.StringValue(fmt.Sprintf("name-%d", i)), batch.Float64Value(float64(i) / 8),
			batch.StringValue("some text of ordinary length"), batch.Int64Value(b.Timestamps[i]), batch.StringValue("2023-11-14T22:13:20.000"),
			n, batch.BooleanValue(i%2 == 0), batch.StringValue(fmt.Sprint(i * 31)),
			batch.StructValueOf(&batch.StructValue{Schema: inner, Fields: []batch.Value{batch.StringValue("Main Street"), batch.Int32Value(int32(i))}}),
		}
		if typed {
			values[i] = batch.StructValueOf(&batch.StructValue{Schema: s, Fields: fields})
			continue
		}
		m := &batch.MapValue{}
		for k, f := range s.Fields()[:9] {
			m.Put(batch.StringValue(f.Name), fields[k])
		}
		address := &batch.MapValue{}
		address.Put(batch.StringValue("street"), fields[9].Struct().Fields[0])
		address.Put(batch.StringValue("zip"), batch.Int64Value(int64(i)))
		m.Put(batch.StringValue("address"), batch.MapValueOf(address))
		values[i] = batch.MapValueOf(m)
	}
	if !typed {
		s = nil
	}
	cb := batch.NewColumnBuilder(s, false)
	for _, v := range values {
		if err := cb.Append(v); err != nil {
			panic(err)
		}
	}
	b.Value = cb.Finish(b)
	b.Value.Settle()
	return b
}

// benchCases are every class with a usual config.
var benchCases = []struct{ class, props string }{
	{"Cast$Value", "spec=id:int32,price:float32,n:float64"},
	{"Cast$Value", "spec=id:string,price:string"},
	{"Cast$Value", "spec=digits:int64"},
	{"DropHeaders", "headers=h"},
	{"ExtractField$Value", "field=name"},
	{"ExtractField$Value", "field=address.street field.syntax.version=V2"},
	{"Filter", ""},
	{"Flatten$Value", "delimiter=_"},
	{"HeaderFrom$Value", "fields=name headers=name operation=copy"},
	{"HoistField$Value", "field=payload"},
	{"InsertField$Value", "topic.field=topic partition.field=partition offset.field=offset timestamp.field=ts static.field=source static.value=x"},
	{"InsertHeader", "header=h value.literal=1"},
	{"MaskField$Value", "fields=name,price,n"},
	{"RegexRouter", "regex=(.*)s replacement=$1"},
	{"ReplaceField$Value", "exclude=text,day renames=id:key,name:title"},
	{"SetSchemaMetadata$Value", "schema.name=orders schema.version=2"},
	{"TimestampConverter$Value", "field=when target.type=Timestamp"},
	{"TimestampConverter$Value", "field=when target.type=string format=yyyy-MM-dd"},
	{"TimestampConverter$Value", "field=day target.type=unix format=yyyy-MM-dd'T'HH:mm:ss.SSS"},
	{"TimestampRouter", ""},
	{"ValueToKey", "fields=id,name"},
}

func forms(class string) []bool {
	if strings.HasPrefix(class, "SetSchemaMetadata") {
		return []bool{true} // without a schema every row fails
	}
	return []bool{true, false}
}

func BenchmarkApply(b *testing.B) {
	for _, c := range benchCases {
		for _, typed := range forms(c.class) {
			b.Run(fmt.Sprintf("class=%s/props=%s/schema=%t/rows=%d", c.class, strings.ReplaceAll(c.props, "/", "|"), typed, benchRows), func(b *testing.B) {
				pool := batch.NewPool(mem.NewPool())
				in := benchBatch(pool, typed)
				tr := made(b, c.class, c.props)
				b.ReportAllocs()
				for b.Loop() {
					apply(b, tr, in)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
			})
		}
	}
}

func apply(t testing.TB, tr *columnar.Transform, in *batch.Batch) {
	f := in.Fork(in.Sel)
	more, err := tr.Apply(f)
	if err != nil || f.Status.Any() {
		t.Fatal(err, f.Status.Errors())
	}
	release(more)
	f.Release()
}

func TestApply_AllocatesNothingPerRow(t *testing.T) {
	pool := batch.NewPool(mem.NewPool())
	for _, typed := range []bool{true, false} {
		in := benchBatch(pool, typed)
		for _, c := range benchCases {
			if !typed && len(forms(c.class)) == 1 {
				continue
			}
			tr := made(t, c.class, c.props)
			apply(t, tr, in)
			if n := testing.AllocsPerRun(5, func() { apply(t, tr, in) }); n > benchRows/16 {
				t.Errorf("%s %s, schema %v: %v allocations for %d rows", c.class, c.props, typed, n, benchRows)
			}
		}
	}
}
