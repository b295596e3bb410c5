package columnar

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
)

// Reading makes the column of a struct's field as Struct.get reads it: nulls with the default of the
// field's schema, where it has one. A default that does not fit its schema fails those of rows that read it.
func Reading(b *batch.Batch, rows batch.Selection, c *batch.Column) *batch.Column {
	s := c.Schema()
	if !s.HasDefault() || NeverNull(c) {
		return c
	}
	if c.Form() == batch.FormPlain && s.Kind().FixedBytes() > 0 {
		return filledFixed(b, c, s)
	}
	return rebuilt(b, rows, c, s)
}

// rebuilt is the plain form of Reading, for columns of any form: the given rows copied.
func rebuilt(b *batch.Batch, rows batch.Selection, c *batch.Column, s *batch.Schema) *batch.Column {
	cb := batch.NewColumnBuilder(s, false)
	for _, i := range Listed(b, rows) {
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

func filledFixed(b *batch.Batch, c *batch.Column, s *batch.Schema) *batch.Column {
	n := c.Len()
	out := b.NewFixed(s, n)
	def := b.NewConstant(s, 1, s.Default())
	one := b.PlainColumn(def)
	switch s.Kind() {
	case batch.KindInt8:
		fill(out.Int8s(), c.Int8s(), c.Valid, one.Int8s()[0])
	case batch.KindInt16:
		fill(out.Int16s(), c.Int16s(), c.Valid, one.Int16s()[0])
	case batch.KindInt32:
		fill(out.Int32s(), c.Int32s(), c.Valid, one.Int32s()[0])
	case batch.KindInt64:
		fill(out.Int64s(), c.Int64s(), c.Valid, one.Int64s()[0])
	case batch.KindFloat32:
		fill(out.Float32s(), c.Float32s(), c.Valid, one.Float32s()[0])
	case batch.KindFloat64:
		fill(out.Float64s(), c.Float64s(), c.Valid, one.Float64s()[0])
	case batch.KindBoolean:
		fill(out.Booleans(), c.Booleans(), c.Valid, one.Booleans()[0])
	}
	return out
}

// fill copies src and writes def where a row is not valid.
func fill[T any](dst, src []T, valid bits.Bitmap, def T) {
	copy(dst, src)
	for w, v := range valid {
		rows := dst[w<<6 : min(w<<6+64, len(dst))]
		if v == ^uint64(0) {
			continue
		}
		for k := range rows {
			if v>>k&1 == 0 {
				rows[k] = def
			}
		}
	}
}
