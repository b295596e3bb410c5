package blackhole

import (
	"testing"

	"github.com/millrace/millrace/batch/batchtest"
	"github.com/millrace/millrace/batch/mem"
)

// Columns count what the values of their rows do, in any form and over any rows.
func TestColumnBytes_AreThoseOfTheValues(t *testing.T) {
	random := batchtest.NewRandom(11)
	pool := mem.Checked(t)
	for range 400 {
		b := random.Batch(pool, 40)
		rows, size, want := 0, int64(0), int64(0)
		for lo, hi := range runs(b) {
			rows += hi - lo
			size += columnBytes(b.Value, lo, hi)
		}
		for r := range b.Rows() {
			rows--
			want += valueBytes(r.ValueSchema(), r.Value())
		}
		if rows != 0 || size != want {
			t.Errorf("%d bytes, want %d, %d rows too many:\n%s", size, want, rows, b)
		}
		b.Release()
	}
}
