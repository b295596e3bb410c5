package connectors_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
)

func position(name string, v int64) batch.Value {
	m := &batch.MapValue{}
	m.Put(batch.StringValue(name), batch.Int64Value(v))
	return batch.MapValueOf(m)
}

func records(t *testing.T, recs []connectors.Record) []*batch.Batch {
	t.Helper()
	out, err := connectors.Records(batch.NewPool(mem.Checked(t)), recs)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range out {
		if err := b.Check(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func release(list []*batch.Batch) {
	for _, b := range list {
		b.Release()
	}
}

func TestRecords_SchemaChangeCutsAndTombstoneDoesNot(t *testing.T) {
	str, i32 := batch.Of(batch.KindString, false), batch.Of(batch.KindInt32, false)
	partition, timestamp := int32(3), int64(99)
	recs := []connectors.Record{
		{Topic: "a", KeySchema: str, Key: batch.StringValue("k0")},
		{Topic: "a", KeySchema: str, Key: batch.StringValue("k1"), ValueSchema: i32, Value: batch.Int32Value(1), Partition: &partition},
		{Topic: "b", KeySchema: str, Key: batch.StringValue("k2")},
		{Topic: "a", KeySchema: str, Key: batch.StringValue("k3"), ValueSchema: i32, Value: batch.Int32Value(3), Timestamp: &timestamp},
		{Topic: "a", KeySchema: str, Key: batch.StringValue("k4"), ValueSchema: str, Value: batch.StringValue("v")},
		{Topic: "a", Value: batch.Int64Value(5)},
	}
	for i := range recs {
		recs[i].SourcePartition = position("file", int64(i%2))
		recs[i].SourceOffset = position("at", int64(i))
	}
	got := records(t, recs)
	defer release(got)
	if len(got) != 3 {
		t.Fatalf("%d batches", len(got))
	}
	want := "@topic, @partition, @timestamp, @key string, @value int32\n" +
		"a, -1, -1, k0, @none\na, 3, -1, k1, 1\nb, -1, -1, k2, @none\na, -1, 99, k3, 3\n"
	if s := got[0].String(); s != want {
		t.Fatalf("got\n%swant\n%s", s, want)
	}
	if s := got[1].String(); s != "@topic, @key string, @value string\na, k4, v\n" {
		t.Fatal(s)
	}
	if s := got[2].String(); s != "@topic, @key any, @value any\na, null, 5\n" {
		t.Fatal(s)
	}
	i := int64(0)
	for _, b := range got {
		for r := range b.Rows() {
			if !r.SourceOffset().Equal(position("at", i)) || !r.SourcePartition().Equal(position("file", i%2)) {
				t.Fatalf("row %d: position %v", i, r.SourceOffset())
			}
			i++
		}
	}
	if n := len(got[0].Source.Partitions()); n != 2 {
		t.Fatalf("%d partitions, want each once", n)
	}
}

func TestRecordBuilder_RefusesWhatDoesNotFitAndGoesOn(t *testing.T) {
	rb := connectors.NewRecordBuilder(batch.NewPool(mem.Checked(t)))
	i32 := batch.Of(batch.KindInt32, false)
	bad := connectors.Record{Topic: "t", KeySchema: i32, Key: batch.Int32Value(1), ValueSchema: i32, Value: batch.StringValue("x")}
	if err := rb.Append(&bad); err == nil || err.Error() != "Invalid Java object for schema with type INT32: class java.lang.String for value" {
		t.Fatal(err)
	}
	good := connectors.Record{Topic: "t", Value: batch.Int32Value(2)}
	for range 2500 {
		if err := rb.Append(&good); err != nil {
			t.Fatal(err)
		}
	}
	if rb.Len() != 2500 {
		t.Fatalf("%d records", rb.Len())
	}
	got := rb.Finish()
	defer release(got)
	if len(got) != 3 || got[0].Len() != 1024 || got[2].Len() != 452 {
		t.Fatalf("%d batches", len(got))
	}
}

func TestEachRow_MergesForksByOffset(t *testing.T) {
	pool := mem.Checked(t)
	a := batchtest.Parse(t, pool, "@topic, @partition, @offset, id int64\nt, 0, 10, 0\nt, 0, 11, 1\nt, 0, 12, 2\nt, 0, 15, 3\n")
	defer a.Release()
	odd, even := a.Fork(batch.Selection{1, 3}), a.Fork(batch.Selection{0, 2})
	defer odd.Release()
	defer even.Release()
	other := batchtest.Parse(t, pool, "@topic, @partition, @offset, id int64\nt, 1, 1, 8\nt, 1, 2, 9\n")
	defer other.Release()
	later := batchtest.Parse(t, pool, "@topic, @partition, @offset, id int64\nt, 0, 16, 4\n")
	defer later.Release()

	var got []int64
	read := func(r batch.Row) error {
		got = append(got, r.Value().Struct().Fields[0].Int())
		return nil
	}
	if err := connectors.EachRow([]*batch.Batch{odd, even, later, other}, read); err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got); s != "[0 1 2 3 4 8 9]" {
		t.Fatal(s)
	}
	stop := errors.New("stop")
	n := 0
	err := connectors.EachRow([]*batch.Batch{odd, even}, func(batch.Row) error {
		if n++; n == 3 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || n != 3 {
		t.Fatalf("%v after %d rows", err, n)
	}
}
