package apache

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// Column headers go to the next batch: none may be left to two.
func TestColumns_HeadersOfReleasedBatchesAreNotShared(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	edit := made(t, "InsertField$Value", "static.field=s static.value=x")
	wrap := made(t, "HoistField$Value", "field=h")
	for range 50 {
		maps, err := batchtest.Read(pool, "@topic, @value any\nt, {\"a\": 1, \"b\": {\"c\": \"d\"}}\nt, {\"a\": 2}\n")
		if err != nil {
			t.Fatal(err)
		}
		structs, err := batchtest.Read(pool, "@topic, a (b (c string)), d string\nt, ((x)), y\n")
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range []*batch.Batch{maps, structs} {
			for _, tr := range []*columnar.Transform{wrap, edit, wrap} {
				if _, err := tr.Apply(b); err != nil {
					t.Fatal(err)
				}
			}
			if err := b.Check(); err != nil {
				t.Fatal(err)
			}
		}
		maps.Release()
		structs.Release()
	}
}
