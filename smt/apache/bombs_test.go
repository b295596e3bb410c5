package apache

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
)

// A pattern that backtracks without end fails the rows of that topic; the others go where they should.
func TestRegexRouter_RegexBombFailsItsRowsAlone(t *testing.T) {
	bomb := strings.Repeat("a", 60)
	b := batchtest.Parse(t, mem.Checked(t), "@topic, id int64\nb, 1\n"+bomb+", 2\nabab, 3\n"+bomb+", 4\nb, 5\n")
	defer b.Release()
	tr := made(t, "RegexRouter", `regex=(?:b|abab|(a+)+\1(a+)+\2c) replacement=x-$0`)
	more, err := tr.Apply(b)
	if err != nil || len(more) != 0 {
		t.Fatal(more, err)
	}
	for i, want := range []string{"x-b", "", "x-abab", "", "x-b"} {
		failed := b.Status.Failed(int32(i))
		if failed != (want == "") || !failed && b.Row(int32(i)).Topic() != want {
			t.Errorf("row %d: failed %v, topic %q, want %q", i, failed, b.Row(int32(i)).Topic(), want)
		}
	}
	for _, e := range b.Status.Errors() {
		if j, ok := e.Err.(interface{ JavaClass() string }); !ok || j.JavaClass() != "org.apache.kafka.connect.errors.ConnectException" || !strings.Contains(e.Err.Error(), "did not come to an end") {
			t.Errorf("row %d: %v", e.Row, e.Err)
		}
	}
}

const wideFields = 5000

// wideBatch is a few rows of 5,000 fields, among them those that configs name.
func wideBatch(pool *batch.Pool, typed bool) *batch.Batch {
	const rows = 6
	b := pool.New(rows)
	b.Topics, b.Partition = batch.OneTopic("orders"), 1
	b.Offsets, b.Timestamps = make([]int64, rows), make([]int64, rows)
	schema := batch.NewSchema(batch.KindStruct)
	names := []string{"f0", "f1", "f2", "m0", "m1", "m2", "m3"}
	for i := len(names); i < wideFields-1; i++ {
		names = append(names, fmt.Sprintf("field_%04d", i))
	}
	names = append(names, "last")
	for _, name := range names {
		schema.Field(name, batch.Of(batch.KindInt64, true))
	}
	s := schema.Build()
	cb := batch.NewColumnBuilder(s, false)
	if !typed {
		cb = batch.NewColumnBuilder(nil, false)
	}
	for r := range rows {
		v := batch.NewStructValue(s)
		m := &batch.MapValue{}
		for i, name := range names {
			v.Fields[i] = batch.Int64Value(int64(r * i))
			m.Put(batch.StringValue(name), v.Fields[i])
		}
		one := batch.StructValueOf(v)
		if !typed {
			one = batch.MapValueOf(m)
		}
		if err := cb.Append(one); err != nil {
			panic(err)
		}
	}
	b.Value = cb.Finish(b)
	b.Key = b.Value
	return b
}

// wideBytesMax bounds what a transform allocates for a batch of six rows of 5,000 fields. Maps of so many
// members have no columns, and go through the plain form.
const wideBytesMax = 64 << 20

func TestTransforms_FiveThousandFields(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for _, typed := range []bool{true, false} {
		in := wideBatch(pool, typed)
		for _, c := range configs {
			class := sides(c.class)[len(sides(c.class))-1]
			t.Run(fmt.Sprintf("%s/%s/schema=%v", class, c.props, typed), func(t *testing.T) {
				tr := made(t, class, c.props)
				for range 2 { // with and without what schemas are computed once for
					bounded(t, tr, in)
				}
			})
		}
		in.Release()
	}
}

// bounded applies tr to the rows of in and checks the result and what that allocated.
func bounded(t *testing.T, tr smt.Transform, in *batch.Batch) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := in.Fork(nil)
	more, err := tr.Apply(f)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > wideBytesMax {
		t.Errorf("%d bytes allocated, %d at most", used, uint64(wideBytesMax))
	}
	for _, x := range append(more, f) {
		if err := x.Check(); err != nil {
			t.Error(err)
		}
		x.Release()
	}
}
