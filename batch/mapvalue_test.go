package batch_test

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/batch"
)

// Large maps find their keys by an index; what is put, replaced and read is what a scan finds.
func TestMapValue_ManyKeys(t *testing.T) {
	m := &batch.MapValue{}
	m.Put(batch.Int64Value(7), batch.Int64Value(-7))
	for round := range 3 {
		for i := range 200 {
			m.Put(batch.StringValue(fmt.Sprint("k", i)), batch.Int64Value(int64(round*1000+i)))
		}
	}
	m.Keys, m.Values = append(m.Keys, batch.StringValue("appended")), append(m.Values, batch.Int64Value(1))
	m.Put(batch.StringValue("appended"), batch.Int64Value(2))
	m.Put(batch.Null(), batch.Int64Value(3))
	if len(m.Keys) != 203 || len(m.Values) != 203 {
		t.Fatalf("%d keys", len(m.Keys))
	}
	for i := range 200 {
		v, ok := m.Get(batch.StringValue(fmt.Sprint("k", i)))
		if !ok || v.Int() != int64(2000+i) {
			t.Errorf("k%d is %v, %v", i, v, ok)
		}
	}
	for _, c := range []struct {
		key  batch.Value
		want int64
	}{{batch.Int64Value(7), -7}, {batch.StringValue("appended"), 2}, {batch.Null(), 3}} {
		if v, ok := m.Get(c.key); !ok || v.Int() != c.want {
			t.Errorf("%v, %v, want %d", v, ok, c.want)
		}
	}
	if _, ok := m.Get(batch.StringValue("7")); ok {
		t.Error("a text is no number")
	}
	backwards := &batch.MapValue{}
	for i := len(m.Keys) - 1; i >= 0; i-- {
		backwards.Put(m.Keys[i], m.Values[i])
	}
	if !batch.MapValueOf(m).Equal(batch.MapValueOf(backwards)) {
		t.Error("order does not count")
	}
	backwards.Put(batch.StringValue("k5"), batch.Null())
	if batch.MapValueOf(m).Equal(batch.MapValueOf(backwards)) {
		t.Error("a value differs")
	}
}
