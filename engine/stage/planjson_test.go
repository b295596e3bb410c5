package stage_test

import (
	"context"
	"fmt"
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

// randomJSON is an object with members m0, m1, …, now and then so many that a HashMap of them has another size, now
// and then broken inside a member.
func randomJSON(r *batchtest.Random, depth int) string {
	n := r.IntN(8)
	if r.IntN(4) == 0 {
		n += 10
	}
	var members []string
	for _, k := range r.Perm(20)[:n] {
		v := []string{"1", "-2.50", `"x"`, `"2001"`, `"\u00e9\n"`, "null", "true", "[1,{}]", "1699999999999"}[r.IntN(9)]
		switch {
		case depth > 0 && r.IntN(3) == 0:
			v = randomJSON(r, depth-1)
		case r.IntN(200) == 0:
			v = []string{`"`, "1x", "[", `"\q"`, "nul"}[r.IntN(5)]
		}
		members = append(members, fmt.Sprintf(`"m%d":%s`, k, v))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// TestSink_ProjectionChangesNoByte takes JSON through random chains and writes it again: what the plan leaves out shows in
// no byte, not in the order of members either, and in no failure.
func TestSink_ProjectionChangesNoByte(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	projected := 0
	for seed := range uint64(200) {
		r := batchtest.NewRandom(seed)
		lines := randomChain(r)
		docs := make([]string, 1+r.IntN(20))
		for i := range docs {
			docs[i] = randomJSON(r, 2)
			if r.IntN(30) == 0 {
				docs[i] = []string{"null", "7", "[]", "{", `"text"`, `[{"m0":1,"m1":"x"},{"m1":2}]`}[r.IntN(6)]
			}
		}
		wanted := []*batch.Projection{nil, {None: true}, {Fields: map[string]*batch.Projection{"m1": nil, "m7": nil}}}[r.IntN(3)]
		run := func(unfused bool) map[string]string {
			c := madeChain(t, lines)
			c.Unfused = unfused
			if _, v := c.Projection(nil, wanted); v != nil && !unfused {
				projected++
			}
			return written(t, pool, c, docs, wanted)
		}
		want, got := run(true), run(false)
		for k, w := range want {
			if got[k] != w {
				t.Fatalf("seed %d, %s:\nwant %s\n got %s\nof %q\nchain %s", seed, k, w, got[k], docs, strings.Join(lines, "; "))
			}
		}
		if len(want) != len(got) {
			t.Fatalf("seed %d: %d results, want %d; chain %s", seed, len(got), len(want), strings.Join(lines, "; "))
		}
	}
	if projected < 50 {
		t.Errorf("%d chains left something out", projected)
	}
}

// written takes docs, as values and keys, through a chain for a sink that reads the wanted members of values: what is
// written of each row, or how it failed.
func written(t *testing.T, pool *batch.Pool, c *stage.Chain, docs []string, wanted *batch.Projection) map[string]string {
	t.Helper()
	side := func(key bool) stage.Side {
		conv, err := connectjson.Classes()[0].New(map[string]string{"schemas.enable": "false"}, key, codec.Context{})
		if err != nil {
			t.Fatal(err)
		}
		return stage.Side{Class: "J", Converter: conv}
	}
	key, value := side(true), side(false)
	s := stage.NewSink(stage.SinkOptions{Key: key, Value: value, Transforms: c, Operator: errant.NewOperator(errant.Options{}), ValueProjection: wanted})
	in := pool.New(len(docs))
	defer in.Release()
	in.Topics, in.Origin, in.Partition = batch.OneTopic("at"), batch.Origin{Topic: "at"}, 1
	in.Offsets, in.Timestamps = make([]int64, len(docs)), make([]int64, len(docs))
	cb := batch.NewColumnBuilder(batch.Of(batch.KindString, false), false)
	for _, d := range docs {
		if err := cb.Append(batch.StringValue(d)); err != nil {
			t.Fatal(err)
		}
	}
	in.RawValue = cb.Finish(in).Bytes
	in.RawKey = in.RawValue
	out, failed, err := s.Run(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range failed {
		got[fmt.Sprint("row ", e.Row)] = fmt.Sprintf("failed in %s: %v", e.Class, e.Err)
	}
	for _, b := range out {
		keys, values := encoded(t, b, b.Key, key), encoded(t, b, b.Value, value)
		for row := range b.Rows() {
			i := int(row.Index())
			text := values[i]
			if wanted != nil { // of what is not wanted nothing is said
				text = fmt.Sprint(b.Value.IsNull(i))
				if m := row.Value().Map(); m != nil && wanted.Fields != nil {
					m1, _ := m.Get(batch.StringValue("m1"))
					m7, _ := m.Get(batch.StringValue("m7"))
					text = string(batch.AppendLiteral(batch.AppendLiteral(nil, nil, m1), nil, m7))
				}
			}
			for _, h := range row.Headers() {
				text += string(batch.AppendLiteral([]byte(" "+h.Key+"="), nil, h.Value))
			}
			got[fmt.Sprint("row ", i)] += row.Topic() + " " + keys[i] + " " + text
		}
		b.Release()
	}
	return got
}

// encoded is the texts of a column's live rows.
func encoded(t *testing.T, b *batch.Batch, c *batch.Column, side stage.Side) []string {
	t.Helper()
	bb := batch.BytesBuilder{Pool: b.Pool().Mem}
	bb.Reset(&b.Arena, b.Len(), 1024)
	defer bb.Discard()
	var status batch.Status
	if err := side.Converter.NewEncoder().Encode(&bb, &codec.Output{Topics: b.Topics, Column: c, Sel: b.Sel}, &status); err != nil {
		t.Fatal(err)
	}
	out := make([]string, b.Len())
	for row := range b.Rows() {
		i := row.Index()
		out[i] = string(bb.Buf[bb.Views[i].Pos&^batch.InArena:][:bb.Views[i].Len])
	}
	for _, e := range status.Errors() {
		out[e.Row] = e.Err.Error()
	}
	return out
}
