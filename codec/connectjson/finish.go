package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// finish lays c out as a column of n rows of dst; text is what was written anew.
func (c *column) finish(dst *batch.Batch, n int, src, text []byte) *batch.Column {
	if c.unread {
		return dst.NullColumn(n)
	}
	if n > 0 {
		c.room(n - 1)
	}
	if c.op == opDynamic {
		return c.finishDynamic(dst, n, src, text)
	}
	out := c.made
	switch {
	case c.op == opOdd:
		return dst.NewConstant(c.schema, n, batch.Null())
	case c.op == opStruct:
		out = dst.NewColumn(c.schema, n)
		for _, m := range c.object.members[:c.object.fields] {
			out.Children = append(out.Children, c.finishField(m, dst, n, src, text))
		}
	case c.op == opArray, c.op == opMap:
		out = dst.NewColumn(c.schema, n)
		out.Offsets = c.finishOffsets(dst, n)
		if c.key != nil {
			out.Children = append(out.Children, c.key.finish(dst, c.elem.rows, src, text))
		}
		out.Children = append(out.Children, c.elem.finish(dst, c.elem.rows, src, text))
	case c.below && c.width > 0:
		out = dst.NewFixed(c.schema, n)
		copy(fixedBytes(out), c.fixed)
	case c.below:
		out = dst.NewViews(c.schema, n, nil, nil)
		copy(out.Views, c.views)
	}
	if c.schema.Kind().IsVarlen() {
		out.Bufs = [2][]byte{src, text}
		if c.scaled {
			out.Scales = mem.Alloc[int32](&dst.Arena, n)
			copy(out.Scales, c.scales)
		}
	}
	out.Valid = c.finishValid(dst, n)
	return out
}

// finishValid returns the validity bitmap of n rows, nil when all are present.
func (c *column) finishValid(dst *batch.Batch, n int) bits.Bitmap {
	if c.valid == nil {
		return nil
	}
	out := bits.Bitmap(mem.Alloc[uint64](&dst.Arena, bits.Words(n)))
	out.Fill(n)
	for i := range min(len(out), len(c.valid)) {
		out[i] &= c.valid[i]
	}
	return out
}

// finishOffsets returns the n+1 offsets of an ARRAY or MAP.
func (c *column) finishOffsets(dst *batch.Batch, n int) []int32 {
	c.offsets = grown(c.offsets, n+1)
	for i := c.last + 1; i <= n; i++ {
		c.offsets[i] = int32(c.elem.rows)
	}
	if !c.below {
		return c.offsets
	}
	out := mem.Alloc[int32](&dst.Arena, n+1)
	copy(out, c.offsets)
	return out
}

func (c *column) finishDynamic(dst *batch.Batch, n int, src, text []byte) *batch.Column {
	out := c.made
	if c.below {
		out = dst.NewDynamic(n)
		copy(out.Dyn.Tags, c.tags)
		copy(out.Dyn.Slots, c.slots)
	}
	out.Bufs = [2][]byte{src, text}
	switch {
	case len(c.rests) == 0:
	case !c.below:
		out.Views = c.rests
	default:
		out.Views = mem.Zeroed[batch.View](&dst.Arena, n)
		copy(out.Views, c.rests)
	}
	d := out.Dyn
	if c.object != nil {
		d.Shapes = append(d.Shapes, c.object.shapes.batch...)
		for _, m := range c.object.members {
			d.Fields = append(d.Fields, batch.DynamicField{Name: m.name, Column: m.column.finish(dst, n, src, text)})
		}
	}
	if c.elem != nil && c.elem.rows > 0 {
		d.Elems = c.elem.finish(dst, c.elem.rows, src, text)
	}
	return out
}

// slotsFor counts what the schemaless columns at row level take for so many rows.
func (c *column) slotsFor(rows int) int {
	if c.op != opDynamic || c.below {
		return 0
	}
	total := rows
	if c.object != nil {
		for k, m := range c.object.members {
			total += m.column.slotsFor(rows) + columnSlots(k, rows) - rows
		}
	}
	return total
}

// prune forgets members that batches do not have any more; strict: that few objects have.
func (c *column) prune(strict bool) {
	if c.op != opDynamic {
		return
	}
	if c.object != nil {
		c.object.prune(strict)
		for _, m := range c.object.members {
			m.column.prune(strict)
		}
	}
	if c.elem != nil {
		c.elem.prune(strict)
	}
}
