package debezium

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// plainStructs returns a column of structs in the plain form at its own level.
func plainStructs(b *batch.Batch, c *batch.Column) *batch.Column {
	if c.Form() == batch.FormPlain {
		return c
	}
	return b.PlainColumn(c)
}

// where returns c with null in the rows that are not in valid; nil has all.
func where(b *batch.Batch, c *batch.Column, valid bits.Bitmap) *batch.Column {
	if valid == nil {
		return c
	}
	if c.Form() == batch.FormConstant {
		if c.Const.IsNull() {
			return c
		}
		c = b.NewDictionary(c.Schema(), mem.Zeroed[int32](&b.Arena, c.Len()), b.NewConstant(c.Schema(), 1, c.Const))
		c.Valid = valid
		return c
	}
	out := b.WithSchema(c, c.Schema())
	out.Valid = both(&b.Arena, valid, c.Valid)
	return out
}

// both returns the rows that are in both bitmaps; nil has all.
func both(a *mem.Arena, x, y bits.Bitmap) bits.Bitmap {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	out := bits.Bitmap(mem.Alloc[uint64](a, len(x)))
	out.And(x, y)
	return out
}

// neverNull reports whether c has a value in every row, as far as its form tells.
func neverNull(c *batch.Column) bool {
	switch c.Form() {
	case batch.FormPlain:
		return c.Valid == nil
	case batch.FormConstant:
		return !c.Const.IsNull()
	}
	return false
}

// reading makes the column of a struct's field as Struct.get reads it: nulls in rows, which have a struct,
// with the default of the field's schema. A default that does not fit its schema fails the row.
func reading(b *batch.Batch, rows batch.Selection, c *batch.Column) *batch.Column {
	s := c.Schema()
	if !s.HasDefault() || neverNull(c) {
		return c
	}
	cb := batch.NewColumnBuilder(s, false)
	for _, i := range listed(b, rows) {
		v := c.Value(int(i))
		if v.IsNull() {
			v = s.Default()
		}
		cb.AppendNulls(int(i) - cb.Len())
		if err := cb.Append(v); err != nil {
			b.Status.Fail(i, b.Len(), err)
			cb.AppendNulls(1)
		}
	}
	cb.AppendNulls(b.Len() - cb.Len())
	return cb.Finish(b)
}

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
