package columnar

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// Put fails those of rows whose value in c does not fit the struct field that it is put into: null where
// the field is required, at any depth. present are the rows that have a value to put at all, nil all.
//
// Source: Struct.put, which validates what is put, nested structs too.
func Put(b *batch.Batch, rows batch.Selection, f *batch.Field, c *batch.Column, present bits.Bitmap) {
	if !missesValue(&b.Arena, f.Schema, c, present) {
		return
	}
	for _, i := range Listed(b, rows) {
		if err := f.Schema.ValidateField(f.Name, c.Value(int(i))); err != nil {
			b.Status.Fail(i, b.Len(), err)
		}
	}
}

// missesValue reports whether some present row of c may have null where s asks for a value, or a value that
// the name of s does not allow. It reads bitmaps, not rows, and may say so for rows outside of any selection.
func missesValue(a *mem.Arena, s *batch.Schema, c *batch.Column, present bits.Bitmap) bool {
	if misnamed(s) {
		return true
	}
	switch c.Form() {
	case batch.FormConstant:
		if s.Kind() < batch.KindArray && s.Logical() == batch.LogicalNone && c.Const.Tag() == batch.TagOf(s.Kind()) {
			return false
		}
		return s.Validate(c.Const) != nil
	case batch.FormDictionary:
		return !s.Optional() && anyMissing(present, c.Valid, c.Len()) || missesValue(a, s, c.Dict, nil)
	case batch.FormDynamic:
		return false
	}
	if !s.Optional() && anyMissing(present, c.Valid, c.Len()) {
		return true
	}
	switch s.Kind() {
	case batch.KindStruct:
		for i, f := range s.Fields() {
			child := c.Children[i]
			if !settled(f.Schema, child) && childMisses(a, f.Schema, child, Both(a, present, c.Valid)) {
				return true
			}
		}
	case batch.KindArray, batch.KindMap:
		for k, child := range c.Children {
			below := s.Elem()
			if s.Kind() == batch.KindMap && k == 0 {
				below = s.Key()
			}
			if below == nil || missesValue(a, below, child, nil) {
				return true
			}
		}
	}
	return false
}

// settled reports at a glance that no row of a child misses a value.
func settled(s *batch.Schema, c *batch.Column) bool {
	return s.Kind() < batch.KindArray && c.Form() == batch.FormPlain && !misnamed(s) && (c.Valid == nil || s.Optional() || s.HasDefault())
}

// misnamed reports whether s has the name of a logical type that is not its own: SetSchemaMetadata and Cast
// of whole values make such schemas.
func misnamed(s *batch.Schema) bool {
	if !s.HasName() || s.Logical() != batch.LogicalNone {
		return false
	}
	switch s.Name() {
	case batch.DecimalName, batch.DateName, batch.TimeName, batch.TimestampName:
		return true
	}
	return false
}

// childMisses is missesValue for a field of a struct that was filled before: null passes where there is a
// default. Source: Struct.validate.
func childMisses(a *mem.Arena, s *batch.Schema, c *batch.Column, present bits.Bitmap) bool {
	if !s.HasDefault() {
		return missesValue(a, s, c, present)
	}
	return s.Kind() >= batch.KindArray && missesValue(a, batch.From(s).Optional(true).Build(), c, present)
}

// anyMissing reports whether one of the n rows is present and not valid.
func anyMissing(present, valid bits.Bitmap, n int) bool {
	if present == nil || valid == nil {
		return !valid.All(n)
	}
	for w, v := range valid {
		if present[w]&^v != 0 {
			return true
		}
	}
	return false
}
