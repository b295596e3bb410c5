package batch

import "github.com/millrace/millrace/batch/bits"

// SliceColumn returns rows lo … hi-1 of c as a column of b that shares everything but bitmaps with c:
// b must keep c's owner alive.
func (b *Batch) SliceColumn(c *Column, lo, hi int) *Column {
	n := hi - lo
	if c.form == FormDynamic {
		return b.sliceDynamic(c, lo, hi)
	}
	out := b.NewColumn(c.schema, n)
	out.form, out.Const, out.Dict, out.Bufs = c.form, c.Const, c.Dict, c.Bufs
	out.Valid, out.NoSchema = b.sliceBits(c.Valid, lo, hi), b.sliceBits(c.NoSchema, lo, hi)
	if c.fixed != nil {
		w := c.schema.kind.FixedBytes()
		out.fixed = c.fixed[lo*w : hi*w : hi*w]
	}
	if c.Views != nil {
		out.Views = c.Views[lo:hi:hi]
	}
	if c.Scales != nil {
		out.Scales = c.Scales[lo:hi:hi]
	}
	if c.Index != nil {
		out.Index = c.Index[lo:hi:hi]
	}
	if c.Offsets != nil {
		out.Offsets = c.Offsets[lo : hi+1 : hi+1]
		out.Children = append(out.Children, c.Children...)
		return out
	}
	for _, ch := range c.Children {
		out.Children = append(out.Children, b.SliceColumn(ch, lo, hi))
	}
	return out
}

func (b *Batch) sliceDynamic(c *Column, lo, hi int) *Column {
	if c.form != FormDynamic {
		return b.SliceColumn(c, lo, hi)
	}
	s := c.Dyn
	out := b.newDynamicHeader(hi - lo)
	d := out.Dyn
	d.Uniform, d.Slots = s.Uniform, s.Slots[lo:hi:hi]
	if s.Tags != nil {
		d.Tags = s.Tags[lo:hi:hi]
	}
	out.Bufs = c.Bufs
	if c.Views != nil {
		out.Views = c.Views[lo:hi:hi]
	}
	for _, f := range s.Fields {
		d.Fields = append(d.Fields, DynamicField{f.Name, b.sliceDynamic(f.Column, lo, hi)})
	}
	d.Shapes = append(d.Shapes, s.Shapes...)
	d.Boxed = append(d.Boxed, s.Boxed...)
	d.Linked, d.Elems, d.Keys, d.Values = s.Linked, s.Elems, s.Keys, s.Values
	return out
}

func (b *Batch) sliceBits(m bits.Bitmap, lo, hi int) bits.Bitmap {
	if m == nil {
		return nil
	}
	out := rowMask(&b.Arena, hi-lo)
	shift, from := uint(lo)&63, lo>>6
	for i := range out {
		w := m[from+i] >> shift
		if shift > 0 && from+i+1 < len(m) {
			w |= m[from+i+1] << (64 - shift)
		}
		out[i] = w
	}
	if rest := uint(hi-lo) & 63; rest != 0 {
		out[len(out)-1] &= 1<<rest - 1
	}
	return out
}

// Slice returns rows lo … hi-1 of b as a new batch over the same arrays, with selection and failures.
// The caller owns it; it keeps b alive.
func (b *Batch) Slice(lo, hi int) *Batch {
	s := b.pool.New(hi - lo)
	s.KeepAlive(b)
	s.Topics.Names = b.Topics.Names
	s.Topics.Index = cut(b.Topics.Index, lo, hi)
	s.Partition, s.Partitions, s.Timestamps = b.Partition, cut(b.Partitions, lo, hi), cut(b.Timestamps, lo, hi)
	s.TimestampType, s.Origin, s.Offsets = b.TimestampType, b.Origin, cut(b.Offsets, lo, hi)
	s.Headers = b.Headers
	if b.Headers.Offsets != nil {
		s.Headers.Offsets = b.Headers.Offsets[lo : hi+1 : hi+1]
	}
	s.Headers.Columns = s.sliceHeaderColumns(b.Headers.Columns, lo, hi)
	s.RawKey, s.RawValue = s.sliceRaw(&b.RawKey, lo, hi), s.sliceRaw(&b.RawValue, lo, hi)
	if b.Source != nil {
		s.Source = slicedPositions{b.Source, lo}
	}
	s.Seq = b.Seq + int64(lo)
	if b.Key != nil {
		s.Key = s.SliceColumn(b.Key, lo, hi)
	}
	if b.Value != nil {
		s.Value = s.SliceColumn(b.Value, lo, hi)
	}
	if b.Sel != nil {
		s.Sel = Selection{}
		for _, r := range b.Sel {
			if int(r) >= lo && int(r) < hi {
				s.Sel = append(s.Sel, r-int32(lo))
			}
		}
	}
	for _, e := range b.Status.errs {
		if int(e.Row) >= lo && int(e.Row) < hi {
			s.Status.Fail(e.Row-int32(lo), s.n, e.Err)
		}
	}
	return s
}

func (b *Batch) sliceRaw(r *Bytes, lo, hi int) Bytes {
	if r.Views == nil {
		return Bytes{}
	}
	return Bytes{Bufs: r.Bufs, Views: r.Views[lo:hi:hi], Valid: b.sliceBits(r.Valid, lo, hi)}
}

func cut[T any](v []T, lo, hi int) []T {
	if v == nil {
		return nil
	}
	return v[lo:hi:hi]
}

// slicedPositions are the source positions of the rows from first on.
type slicedPositions struct {
	SourcePosition
	first int
}

// Partition returns the number of row i's source partition.
func (p slicedPositions) Partition(i int) int32 { return p.SourcePosition.Partition(p.first + i) }

// Offset returns the source offset of row i.
func (p slicedPositions) Offset(i int) Value { return p.SourcePosition.Offset(p.first + i) }
