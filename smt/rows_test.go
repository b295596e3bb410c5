package smt_test

import (
	"errors"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
)

func apply(t *testing.T, b *batch.Batch, f func(smt.Record) (smt.Record, bool, error)) []*batch.Batch {
	t.Helper()
	more, err := smt.Rows(f, nil).Apply(b)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int32]bool{}
	for _, x := range append([]*batch.Batch{b}, more...) {
		if err := x.Check(); err != nil {
			t.Fatal(err)
		}
		for r := range x.Rows() {
			if seen[r.Index()] {
				t.Fatalf("row %d is selected twice", r.Index())
			}
			seen[r.Index()] = true
		}
	}
	return more
}

func TestRows_UnchangedRecordsKeepTheirColumns(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "@key int32, id int64, s string\n1, 1, a\n~ 2, 2, b\n@none, @none\n")
	defer b.Release()
	key, value := b.Key, b.Value
	more := apply(t, b, func(r smt.Record) (smt.Record, bool, error) { return r, true, nil })
	if len(more) != 0 || b.Key != key || b.Value != value || b.Live() != 2 {
		t.Fatalf("%d forks, batch\n%s", len(more), b)
	}
}

func TestRows_DropsFailsAndChanges(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "@topic, @timestamp, id int64\na, 5, 1\na, 6, 2\na, 7, 3\na, 8, 4\n")
	defer b.Release()
	more := apply(t, b, func(r smt.Record) (smt.Record, bool, error) {
		id := r.Value.Struct().Fields[0].Int()
		switch id {
		case 1:
			return r, false, nil
		case 2:
			return r, true, errors.New("two")
		case 3:
			r.Topic = "b"
			r.Timestamp = 70
			r.Headers = []batch.Header{{Key: "h", Decoded: true}}
		}
		r.ValueSchema, r.Value = batch.Of(batch.KindInt64, false), batch.Int64Value(id*10)
		return r, true, nil
	})
	if len(more) != 0 {
		t.Fatal("one schema makes one batch")
	}
	want := "@topic, @timestamp, @value int64\n~ b, 0, null\n~ b, 0, null ! two\nb, 70, 30\na, 8, 40\n"
	if got := b.String(); got != want {
		t.Fatalf("got\n%swant\n%s", got, want)
	}
	if h := b.Headers.Of(2); len(h) != 1 || h[0].Key != "h" || len(b.Headers.Of(3)) != 0 {
		t.Fatalf("headers %v", h)
	}
}

func TestRows_SchemasMakeDisjointForks(t *testing.T) {
	b := batchtest.Parse(t, mem.Checked(t), "id int64\n1\n2\n3\n4\n5\n6\n")
	defer b.Release()
	more := apply(t, b, func(r smt.Record) (smt.Record, bool, error) {
		switch id := r.Value.Struct().Fields[0].Int(); {
		case id == 4:
			r.ValueSchema, r.Value = nil, batch.Value{}
		case id == 6:
			r.ValueSchema, r.Value = batch.Of(batch.KindInt8, false), batch.StringValue("no int8")
		case id%2 == 0:
			r.ValueSchema, r.Value = nil, batch.StringValue("even")
		}
		return r, true, nil
	})
	if len(more) != 2 {
		t.Fatalf("%d forks, want 2: schemaless and int8", len(more))
	}
	if got := b.String(); got != "id int64\n1\n~ @null\n3\n@none\n5\n~ @null ! Invalid Java object for schema with type INT8: class java.lang.String for value\n" {
		t.Fatalf("got\n%s", got)
	}
	if got := more[0].String(); got != "@value any\n~ null\n\"even\"\n~ null\n~ null\n~ null\n~ null\n" {
		t.Fatalf("got\n%s", got)
	}
	if more[1].Live() != 0 || !b.Status.Failed(5) {
		t.Fatal("a value that does not fit its schema fails its row")
	}
	for _, m := range more {
		m.Release()
	}
}

func TestRows_AgreesWithTheRecordsOneByOne(t *testing.T) {
	for seed := range uint64(200) {
		pool := mem.Checked(t)
		r := batchtest.NewRandom(seed)
		b := r.Batch(pool, 60)
		want := map[int32]smt.Record{}
		schemas := []*batch.Schema{nil, r.Schema(), r.Schema()}
		more := apply(t, b, func(rec smt.Record) (smt.Record, bool, error) {
			if r.IntN(5) == 0 {
				return rec, false, nil
			}
			if r.IntN(2) == 0 {
				rec.ValueSchema = schemas[r.IntN(3)]
				rec.Value = r.Value(rec.ValueSchema)
			}
			rec.Offset = int64(len(want)) // position in the order of calls
			want[int32(len(want))] = rec
			return rec, true, nil
		})
		got := map[int32]batch.Row{}
		var order []int32
		for _, x := range append([]*batch.Batch{b}, more...) {
			for row := range x.Rows() {
				got[row.Index()] = row
				order = append(order, row.Index())
			}
		}
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d rows, want %d", seed, len(got), len(want))
		}
		k := int32(0)
		for i := range int32(b.Len()) {
			row, ok := got[i]
			if !ok {
				continue
			}
			w := want[k]
			k++
			if !row.Value().Equal(w.Value) || !row.ValueSchema().Equal(w.ValueSchema) || !row.Key().Equal(w.Key) {
				t.Fatalf("seed %d row %d differs", seed, i)
			}
		}
		for _, m := range more {
			m.Release()
		}
		b.Release()
	}
}
