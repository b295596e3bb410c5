package columnar

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// PlainStructs returns a column of structs in the plain form at its own level.
func PlainStructs(b *batch.Batch, c *batch.Column) *batch.Column {
	if c.Form() == batch.FormPlain {
		return c
	}
	return b.PlainColumn(c)
}

// NeverNull reports whether c has a value in every row, as far as its form tells.
func NeverNull(c *batch.Column) bool {
	switch c.Form() {
	case batch.FormPlain:
		return c.Valid == nil
	case batch.FormConstant:
		return !c.Const.IsNull()
	case batch.FormDynamic:
		return c.Dyn.Tags == nil && c.Dyn.Uniform != batch.TagNull && c.Dyn.Uniform != batch.TagAbsent
	}
	return false
}

// Both returns the rows that are in both bitmaps; nil has all.
func Both(a *mem.Arena, x, y bits.Bitmap) bits.Bitmap {
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

// Where returns c with null in the rows that are not in valid; nil has all.
func Where(b *batch.Batch, c *batch.Column, valid bits.Bitmap) *batch.Column {
	if valid == nil {
		return c
	}
	if c.Form() == batch.FormConstant {
		if c.Const.IsNull() {
			return c
		}
		return ConstantWhere(b, c.Schema(), c.Const, valid)
	}
	out := b.WithSchema(c, c.Schema())
	out.Valid = Both(&b.Arena, valid, c.Valid)
	return out
}

// ConstantWhere returns a column under s with v in the rows in valid, nil having all, and null in others.
func ConstantWhere(b *batch.Batch, s *batch.Schema, v batch.Value, valid bits.Bitmap) *batch.Column {
	if valid == nil {
		return b.NewConstant(s, b.Len(), v)
	}
	out := b.NewDictionary(s, mem.Zeroed[int32](&b.Arena, b.Len()), b.NewConstant(s, 1, v))
	out.Valid = valid
	return out
}
