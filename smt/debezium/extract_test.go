package debezium

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

// The keys that releases before 3.2 had, which the original of today ignores: none leaves null under the
// row's schema, drop is the default, tombstones stay where they are asked for.
func TestExtractNewRecordState_OldKeys(t *testing.T) {
	for _, c := range []struct {
		props string
		want  deletes
	}{
		{"", deletes{output: deleteNull}},
		{"drop.tombstones=true", deletes{}},
		{"drop.tombstones=false", deletes{keepTombstones: true}},
		{"delete.handling.mode=none", deletes{output: deleteNull}},
		{"delete.handling.mode=rewrite drop.tombstones=false", deletes{output: deleteRewritten, keepTombstones: true}},
		{"delete.handling.mode=none delete.tombstone.handling.mode=drop drop.tombstones=false", deletes{}},
	} {
		v, err := extractDef().Parse(propsOf(c.props))
		if err != nil {
			t.Fatal(err)
		}
		if got := deletesOf(v); got != c.want {
			t.Errorf("%q: %+v, want %+v", c.props, got, c.want)
		}
	}
	if _, err := newOf(t, "ExtractNewRecordState", propsOf("delete.handling.mode=keep")); err == nil {
		t.Error("delete.handling.mode=keep was taken")
	}
}

// Columns of rows go through by reference: no copy of what did not change.
func TestExtractNewRecordState_KeepsColumns(t *testing.T) {
	b := changes(t, 64, "c")
	defer b.Release()
	after := b.Value.Child("after")
	tr := made(t, "ExtractNewRecordState", propsOf("add.fields=op"))
	more, err := tr.Apply(b)
	if err != nil || len(more) > 0 {
		t.Fatal(more, err)
	}
	for i, c := range after.Children {
		if b.Value.Children[i] != c {
			t.Errorf("column %d was copied", i)
		}
	}
}

// changes returns a batch of n change events with the operations in ops, in turn.
func changes(t testing.TB, n int, ops ...string) *batch.Batch {
	p := batch.NewPool(mem.Checked(t))
	b := p.New(n)
	b.Topics = batch.OneTopic("db.shop.orders")
	row := batch.NewSchema(batch.KindStruct).Optional(true).Name("db.shop.orders.Value").
		Field("id", batch.Of(batch.KindInt64, false)).
		Field("name", batch.Of(batch.KindString, true)).
		Field("price", batchtest.Decimal(2).Build()).
		Field("payload", batch.Of(batch.KindString, true)).
		Field("aggregateid", batch.Of(batch.KindString, false)).
		Field("aggregatetype", batch.Of(batch.KindString, false)).
		Build()
	source := batch.NewSchema(batch.KindStruct).
		Field("connector", batch.Of(batch.KindString, false)).
		Field("ts_ms", batch.Of(batch.KindInt64, false)).
		Field("table", batch.Of(batch.KindString, true)).Build()
	s := batch.NewSchema(batch.KindStruct).Name("db.shop.orders.Envelope").
		Field("before", row).Field("after", row).Field("source", source).
		Field("op", batch.Of(batch.KindString, false)).Field("ts_ms", batch.Of(batch.KindInt64, true)).Build()
	cb := batch.NewColumnBuilder(s, false)
	kb := batch.NewColumnBuilder(batch.NewSchema(batch.KindStruct).Name("db.shop.orders.Key").Field("id", batch.Of(batch.KindInt64, false)).Build(), false)
	must(t, fill(cb, kb, s, n, ops))
	b.Value, b.Key = cb.Finish(b), kb.Finish(b)
	return b
}

func fill(cb, kb *batch.ColumnBuilder, s *batch.Schema, n int, ops []string) error {
	text := batch.StringValue
	price := batch.DecimalValueOf(&batch.DecimalValue{Unscaled: bigOf(1999), Scale: 2})
	for i := range n {
		id := batch.Int64Value(int64(i))
		row := batch.StructValueOf(&batch.StructValue{Schema: s.Field("after").Schema, Fields: []batch.Value{
			id, text("a name of usual length"), price, text(`{"order": 1}`), text("key"), text([]string{"order", "customer"}[i/8%2]),
		}})
		source := batch.StructValueOf(&batch.StructValue{Schema: s.Field("source").Schema, Fields: []batch.Value{text("mysql"), id, text("orders")}})
		op := ops[i%len(ops)]
		before, after := batch.Null(), row
		switch op {
		case "u":
			before = row
		case "d":
			before, after = row, batch.Null()
		}
		v := &batch.StructValue{Schema: s, Fields: []batch.Value{before, after, source, text(op), batch.Int64Value(1700000000000)}}
		if err := cb.Append(batch.StructValueOf(v)); err != nil {
			return err
		}
		k := &batch.StructValue{Schema: kb.Schema(), Fields: []batch.Value{id}}
		if err := kb.Append(batch.StructValueOf(k)); err != nil {
			return err
		}
	}
	return nil
}
