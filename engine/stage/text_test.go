package stage_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/stage"
)

// textRun is a stage for a sink that reads values as JSON.
type textRun struct {
	reads, writes string // schemas.enable of the topic and of the sink
	lines         []string
	plain         bool
}

// run takes docs, "" null bytes, through the stage: what the sink gets of each row, or how it failed.
func (x *textRun) run(t *testing.T, pool *batch.Pool, docs []string) map[string]string {
	t.Helper()
	conv := func(schemas string) codec.Converter {
		c, err := connectjson.Classes()[0].New(map[string]string{"schemas.enable": schemas}, false, codec.Context{})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	c := madeChain(t, x.lines)
	c.Unfused = x.plain
	s := stage.NewSink(stage.SinkOptions{
		Key: stage.Side{Class: "K", Converter: conv("false")}, Value: stage.Side{Class: "V", Converter: conv(x.reads)}, Text: conv(x.writes), TextClass: "T",
		Transforms: c, Identity: len(x.lines) == 0, Plain: x.plain, Operator: errant.NewOperator(errant.Options{}),
	})
	got := map[string]string{}
	for round := range 2 { // the second time with what the first one taught
		in := textInput(pool, docs)
		out, failed, err := s.Run(context.Background(), in)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range failed {
			got[fmt.Sprint(round, " row ", e.Row)] = fmt.Sprintf("failed in %s of %s: %v", e.Stage, e.Class, e.Err)
		}
		last := int32(-1)
		for _, b := range out {
			if err := b.Value.Check(); err != nil {
				t.Fatal(err)
			}
			for row := range b.Rows() {
				i := row.Index()
				if i <= last {
					t.Fatalf("row %d behind row %d", i, last)
				}
				last = i
				text := "null bytes"
				if v, ok := b.Value.Get(int(i)); ok {
					text = string(v)
				}
				if raw, ok := b.RawValue.Get(int(i)); ok && string(raw) != docs[i] {
					t.Fatalf("row %d: raw bytes are %q, were %q", i, raw, docs[i])
				}
				got[fmt.Sprint(round, " row ", i)] += row.Topic() + " " + text
			}
			b.Release()
		}
		in.Release()
	}
	return got
}

// textInput is docs as consumed values, and as keys that are numbers.
func textInput(pool *batch.Pool, docs []string) *batch.Batch {
	in := pool.New(len(docs))
	in.Topics, in.Origin, in.Partition = batch.OneTopic("at"), batch.Origin{Topic: "at"}, 1
	in.Offsets, in.Timestamps = make([]int64, len(docs)), make([]int64, len(docs))
	values := batch.NewColumnBuilder(batch.Of(batch.KindString, true), false)
	keys := batch.NewColumnBuilder(batch.Of(batch.KindString, true), false)
	for i, d := range docs {
		v := batch.StringValue(d)
		if d == "" {
			v = batch.Null()
		}
		if values.Append(v) != nil || keys.Append(batch.StringValue(fmt.Sprintf(`{"k":%d}`, i))) != nil {
			panic("stage: a text does not fit a column of texts")
		}
	}
	in.RawValue, in.RawKey = values.Finish(in).Bytes, keys.Finish(in).Bytes
	return in
}

// randomTexts are records as JSON: some as Java writes them, some nearly so, some far from it.
func randomTexts(t *testing.T, r *batchtest.Random, pool *batch.Pool, envelope bool) []string {
	docs := make([]string, 1+r.IntN(30))
	var schemas []string
	for range 1 + r.IntN(3) {
		schemas = append(schemas, randomSchema(r))
	}
	for i := range docs {
		docs[i] = randomJSON(r, 2)
		if envelope {
			s := schemas[r.IntN(len(schemas))]
			docs[i] = fmt.Sprintf(`{"schema":%s,"payload":%s}`, s, randomPayload(r, s))
		}
		if r.IntN(30) == 0 {
			docs[i] = []string{"null", "7", "[]", "{", `"text"`, `[{"m0":1,"m1":"x"},{"m1":2}]`, ""}[r.IntN(7)]
		}
	}
	x := textRun{reads: fmt.Sprint(envelope), writes: fmt.Sprint(envelope), plain: true}
	share := r.IntN(5)
	for k, text := range x.run(t, pool, docs) {
		var round, i int
		if _, err := fmt.Sscanf(k, "%d row %d", &round, &i); err != nil {
			t.Fatal(err)
		}
		if text, ok := strings.CutPrefix(text, "at "); ok && text != "null bytes" && r.IntN(4) < share {
			docs[i] = text
		}
	}
	return docs
}

// randomSchema is a schema of some members m0, m1, … as Java writes it.
func randomSchema(r *batchtest.Random) string {
	var fields []string
	for _, k := range r.Perm(20)[:r.IntN(12)] {
		typ := []string{`"int64"`, `"int8"`, `"double"`, `"string"`, `"boolean"`, `"float"`, `"bytes"`, `"array","items":{"type":"int32","optional":true}`}[k%8]
		fields = append(fields, fmt.Sprintf(`{"type":%s,"optional":%t,"field":"m%d"}`, typ, r.IntN(3) > 0, k))
	}
	return `{"type":"struct","fields":[` + strings.Join(fields, ",") + `],"optional":false}`
}

// randomPayload is a record of such a schema, now and then one that it refuses.
func randomPayload(r *batchtest.Random, schema string) string {
	var members []string
	for part := range strings.SplitSeq(schema, `"field":"`) {
		name, _, _ := strings.Cut(part, `"`)
		k := 0
		if n, _ := fmt.Sscanf(name, "m%d", &k); n == 0 {
			continue
		}
		texts := [][]string{
			{"1", "-0", "1699999999999"}, {"1", "-128", "300"}, {"1.5", "1.10", "1e3", "2", "0.1"}, {`"x"`, `"2001"`, `"\u00e9\n"`, `"\n"`, `"é"`}, {"true", "false"},
			{"1.5", "0.1", "3.4E38"}, {`"AQID"`, `"ew=="`, `"e w=="`}, {"[]", "[1,null]", "[1, 2]"},
		}[k%8]
		v := texts[r.IntN(len(texts))]
		switch r.IntN(40) {
		case 0, 1, 2:
			v = "null"
		case 3:
			continue
		case 4:
			v = []string{`{}`, "1x", `"text"`, " 1"}[r.IntN(4)]
		}
		members = append(members, fmt.Sprintf(`"%s":%s`, name, v))
	}
	if r.IntN(6) == 0 {
		r.Shuffle(len(members), func(i, k int) { members[i], members[k] = members[k], members[i] })
	}
	return "{" + strings.Join(members, ",") + "}"
}

// TestSink_TextAsPlain takes JSON through random chains to sinks that read it as JSON: what is kept as it came, in whole or in parts, shows in no
// byte and in no failure.
func TestSink_TextAsPlain(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for seed := range uint64(240) {
		r := batchtest.NewRandom(seed)
		envelope := seed%2 == 1
		x := textRun{reads: fmt.Sprint(envelope), writes: fmt.Sprint(seed%3 > 0)}
		if r.IntN(5) > 0 {
			x.lines = randomChain(r)
		}
		docs := randomTexts(t, r, pool, envelope)
		got := x.run(t, pool, docs)
		x.plain = true
		want := x.run(t, pool, docs)
		for _, k := range slices.Sorted(keysOf(want, got)) {
			if got[k] != want[k] {
				t.Fatalf("seed %d, round and %s:\nwant %s\n got %s\nof %q\nreads %s writes %s chain %s", seed, k, want[k], got[k], docs, x.reads, x.writes, strings.Join(x.lines, "; "))
			}
		}
	}
}

// keysOf yields the keys of both, some twice.
func keysOf(a, b map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, m := range []map[string]string{a, b} {
			for k := range m {
				if !yield(k) {
					return
				}
			}
		}
	}
}
