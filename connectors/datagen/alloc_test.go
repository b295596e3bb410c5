//go:build !invariants && !race

package datagen_test

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// A poll allocates its answer and its positions, whatever its rows.
func TestSource_AllocatesNothingPerRow(t *testing.T) {
	s := tasks(t, batch.NewPool(mem.NewPool()), 1, props("key.field", "customer"))[0]
	poll := func() {
		batches, err := s.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		batches[0].Release()
	}
	for range 5 {
		poll()
	}
	if n := testing.AllocsPerRun(50, poll); n > 2 {
		t.Fatalf("%v allocations a poll of 1,024 rows", n)
	}
}
