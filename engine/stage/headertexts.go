package stage

import (
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// textBytes returns the texts of a header as bytes, which w keeps alive. ok is false where a live row has
// anything but null or text that is UTF-8.
func textBytes(w *batch.Batch, h *batch.HeaderColumn) (out batch.Bytes, ok bool) {
	c := h.Column
	switch c.Form() {
	case batch.FormConstant:
		if c.Const.Tag() != batch.TagString || !utf8.ValidString(c.Const.Str()) || len(c.Const.Str()) > batch.MaxBufferBytes {
			return out, false
		}
		return repeated(w, []byte(c.Const.Str()), false), true
	case batch.FormPlain:
		if c.Schema().Kind() != batch.KindString {
			return out, false
		}
		out = c.Bytes
	case batch.FormDictionary:
		if c.Schema().Kind() != batch.KindString || c.Dict.Form() != batch.FormPlain {
			return out, false
		}
		out = dictionaryTexts(w, c)
	case batch.FormDynamic:
		if out, ok = schemalessTexts(w, c); !ok {
			return out, false
		}
	}
	return out, validTexts(&out, w.Sel)
}

// dictionaryTexts returns a view of the entry of each present row.
func dictionaryTexts(w *batch.Batch, c *batch.Column) batch.Bytes {
	out := batch.Bytes{Bufs: c.Dict.Bufs, Views: mem.Zeroed[batch.View](&w.Arena, c.Len()), Valid: c.Valid}
	if c.Dict.Valid != nil {
		out.Valid = mem.Zeroed[uint64](&w.Arena, bits.Words(c.Len()))
	}
	for i, entry := range c.Index {
		if !c.Valid.Has(i) || !c.Dict.Valid.Has(int(entry)) {
			continue
		}
		out.Views[i] = c.Dict.Views[entry]
		if c.Dict.Valid != nil {
			out.Valid.Set(i)
		}
	}
	return out
}

// schemalessTexts returns the texts of a dynamic column whose live rows have nothing but texts and null.
func schemalessTexts(w *batch.Batch, c *batch.Column) (out batch.Bytes, ok bool) {
	out = batch.Bytes{Bufs: c.Bufs, Views: c.Dyn.Views()}
	if c.Dyn.IsUniform(batch.TagString) {
		return out, true
	}
	ok = true
	out.Valid = mem.Zeroed[uint64](&w.Arena, bits.Words(c.Len()))
	each(w, func(row int32) {
		switch c.Dyn.Tag(int(row)) {
		case batch.TagString:
			out.Valid.Set(int(row))
		case batch.TagNull, batch.TagAbsent:
		default:
			ok = false
		}
	})
	return out, ok && out.Views != nil
}

// validTexts reports whether the selected present rows are UTF-8.
func validTexts(b *batch.Bytes, sel batch.Selection) bool {
	if sel == nil {
		for i := range b.Views {
			if b.Valid.Has(i) && !utf8.Valid(b.At(i)) {
				return false
			}
		}
		return true
	}
	for _, i := range sel {
		if b.Valid.Has(int(i)) && !utf8.Valid(b.At(int(i))) {
			return false
		}
	}
	return true
}
