package confluent

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
)

// column returns a batch of one column of values, of bytes or without schema.
func column(t *testing.T, s *batch.Schema, values ...batch.Value) *batch.Batch {
	t.Helper()
	b := batch.NewPool(mem.Checked(t)).New(len(values))
	b.Topics = batch.OneTopic("t")
	cb := batch.NewColumnBuilder(s, false)
	for _, v := range values {
		if err := cb.Append(v); err != nil {
			t.Fatal(err)
		}
	}
	b.Value = cb.Finish(b)
	return b
}

// onlyMiddleFails applies tr to three rows of which the second must fail with that text, and returns how many
// bytes that allocated.
func onlyMiddleFails(t *testing.T, tr smt.Transform, b *batch.Batch, text string) uint64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	more, err := tr.Apply(b)
	runtime.ReadMemStats(&after)
	if err != nil || len(more) != 0 {
		t.Fatal(more, err)
	}
	if errs := b.Status.Errors(); len(errs) != 1 || errs[0].Row != 1 || !strings.Contains(errs[0].Err.Error(), text) {
		t.Fatalf("errors %v, want one of row 1: %s", errs, text)
	}
	return after.TotalAlloc - before.TotalAlloc
}

func TestGzipDecompress_BombFailsAlone(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 32 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	small := batch.BytesValue(compressed("small"))
	b := column(t, batch.Of(batch.KindBytes, false), small, batch.BytesValue(bomb.Bytes()), small)
	defer b.Release()
	tr := made(t, "GzipDecompress$Value", "millrace.decompressed.bytes.max=1000000")
	if used := onlyMiddleFails(t, tr, b, "has more than 1000000 bytes after decompression; raise millrace.decompressed.bytes.max"); used > 8<<20 {
		t.Errorf("%d bytes allocated for a record that may have 1,000,000", used)
	}
	for _, i := range []int{0, 2} {
		if got := string(b.Value.Value(i).Bytes()); got != "small" {
			t.Errorf("row %d is %q", i, got)
		}
	}
}

// A selection visits a bounded number of values, and finds no more than it visits.
func TestFilter_PathOverTenMegabytes(t *testing.T) {
	object := func(name string, v batch.Value) batch.Value {
		m := &batch.MapValue{}
		m.Put(batch.StringValue(name), v)
		return batch.MapValueOf(m)
	}
	numbers := make([]batch.Value, 1_200_000) // 8.4 MB of JSON
	for i := range numbers {
		numbers[i] = batch.Int32Value(100_000 + int32(i))
	}
	wide := object("x", batch.ArrayValue(numbers))
	long := object("x", batch.StringValue(strings.Repeat("a", 10<<20)))
	small := object("x", batch.ArrayValue([]batch.Value{batch.Int32Value(100_001)}))
	for _, c := range []struct {
		condition  string
		small, big batch.Value
		want       string
	}{
		{"$..[?(@ == 1)]", small, wide, "the path visits more than 1000000 values of one record"},
		{"$.x[*]", small, wide, "the path visits more than 1000000 values of one record"},
		{`$[?(@.x =~ /(a+)+\1(a+)+\2c/)]`, object("x", batch.StringValue("aaaac")), long, "did not come to an end"},
	} {
		t.Run(c.condition, func(t *testing.T) {
			b := column(t, nil, c.small, c.big, c.small)
			defer b.Release()
			tr := configured(t, "Filter$Value", map[string]string{"filter.condition": c.condition, "filter.type": "exclude"})
			if used := onlyMiddleFails(t, tr, b, c.want); used > 512<<20 {
				t.Errorf("%d bytes allocated", used)
			}
		})
	}
}

// RE2 takes time that is linear in the text, whatever the pattern; what it has no room for is refused when
// the transform is made.
func TestTopicRegexRouter_RegexBombs(t *testing.T) {
	long := strings.Repeat("a", 100_000)
	b := batchtest.Parse(t, mem.Checked(t), "@topic, id int64\nb, 1\n"+long+", 2\naab, 3\n")
	defer b.Release()
	tr := made(t, "TopicRegexRouter", "regex=(a+)*(a+)*(a+)*b replacement=x")
	if more, err := tr.Apply(b); err != nil || len(more) != 0 || b.Status.Any() {
		t.Fatal(more, err, b.Status.Errors())
	}
	for i, want := range []string{"x", long, "x"} {
		if got := b.Row(int32(i)).Topic(); got != want {
			t.Errorf("row %d: topic of %d characters", i, len(got))
		}
	}
	c, err := smt.NewSet(Classes()...).Find(cloudClassPrefix + "TopicRegexRouter")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.New(map[string]string{"regex": "((a{100}){100}){100}", "replacement": "x"}, smt.Context{}); err == nil || !strings.Contains(err.Error(), "regex") {
		t.Errorf("a pattern of a million steps: %v", err)
	}
}

const wideFields = 5000

func TestTransforms_FiveThousandFields(t *testing.T) {
	schema, st := batch.NewSchema(batch.KindStruct), &batch.StructValue{}
	m := &batch.MapValue{}
	for i := range wideFields {
		name := fmt.Sprintf("field_%04d", i)
		if i < 4 {
			name = []string{"f0", "f1", "m0", "m1"}[i]
		}
		v := batch.StringValue(fmt.Sprint("v", i))
		schema.Field(name, batch.Of(batch.KindString, true))
		st.Fields = append(st.Fields, v)
		m.Put(batch.StringValue(name), v)
	}
	st.Schema = schema.Build()
	for _, b := range []*batch.Batch{
		column(t, st.Schema, batch.StructValueOf(st), batch.StructValueOf(st)),
		column(t, nil, batch.MapValueOf(m), batch.MapValueOf(m)),
	} {
		b.Key = b.Value
		for _, c := range configs {
			class := strings.ReplaceAll(c.class, "$K", "$Value")
			tr := made(t, class, c.props)
			f := b.Fork(nil)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			more, err := tr.Apply(f)
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
				t.Errorf("%s %s: %d bytes allocated", class, c.props, used)
			}
			for _, x := range append(more, f) {
				if err := x.Check(); err != nil {
					t.Errorf("%s %s: %v", class, c.props, err)
				}
				x.Release()
			}
		}
		b.Release()
	}
}
