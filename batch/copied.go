package batch

import (
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// CopiedBytes is a column of byte sequences that are copied, one after the other, into the arena of a batch. Bytes is
// the column, once every row was set.
type CopiedBytes struct {
	Bytes
	at uint32
}

// CopyBytes returns a column of n rows for b, with room for size bytes of all rows together. nulls is how many rows
// have no value.
func (b *Batch) CopyBytes(n, size, nulls int) CopiedBytes {
	c := CopiedBytes{Bytes: Bytes{Views: mem.Alloc[View](&b.Arena, n)}}
	if nulls > 0 {
		c.Valid = bits.Bitmap(mem.Zeroed[uint64](&b.Arena, bits.Words(n)))
	}
	c.Bufs[0] = b.Arena.Bytes(size)
	return c
}

// Set copies row i; nil is null. Rows come in order, each once.
func (c *CopiedBytes) Set(i int, v []byte) {
	c.Views[i] = View{Pos: c.at, Len: uint32(len(v))}
	c.at += uint32(copy(c.Bufs[0][c.at:], v))
	if c.Valid != nil && v != nil {
		c.Valid.Set(i)
	}
}
