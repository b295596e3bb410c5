package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// untyped casts a column without schema. rows are those with a value.
func (t *caster) untyped(b *batch.Batch, rows batch.Selection, c *batch.Column, to batch.Kind) *batch.Column {
	if c.Form() == batch.FormConstant {
		v, err := t.value(nil, c.Const, to)
		if failed(b, rows, err) {
			v = batch.Null()
		}
		return b.NewConstant(nil, c.Len(), v)
	}
	class, ok := classAmong(c.Dyn)
	switch {
	case !ok:
		return t.byValue(b, rows, c, to)
	case class == batch.TagNull:
		return b.NullColumn(c.Len())
	}
	if err := castable(nil, class); err != nil {
		columnar.Fail(b, rows, err)
		return b.NullColumn(c.Len())
	}
	return untypedOf(b, t.column(b, rows, typedOf(b, c, batch.Kind(class-1)), batch.Of(to, true)))
}

// byValue casts one value after the other.
func (t *caster) byValue(b *batch.Batch, rows batch.Selection, c *batch.Column, to batch.Kind) *batch.Column {
	values := make([]batch.Value, c.Len())
	for _, i := range columnar.Listed(b, rows) {
		v, err := t.value(nil, c.Value(int(i)), to)
		if err != nil {
			b.Status.Fail(i, b.Len(), err)
			continue
		}
		values[i] = v
	}
	return b.DynamicColumn(values, false)
}

// classAmong returns the class of all values beside null, TagNull if there are none; ok is false if there
// are several.
func classAmong(d *batch.Dynamic) (class batch.Tag, ok bool) {
	if d.Tags == nil {
		if d.Uniform == batch.TagAbsent {
			return batch.TagNull, true
		}
		return d.Uniform, true
	}
	for _, t := range d.Tags {
		if t == batch.TagNull || t == batch.TagAbsent || t == class {
			continue
		}
		if class != batch.TagNull {
			return 0, false
		}
		class = t
	}
	return class, true
}

// typedOf returns a schemaless column whose values are of kind k, beside nulls, as a typed one. k is at
// most BYTES.
func typedOf(b *batch.Batch, c *batch.Column, k batch.Kind) *batch.Column {
	d, n := c.Dyn, c.Len()
	var out *batch.Column
	if k.IsVarlen() {
		out = viewsOf(b, c, k)
	} else {
		out = b.NewFixed(batch.Of(k, true), n)
	}
	switch k {
	case batch.KindInt8:
		convert(out.Int8s(), d.Int64s())
	case batch.KindInt16:
		convert(out.Int16s(), d.Int64s())
	case batch.KindInt32:
		convert(out.Int32s(), d.Int64s())
	case batch.KindInt64:
		copy(out.Int64s(), d.Int64s())
	case batch.KindFloat32:
		convert(out.Float32s(), d.Float64s())
	case batch.KindFloat64:
		copy(out.Float64s(), d.Float64s())
	case batch.KindBoolean:
		dst := out.Booleans()
		for i, s := range d.Slots {
			dst[i] = s != 0
		}
	}
	if d.Tags != nil {
		out.Valid = tagged(b, d, batch.TagOf(k))
	}
	return out
}

// tagged returns the rows that have the class.
func tagged(b *batch.Batch, d *batch.Dynamic, class batch.Tag) bits.Bitmap {
	out := bits.Bitmap(mem.Zeroed[uint64](&b.Arena, bits.Words(len(d.Tags))))
	for i, t := range d.Tags {
		out[i>>6] |= uint64(btoi(t == class)) << (uint(i) & 63)
	}
	return out
}

func btoi(v bool) int {
	if v {
		return 1
	}
	return 0
}

// viewsOf returns the text of a schemaless column under a schema; null rows get no text.
func viewsOf(b *batch.Batch, c *batch.Column, k batch.Kind) *batch.Column {
	out := b.NewViews(batch.Of(k, true), c.Len(), c.Bufs[0], c.Bufs[1])
	views := c.Dyn.Views()
	if c.Dyn.Tags == nil {
		copy(out.Views, views)
		return out
	}
	for i, t := range c.Dyn.Tags {
		if t == batch.TagOf(k) {
			out.Views[i] = views[i]
		}
	}
	return out
}

// untypedOf returns a plain or constant column up to STRING as a schemaless one.
func untypedOf(b *batch.Batch, c *batch.Column) *batch.Column {
	n := c.Len()
	if c.Form() == batch.FormConstant {
		return b.NewConstant(nil, n, c.Const)
	}
	out := b.NewDynamic(n)
	d := out.Dyn
	out.Bufs = c.Bufs
	class := classOf(c.Schema())
	switch c.Schema().Kind() {
	case batch.KindInt8:
		convert(d.Int64s(), c.Int8s())
	case batch.KindInt16:
		convert(d.Int64s(), c.Int16s())
	case batch.KindInt32:
		convert(d.Int64s(), c.Int32s())
	case batch.KindInt64:
		copy(d.Int64s(), c.Int64s()) // Timestamp too
	case batch.KindFloat32:
		convert(d.Float64s(), c.Float32s())
	case batch.KindFloat64:
		copy(d.Slots, mem.Cast[uint64](mem.AsBytes(c.Float64s())))
	case batch.KindBoolean:
		for i, v := range c.Booleans() {
			d.Slots[i] = uint64(btoi(v))
		}
	case batch.KindString:
		copy(d.Views(), c.Views)
	}
	d.Tags, d.Uniform = nil, class
	if c.Valid != nil {
		d.Tags = mem.Alloc[batch.Tag](&b.Arena, n)
		for i := range d.Tags {
			d.Tags[i] = batch.TagNull
			if c.Valid.Get(i) {
				d.Tags[i] = class
			}
		}
	}
	return out
}
