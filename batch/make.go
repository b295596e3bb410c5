package batch

import (
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// NewFixed returns a plain fixed-width column of n rows under s, values undefined, all present.
func (b *Batch) NewFixed(s *Schema, n int) *Column {
	c := b.NewColumn(s, n)
	c.fixed = b.Arena.Bytes(n * s.kind.FixedBytes())
	return c
}

// NewFixedOver returns a plain column of n rows under s whose fixed-width values are those in memory of b's arena; values is nil
// for other kinds, whose arrays are the caller's to set.
func (b *Batch) NewFixedOver(s *Schema, n int, values []byte) *Column {
	c := b.NewColumn(s, n)
	c.fixed = values
	return c
}

// NewViews returns a plain STRING or BYTES column of n rows under s over the source buffer src and the
// arena buffer arena (either may be nil); views are zero (empty text), all present.
func (b *Batch) NewViews(s *Schema, n int, src, arena []byte) *Column {
	c := b.NewColumn(s, n)
	c.Bufs = [2][]byte{src, arena}
	c.Views = mem.Zeroed[View](&b.Arena, n)
	return c
}

// NewStruct returns a plain STRUCT column of n rows under s with the given children, which the slice
// is copied from.
func (b *Batch) NewStruct(s *Schema, n int, children []*Column) *Column {
	c := b.NewColumn(s, n)
	c.Children = append(c.Children[:0], children...)
	return c
}

// NewConstant returns a column in which every row is v, under s or schemaless when s is nil.
func (b *Batch) NewConstant(s *Schema, n int, v Value) *Column {
	c := b.NewColumn(s, n)
	c.form, c.Const = FormConstant, v
	return c
}

// NewDynamic returns a dynamic column of n rows, all tags TagAbsent, slots undefined. Its Fields, Shapes
// and Boxed are empty and may be appended to: their memory is reused with the batch.
func (b *Batch) NewDynamic(n int) *Column {
	c := b.newDynamicHeader(n)
	c.Dyn.Tags, c.Dyn.Slots = mem.Alloc[Tag](&b.Arena, n), mem.Alloc[uint64](&b.Arena, n)
	for i := range c.Dyn.Tags {
		c.Dyn.Tags[i] = TagAbsent
	}
	return c
}

// newDynamicHeader returns a dynamic column without tags and slots.
func (b *Batch) newDynamicHeader(n int) *Column {
	c := b.NewColumn(nil, n)
	c.Dyn = b.headers.dynamic(b.pool)
	return c
}

// NewDictionary returns a column of n rows under s, row i being row index[i] of dict, all present.
func (b *Batch) NewDictionary(s *Schema, index []int32, dict *Column) *Column {
	c := b.NewColumn(s, len(index))
	c.form, c.Index, c.Dict = FormDictionary, index, dict
	return c
}

// NullColumn returns a schemaless column of n nulls.
func (b *Batch) NullColumn(n int) *Column { return b.NewConstant(nil, n, Value{}) }

// MakeValid gives c a validity bitmap with every row present, unless it has one, and returns it.
// Only the column's maker may call it.
func (b *Batch) MakeValid(c *Column) bits.Bitmap {
	if c.Valid == nil {
		c.Valid = rowMask(&b.Arena, c.n)
		c.Valid.Fill(c.n)
	}
	return c.Valid
}
