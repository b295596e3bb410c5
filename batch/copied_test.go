package batch_test

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

func TestCopiedBytes(t *testing.T) {
	for _, rows := range [][]string{{"a", "", "longer"}, {"a", "null", ""}, {"null"}, {}} {
		b := batch.NewPool(mem.Checked(t)).New(len(rows))
		size, nulls := 0, 0
		for _, r := range rows {
			if r == "null" {
				nulls++
			} else {
				size += len(r)
			}
		}
		c := b.CopyBytes(len(rows), size, nulls)
		for i, r := range rows {
			if r == "null" {
				c.Set(i, nil)
			} else {
				c.Set(i, []byte(r))
			}
		}
		for i, r := range rows {
			if got := c.Valid.Has(i); got != (r != "null") {
				t.Errorf("%q: row %d is present: %t", rows, i, got)
			} else if got && string(c.At(i)) != r {
				t.Errorf("%q: row %d is %q", rows, i, c.At(i))
			}
		}
		b.Release()
	}
}
