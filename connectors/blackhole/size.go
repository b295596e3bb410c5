package blackhole

import "github.com/millrace/millrace/batch"

// viewBytes returns the length of rows lo … hi-1; absent ones, and all of no column, have none.
func viewBytes(b *batch.Bytes, lo, hi int) (n int64) {
	if b.Views == nil {
		return 0
	}
	if b.Valid == nil {
		for _, v := range b.Views[lo:hi] {
			n += int64(v.Len)
		}
		return n
	}
	for i := lo; i < hi; i++ {
		if b.Valid.Get(i) {
			n += int64(b.Views[i].Len)
		}
	}
	return n
}

// present returns how many of rows lo … hi-1 have a value.
func present(c *batch.Column, lo, hi int) int64 {
	if c.Valid == nil {
		return int64(hi - lo)
	}
	n := int64(0)
	for i := lo; i < hi; i++ {
		if c.Valid.Get(i) {
			n++
		}
	}
	return n
}

// columnBytes returns the size of rows lo … hi-1 of c: see the package comment.
func columnBytes(c *batch.Column, lo, hi int) (n int64) {
	if lo == hi {
		return 0 // c may be nil: no elements, no column
	}
	switch c.Form() {
	case batch.FormConstant:
		return valueBytes(c.Schema(), c.Const) * int64(hi-lo)
	case batch.FormDictionary:
		for i := lo; i < hi; i++ {
			if c.Valid.Has(i) {
				k := int(c.Index[i])
				n += columnBytes(c.Dict, k, k+1)
			}
		}
		return n
	case batch.FormDynamic:
		return dynamicBytes(c, lo, hi)
	}
	switch kind := c.Schema().Kind(); kind {
	case batch.KindString, batch.KindBytes:
		return viewBytes(&c.Bytes, lo, hi)
	case batch.KindStruct:
		for _, child := range c.Children {
			if c.Valid == nil {
				n += columnBytes(child, lo, hi)
				continue
			}
			for i := lo; i < hi; i++ {
				if c.Valid.Get(i) {
					n += columnBytes(child, i, i+1)
				}
			}
		}
		return n
	case batch.KindArray, batch.KindMap:
		for i := lo; i < hi; i++ {
			if c.Valid.Has(i) {
				for _, child := range c.Children {
					n += columnBytes(child, int(c.Offsets[i]), int(c.Offsets[i+1]))
				}
			}
		}
		return n
	default:
		return present(c, lo, hi) * int64(kind.FixedBytes())
	}
}

// dynamicBytes is columnBytes for schemaless values.
func dynamicBytes(c *batch.Column, lo, hi int) (n int64) {
	d := c.Dyn
	for i := lo; i < hi; i++ {
		switch tag := d.Tag(i); tag {
		case batch.TagString, batch.TagBytes:
			n += int64(d.Views()[i].Len)
		case batch.TagDecimal, batch.TagPacked:
			n += valueBytes(nil, c.Value(i))
		case batch.TagArray:
			v := d.Views()[i]
			n += columnBytes(d.Elems, int(v.Pos), int(v.Pos+v.Len))
		case batch.TagEntries:
			v := d.Views()[i]
			n += columnBytes(d.Keys, int(v.Pos), int(v.Pos+v.Len)) + columnBytes(d.Values, int(v.Pos), int(v.Pos+v.Len))
		case batch.TagStruct:
			n += valueBytes(nil, d.Boxed[d.Slots[i]])
		case batch.TagMap:
			sh := &d.Shapes[d.Slots[i]]
			for _, f := range sh.Fields {
				n += int64(len(d.Fields[f].Name))
			}
			if sh.Rest {
				rest := c.RestOf(i)
				for _, name, v, more := rest.Next(); more; _, name, v, more = rest.Next() {
					n += int64(len(name)) + valueBytes(nil, v)
				}
			}
		default:
			n += scalarBytes(tag)
		}
	}
	for _, f := range d.Fields {
		n += columnBytes(f.Column, lo, hi)
	}
	return n
}

// scalarBytes returns the width of a number, Boolean or date; 0 for other tags.
func scalarBytes(tag batch.Tag) int64 {
	switch tag {
	case batch.TagInt8, batch.TagBoolean:
		return 1
	case batch.TagInt16:
		return 2
	case batch.TagInt32, batch.TagFloat32:
		return 4
	case batch.TagInt64, batch.TagFloat64, batch.TagDate:
		return 8
	}
	return 0
}

// valueBytes returns the size of one value under s, which is nil for schemaless ones.
func valueBytes(s *batch.Schema, v batch.Value) (n int64) {
	var key, elem *batch.Schema
	if s != nil {
		if width := s.Kind().FixedBytes(); width > 0 && !v.IsNull() {
			return int64(width)
		}
		key, elem = s.Key(), s.Elem()
	}
	switch v.Tag() {
	case batch.TagArray:
		for _, e := range v.Array() {
			n += valueBytes(elem, e)
		}
	case batch.TagMap:
		m := v.Map()
		for i := range m.Keys {
			n += valueBytes(key, m.Keys[i]) + valueBytes(elem, m.Values[i])
		}
	case batch.TagStruct:
		own := v.Struct()
		for i, f := range own.Fields {
			n += valueBytes(own.Schema.Fields()[i].Schema, f)
		}
	case batch.TagString, batch.TagBytes, batch.TagDecimal:
		return int64(v.TextBytes())
	default:
		return scalarBytes(v.Tag())
	}
	return n
}
