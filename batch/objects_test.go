package batch_test

import (
	"fmt"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

func object(members ...any) batch.Value {
	m := &batch.MapValue{}
	for i := 0; i < len(members); i += 2 {
		m.Keys = append(m.Keys, batch.StringValue(members[i].(string)))
		m.Values = append(m.Values, batch.Int64Value(int64(members[i+1].(int))))
	}
	return batch.MapValueOf(m)
}

func TestDynamicColumn_RareMembersGoToRestInTheirPlace(t *testing.T) {
	b := batch.NewPool(mem.Checked(t)).New(64)
	defer b.Release()
	values := make([]batch.Value, 64)
	for i := range values {
		values[i] = object("a", i, "b", i)
	}
	values[7] = object("x", 1, "a", 7, "y", 2, "b", 7, "z", 3)
	c := b.DynamicColumn(values, false)
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	if n := len(c.Dyn.Fields); n != 2 {
		t.Fatalf("%d members have columns, want 2", n)
	}
	if n := len(c.Dyn.Shapes); n != 2 {
		t.Fatalf("%d shapes", n)
	}
	m := c.Value(7).Map()
	for i, want := range []string{"x", "a", "y", "b", "z"} {
		if m.Keys[i].Str() != want {
			t.Fatalf("member %d is %q, want %q", i, m.Keys[i].Str(), want)
		}
	}
	if !c.Dyn.IsUniform(batch.TagMap) || !c.Dyn.Fields[0].Column.Dyn.IsUniform(batch.TagInt64) {
		t.Fatal("columns of one class are not settled")
	}
}

func TestDynamicColumn_MemoryStaysLinear(t *testing.T) {
	for _, n := range []int{256, 1024} {
		b := batch.NewPool(mem.Checked(t)).New(n)
		values := make([]batch.Value, n)
		members := 0
		for i := range values {
			// every row has members of its own: as columns they would take n*n*20 slots
			m := &batch.MapValue{}
			for k := range 20 {
				m.Keys = append(m.Keys, batch.StringValue(fmt.Sprintf("row%d member%d", i, k)))
				m.Values = append(m.Values, batch.StringValue("text"))
				members++
			}
			values[i] = batch.MapValueOf(m)
		}
		c := b.DynamicColumn(values, false)
		if got, most := b.Arena.SlabBytes(), 100*members; got > most {
			t.Errorf("%d rows take %d bytes, more than %d", n, got, most)
		}
		for i := range values {
			if !c.Value(i).Equal(values[i]) {
				t.Fatalf("row %d differs", i)
			}
		}
		b.Release()
	}
}

func TestDynamicColumn_AtMostDynamicFieldsMaxColumns(t *testing.T) {
	b := batch.NewPool(mem.Checked(t)).New(3)
	defer b.Release()
	wide := &batch.MapValue{}
	for i := range 1000 {
		wide.Keys = append(wide.Keys, batch.StringValue(fmt.Sprint(i)))
		wide.Values = append(wide.Values, batch.BooleanValue(true))
	}
	values := []batch.Value{batch.MapValueOf(wide), object("998", 1, "999", 2), batch.Int8Value(3)}
	c := b.DynamicColumn(values, false)
	if n := len(c.Dyn.Fields); n != batch.DynamicFieldsMax {
		t.Fatalf("%d columns", n)
	}
	if c.Dyn.Field("999") < 0 || c.Dyn.Field("998") < 0 {
		t.Fatal("the most frequent members have no columns")
	}
	for i := range values {
		if !c.Value(i).Equal(values[i]) {
			t.Fatalf("row %d differs", i)
		}
	}
}

func TestDynamicColumn_DeepValuesArePacked(t *testing.T) {
	b := batch.NewPool(mem.Checked(t)).New(1)
	defer b.Release()
	v := batch.Int32Value(1)
	for i := range 500 {
		if i%2 == 0 {
			v = batch.ArrayValue([]batch.Value{v})
		} else {
			v = batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{batch.StringValue("m")}, Values: []batch.Value{v}})
		}
	}
	c := b.DynamicColumn([]batch.Value{v}, false)
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	if !c.Value(0).Equal(v) {
		t.Fatal("value differs")
	}
	depth := 0
	for c.Dyn.Elems != nil || len(c.Dyn.Fields) > 0 {
		if c.Dyn.Elems != nil {
			c = c.Dyn.Elems
		} else {
			c = c.Dyn.Fields[0].Column
		}
		depth++
	}
	if depth != batch.DynamicDepthMax {
		t.Fatalf("columns %d deep", depth)
	}
}

func TestNewDynamic_AllocatesNothingAtSteadyState(t *testing.T) {
	pool := batch.NewPool(mem.NewPool())
	shape := []int32{0, 1}
	allocations := testing.AllocsPerRun(100, func() {
		b := pool.New(1024)
		c := b.NewDynamic(1024)
		for range 8 {
			f := b.NewDynamic(1024)
			c.Dyn.Fields = append(c.Dyn.Fields, batch.DynamicField{Name: "f", Column: f})
		}
		c.Dyn.Shapes = append(c.Dyn.Shapes, batch.Shape{Fields: shape})
		b.Value = c
		b.Release()
	})
	if allocations > steadyAllocations {
		t.Fatalf("%v allocations per batch", allocations)
	}
}
