package confluent

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// configs are what the properties of this package run with: class and config, `K` standing for either side.
var configs = []struct{ class, props string }{
	{"Drop$K", ""},
	{"Drop$K", "schema.behavior=retain"},
	{"Drop$K", "schema.behavior=validate"},
	{"Drop$K", "schema.behavior=force_optional"},
	{"TombstoneHandler", "behavior=ignore"},
	{"TombstoneHandler", "behavior=fail"},
	{"TopicRegexRouter", "regex=([a-z])(.*) replacement=$2-$1"},
	{"TopicRegexRouter", "regex=.*b.* replacement=$3"},
	{"ExtractTopic$K", ""},
	{"ExtractTopic$K", "skip.missing.or.null=true"},
	{"ExtractTopic$K", "field=f0 skip.missing.or.null=true"},
	{"ExtractTopic$K", "field=m0"},
	{"ExtractTopic$K", "field=$.m1 field.format=JSON_PATH"},
	{"ExtractTopic$K", "field=f0"},
	{"ExtractTopic$Header", "field=h"},
	{"ExtractTopic$Header", "field=a skip.missing.or.null=true"},
	{"GzipDecompress$K", "millrace.decompressed.bytes.max=20"},
	{"Filter$K", "filter.condition=$[?(@.f0)] filter.type=include"},
	{"Filter$K", "filter.condition=$[?((!@.m0)||@.f1==null)] filter.type=include"},
	{"Filter$K", "filter.condition=$[?(@.m0!='a')] filter.type=exclude"},
	{"Filter$K", "filter.condition=$[?(@.m0=='a'&&!(@.m1=='b'))] filter.type=include"},
	{"Filter$K", "filter.condition=$[?(@.f0=='a'||@.f1>5)] filter.type=include"},
	{"Filter$K", "filter.condition=$[?(@.m0=~/[ab]/||@.m1==1)] filter.type=include"},
}

func made(t testing.TB, class, props string) *columnar.Transform {
	t.Helper()
	m := map[string]string{}
	for kv := range strings.FieldsSeq(props) {
		k, v, _ := strings.Cut(kv, "=")
		m[k] = v
	}
	return configured(t, class, m)
}

func configured(t testing.TB, class string, props map[string]string) *columnar.Transform {
	t.Helper()
	c, err := smt.NewSet(Classes()...).Find(classPrefix + class)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := c.New(props, smt.Context{})
	if err != nil {
		t.Fatal(err)
	}
	return tr.(*columnar.Transform)
}

// randomBatch is rows of any shape, many of them with structs, maps, text or compressed bytes.
func randomBatch(t testing.TB, r *batchtest.Random, rows int) *batch.Batch {
	b := r.Batch(mem.Checked(t), rows)
	for _, s := range []columnar.Side{columnar.Key, columnar.Value} {
		switch r.IntN(9) {
		case 0:
			c, _, _ := r.Column(b, r.Struct(), b.Len())
			s.SetColumn(b, c)
		case 1:
			values := make([]batch.Value, b.Len())
			for i := range values {
				for values[i] = r.Schemaless(); values[i].Tag() != batch.TagMap && r.IntN(20) > 0; {
					values[i] = r.Schemaless()
				}
			}
			s.SetColumn(b, b.DynamicColumn(values, false))
		case 2:
			s.SetColumn(b, nil)
		case 3:
			c, _, _ := r.Column(b, batch.Of(batch.KindString, true), b.Len())
			s.SetColumn(b, c)
		case 4:
			cb := batch.NewColumnBuilder(batch.Of(batch.KindBytes, true), false)
			for range b.Len() {
				v := batch.BytesValue(compressed(strings.Repeat("x", r.IntN(25))))
				if r.IntN(4) == 0 {
					v = batch.Null()
				} else if r.IntN(4) == 0 {
					v = batch.BytesValue(v.Bytes()[:r.IntN(len(v.Bytes()))])
				}
				if err := cb.Append(v); err != nil {
					t.Fatal(err)
				}
			}
			s.SetColumn(b, cb.Finish(b))
		case 5, 6:
			s.SetColumn(b, named(r, b, r.IntN(2) == 0))
		}
	}
	return b
}

// named is a column of objects with the fields f0 and f1, or the members m0 and m1.
func named(r *batchtest.Random, b *batch.Batch, typed bool) *batch.Column {
	if typed {
		s := batch.NewSchema(batch.KindStruct).Optional(true).
			Field("f0", batch.Of(batch.KindString, true)).Field("f1", r.Schema()).Build()
		c, _, _ := r.Column(b, s, b.Len())
		return c
	}
	texts := []batch.Value{batch.StringValue("a"), batch.StringValue("b"), batch.StringValue(""), batch.Null(), batch.Int64Value(1)}
	values := make([]batch.Value, b.Len())
	for i := range values {
		m := &batch.MapValue{}
		for _, name := range []string{"m0", "m1", "m2"} {
			if r.IntN(8) > 0 {
				m.Put(batch.StringValue(name), texts[r.IntN(len(texts))])
			}
		}
		if r.IntN(8) > 0 {
			values[i] = batch.MapValueOf(m)
		}
	}
	return b.DynamicColumn(values, false)
}

func compressed(texts ...string) []byte {
	var out bytes.Buffer
	for _, s := range texts {
		w := gzip.NewWriter(&out)
		_, _ = w.Write([]byte(s))
		_ = w.Close()
	}
	return out.Bytes()
}

// rowTexts returns what became of every row of b and its forks: absent rows were dropped.
func rowTexts(b *batch.Batch, more []*batch.Batch) map[int32]string {
	out := map[int32]string{}
	for _, x := range append([]*batch.Batch{b}, more...) {
		for r := range x.Rows() {
			out[r.Index()] += rowText(r)
		}
		for _, e := range x.Status.Errors() {
			out[e.Row] += " failed " + javaClass(e.Err) + ": " + e.Err.Error()
		}
	}
	return out
}

func javaClass(err error) string {
	if j, ok := err.(interface{ JavaClass() string }); ok {
		return j.JavaClass()
	}
	return "?"
}

func rowText(r batch.Row) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%q %d %d", r.Topic(), r.Partition(), r.Timestamp())
	for _, h := range []struct {
		schema *batch.Schema
		v      batch.Value
	}{{r.KeySchema(), r.Key()}, {r.ValueSchema(), r.Value()}} {
		fmt.Fprintf(&s, " | %s %x", batch.AppendSchema(nil, h.schema), h.v.AppendKey(nil))
	}
	return s.String()
}

func TestColumns_AgreeWithTheirTwins(t *testing.T) {
	for _, c := range configs {
		for _, side := range []string{"Key", "Value"} {
			class := strings.Replace(c.class, "$K", "$"+side, 1)
			if class == c.class && side == "Key" {
				continue
			}
			t.Run(class+"/"+c.props, func(t *testing.T) { compareTwins(t, made(t, class, c.props)) })
		}
	}
}

func compareTwins(t *testing.T, tr *columnar.Transform) {
	inColumns := 0
	for seed := range uint64(60) {
		b := randomBatch(t, batchtest.NewRandom(seed), 24)
		plain, input := b.Fork(b.Sel), b.Fork(nil)
		for _, e := range b.Status.Errors() {
			plain.Status.Fail(e.Row, b.Len(), e.Err)
		}
		before := b.String()
		if _, done := tr.Columns(b); done {
			inColumns++
			more, err := tr.Plain.Apply(plain)
			if err != nil {
				t.Fatal(err)
			}
			want, got := rowTexts(plain, more), rowTexts(b, nil)
			for i := range int32(b.Len()) {
				if want[i] != got[i] {
					t.Fatalf("seed %d row %d:\nwant %s\n got %s\nof\n%s", seed, i, want[i], got[i], before)
				}
			}
			if err := b.Check(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			release(more)
		}
		release([]*batch.Batch{input, plain, b})
	}
	if inColumns < 3 {
		t.Errorf("columnar in %d of 60 batches", inColumns)
	}
}

func release(list []*batch.Batch) {
	for _, b := range list {
		b.Release()
	}
}
