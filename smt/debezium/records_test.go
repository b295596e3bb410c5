package debezium

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/tagged"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// readRecord reads a record of the conformance protocol.
func readRecord(t testing.TB, n tagged.Node) smt.Record {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	side := func(n tagged.Node) (*batch.Schema, batch.Value) {
		s, err := tagged.SchemaOf(n.Get("schema"))
		must(err)
		v, err := tagged.ValueOf(s, n.Get("value"))
		must(err)
		return s, v
	}
	number := func(name string, none int64) int64 {
		if n.Get(name).IsNull() {
			return none
		}
		v, err := n.Get(name).Number(64)
		must(err)
		return v
	}
	r := smt.Record{
		Topic: n.Get("topic").Text, Partition: int32(number("partition", int64(batch.NoPartition))),
		Timestamp: number("timestamp", batch.NoTimestamp), Consumed: n.Get("kind").Text == "sink", Offset: number("offset", 0),
	}
	r.KeySchema, r.Key = side(n.Get("key"))
	r.ValueSchema, r.Value = side(n.Get("value"))
	for _, h := range n.Get("headers").Items {
		s, v := side(h)
		r.Headers = append(r.Headers, batch.Header{Key: h.Get("name").Text, Decoded: true, Schema: s, Value: v})
	}
	return r
}

// recordText shows what a transform may change.
func recordText(r smt.Record) string {
	var s strings.Builder
	fmt.Fprintf(&s, "%q partition %d at %d", r.Topic, r.Partition, r.Timestamp)
	show := func(what string, schema *batch.Schema, v batch.Value) {
		fmt.Fprintf(&s, "\n  %s %s\n    %s", what, tagged.AppendSchema(nil, schema), tagged.AppendValue(nil, schema, v))
	}
	show("key", r.KeySchema, r.Key)
	show("value", r.ValueSchema, r.Value)
	for _, h := range r.Headers {
		show("header "+strconv.Quote(h.Key), h.Schema, h.Value)
	}
	return s.String()
}

func errorText(err error) string {
	class := "?"
	if j, ok := err.(interface{ JavaClass() string }); ok {
		class = j.JavaClass()
	}
	return class[strings.LastIndexByte(class, '.')+1:] + ": " + err.Error()
}

// batchOf returns records, which share their schemas but for records without schema and value, as a batch.
func batchOf(t testing.TB, pool *batch.Pool, records []smt.Record) *batch.Batch {
	t.Helper()
	b := pool.New(len(records))
	b.Partitions, b.Timestamps = make([]int32, len(records)), make([]int64, len(records))
	b.Headers.Offsets = []int32{0}
	topics := &topicWriter{index: make([]int32, len(records)), at: map[string]int32{}}
	column := func(of func(smt.Record) (*batch.Schema, batch.Value)) *batch.Column {
		schema, _ := sharedSchema(records, of)
		cb := batch.NewColumnBuilder(schema, false)
		for _, r := range records {
			s, v := of(r)
			if s == nil && v.IsNull() {
				cb.AppendNoSchema()
			} else if err := cb.Append(v); err != nil {
				t.Fatal(err)
			}
		}
		return cb.Finish(b)
	}
	for i, r := range records {
		b.Partitions[i], b.Timestamps[i] = r.Partition, r.Timestamp
		topics.index[i] = topics.number(r.Topic)
		b.Headers.Entries = append(b.Headers.Entries, r.Headers...)
		b.Headers.Offsets = append(b.Headers.Offsets, int32(len(b.Headers.Entries)))
	}
	topics.write(b)
	b.Key = column(func(r smt.Record) (*batch.Schema, batch.Value) { return r.KeySchema, r.Key })
	b.Value = column(func(r smt.Record) (*batch.Schema, batch.Value) { return r.ValueSchema, r.Value })
	return b
}

// sharedSchema returns the schema of all records that have a schema or a value; ok is false for several.
func sharedSchema(records []smt.Record, of func(smt.Record) (*batch.Schema, batch.Value)) (shared *batch.Schema, ok bool) {
	known := false
	for _, r := range records {
		s, v := of(r)
		switch {
		case s == nil && v.IsNull():
		case !known:
			known, shared = true, s
		case !s.Equal(shared):
			return shared, false
		}
	}
	return shared, true
}

// outcomes returns what became of every row of b and its forks: rows that are missing were dropped.
func outcomes(b *batch.Batch, more []*batch.Batch) map[int32]string {
	out := map[int32]string{}
	for _, x := range append([]*batch.Batch{b}, more...) {
		for r := range x.Rows() {
			if _, twice := out[r.Index()]; twice {
				out[r.Index()] += "\nand again "
			}
			out[r.Index()] += recordText(smt.Record{
				Topic: r.Topic(), Partition: r.Partition(), Timestamp: r.Timestamp(),
				KeySchema: r.KeySchema(), Key: r.Key(), ValueSchema: r.ValueSchema(), Value: r.Value(), Headers: r.Headers(),
			})
		}
		for _, e := range x.Status.Errors() {
			out[e.Row] += errorText(e.Err)
		}
	}
	return out
}

func made(t testing.TB, class string, props map[string]string) *columnar.Transform {
	t.Helper()
	tr, err := newOf(t, class, props)
	if err != nil {
		t.Fatal(err)
	}
	return tr.(*columnar.Transform)
}

func newOf(t testing.TB, class string, props map[string]string) (smt.Transform, error) {
	t.Helper()
	c, err := smt.NewSet(Classes()...).Find(classPrefix + class)
	if err != nil {
		t.Fatal(err)
	}
	return c.New(props, smt.Context{})
}

// propsOf reads "a=b c=d".
func propsOf(text string) map[string]string {
	m := map[string]string{}
	for kv := range strings.FieldsSeq(text) {
		k, v, _ := strings.Cut(kv, "=")
		m[k] = v
	}
	return m
}
