package fill

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// memory is how much the columns of a root take of a batch. It is taken in one piece: a batch of many schemas has many roots of
// a few rows each.
type memory struct {
	columns int // that are counted
	row     int // bytes of a row: values, views, scales, offsets
	bitmaps int
	parts   int
}

const (
	viewBytes  = 8
	scaleBytes = 4
	endBytes   = 4 // of an offset
	wordBytes  = 8 // of a bitmap

	// From spreadRows on, parts start at a cache line, some lines behind the part before: 1,024 values of eight bytes, one column
	// right behind the other, would all lie in the same sets of the cache.
	spreadRows  = 256
	spreadBytes = 3 * 64
)

// count counts the columns, again where some were added.
func (m *memory) count(columns []*Column) {
	if m.columns == len(columns) {
		return
	}
	*m = memory{columns: len(columns)}
	for _, c := range columns {
		m.row += c.width
		m.parts++
		if c.nullable {
			m.bitmaps++
			m.parts++
		}
		switch {
		case c.scaled():
			m.row += scaleBytes
			m.parts++
		case c.Elems != nil:
			m.row += endBytes
			m.parts++
		}
	}
}

// cutter cuts parts off zeroed memory.
type cutter struct {
	free   []byte
	align  int
	spread int
}

// newCutter takes the memory for n rows.
func (m *memory) newCutter(dst *batch.Batch, n int) cutter {
	k := cutter{align: 8}
	if n >= spreadRows {
		k.align, k.spread = 64, spreadBytes
	}
	k.free = dst.Arena.Bytes(n*m.row + m.bitmaps*wordBytes*bits.Words(n) + m.parts*(endBytes+k.align+k.spread))
	clear(k.free)
	return k
}

func (k *cutter) cut(bytes int) []byte {
	part := k.free[:bytes:bytes]
	k.free = k.free[(bytes+k.align-1)&-k.align+k.spread:]
	return part
}

// startRoot gives the columns their arrays of n rows.
func (d *Domain) startRoot(dst *batch.Batch, n int) {
	d.memory.count(d.columns)
	k := d.memory.newCutter(dst, n)
	for _, c := range d.columns {
		if c.nullable {
			c.Valid = mem.Cast[uint64](k.cut(wordBytes * bits.Words(n)))
		}
		switch {
		case c.kind.IsVarlen():
			c.Views = mem.Cast[batch.View](k.cut(n * viewBytes))
			if c.scaled() {
				c.Scales = mem.Cast[int32](k.cut(n * scaleBytes))
			}
			if c.Initial != (batch.View{}) {
				c.blank(0, n)
			}
		case c.width > 0:
			c.point(k.cut(n * c.width))
		case c.Elems != nil:
			c.filled = 0
			c.offsets = mem.Cast[int32](k.cut((n + 1) * endBytes))
		}
	}
}

// point makes b the array of a column of fixed width.
func (c *Column) point(b []byte) {
	switch c.width {
	case 8:
		c.Words8 = mem.Cast[uint64](b)
	case 4:
		c.Words4 = mem.Cast[uint32](b)
	case 2:
		c.Words2 = mem.Cast[uint16](b)
	default:
		c.Bytes = b
	}
}
