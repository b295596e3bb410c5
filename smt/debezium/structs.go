package debezium

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
)

// without returns the rows of valid, nil having all of b's, that are not in gone.
func without(b *batch.Batch, valid, gone bits.Bitmap) bits.Bitmap {
	out := bits.New(b.Len())
	if valid == nil {
		out.Fill(b.Len())
		valid = out
	}
	out.AndNot(valid, gone)
	return out
}
