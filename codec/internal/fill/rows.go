package fill

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// AnyPresent reports whether a selected row has bytes.
func AnyPresent(v *batch.Bytes, sel batch.Selection) bool {
	if v.Valid == nil {
		return sel.Count(v.Len()) > 0
	}
	if sel == nil {
		return v.Valid.Any()
	}
	for _, i := range sel {
		if v.Valid.Get(int(i)) {
			return true
		}
	}
	return false
}

// FailAll fails the selected rows that have bytes.
func FailAll(v *batch.Bytes, sel batch.Selection, status *batch.Status, err error) {
	n := v.Len()
	if sel == nil {
		for i := range int32(n) {
			if v.Valid.Has(int(i)) {
				status.Fail(i, n, err)
			}
		}
		return
	}
	for _, i := range sel {
		if v.Valid.Has(int(i)) {
			status.Fail(i, n, err)
		}
	}
}

// Absent is the rows of a column that have neither schema nor value. The zero value has none.
type Absent struct{ rows bits.Bitmap }

// Add makes row i of n absent.
func (a *Absent) Add(dst *batch.Batch, i, n int) {
	if a.rows == nil {
		a.rows = mem.Zeroed[uint64](&dst.Arena, bits.Words(n))
	}
	a.rows.Set(i)
}

// Mark gives them to a column.
func (a *Absent) Mark(dst *batch.Batch, c *batch.Column) {
	if a.rows == nil {
		return
	}
	valid := dst.MakeValid(c)
	valid.AndNot(valid, a.rows)
	c.NoSchema = a.rows
}
