package batch_test

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// TestPool_HeadersGoToWhoNeedsThem: a batch of many columns finds the headers of the last one, whatever forks without
// columns there were in between.
func TestPool_HeadersGoToWhoNeedsThem(t *testing.T) {
	pool := batch.NewPool(mem.NewPool())
	forks := make([]*batch.Batch, 0, 100)
	round := func() {
		b := pool.New(1)
		for range 1000 {
			c := b.NewConstant(nil, 1, batch.Int64Value(1))
			if len(c.Children) != 0 || c.Dyn != nil || c.Valid != nil || c.Len() != 1 {
				t.Fatal("a header was not cleared")
			}
			c.Children = append(c.Children, c)
			d := b.NewDynamic(1)
			if len(d.Dyn.Fields)+len(d.Dyn.Shapes)+len(d.Dyn.Boxed) != 0 || d.Dyn.Tags[0] != batch.TagAbsent {
				t.Fatal("a dynamic header was not cleared")
			}
			d.Dyn.Fields = append(d.Dyn.Fields, batch.DynamicField{Name: "x", Column: c})
		}
		forks = forks[:0]
		for range cap(forks) {
			forks = append(forks, b.Fork(nil))
		}
		for _, f := range forks {
			f.Release()
		}
		b.Release()
	}
	round()
	if steadyAllocations != 0 {
		return // batches are not reused
	}
	// A garbage collection may empty the pools once.
	if n := testing.AllocsPerRun(20, round); n > 50 {
		t.Errorf("%v allocations for 2,000 columns", n)
	}
}
