package primitive

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// stringEncoder writes values as Java's toString has them.
type stringEncoder struct {
	charset *java.Charset
	text    []byte // scratch: a row's text, where the charset is not UTF-8
}

// Encode writes the text of the selected rows; null stays null. Strings are copied in one pass, other
// values go row by row. A row is refused only when the text of all exceeds one buffer.
func (e *stringEncoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	if !e.charset.IsUTF8() || !appendStrings(dst, out.Column, out.Sel) {
		e.encodeRows(dst, out, status)
	}
	return nil
}

// appendStrings writes a column that holds nothing but strings and nulls and reports whether c is one.
func appendStrings(dst *batch.BytesBuilder, c *batch.Column, sel batch.Selection) bool {
	switch {
	case c.Form() == batch.FormPlain && c.Schema().Kind() == batch.KindString:
		return appendViews(dst, &c.Bytes, sel)
	case c.Form() == batch.FormDynamic && c.Dyn.IsUniform(batch.TagString):
		return appendViews(dst, &batch.Bytes{Bufs: c.Bufs, Views: c.Dyn.Views()}, sel)
	case c.Form() == batch.FormDictionary && c.Schema().Kind() == batch.KindString && c.Dict.Form() == batch.FormPlain:
		return appendDictionary(dst, c, sel)
	}
	return false
}

// appendViews copies the selected present rows of b, in one pass; it does nothing and reports false
// where they might not fit into one buffer.
func appendViews(dst *batch.BytesBuilder, b *batch.Bytes, sel batch.Selection) bool {
	total := kernel.SumLengths(b.Views, b.Valid, sel)
	if total > batch.MaxBufferBytes-len(dst.Buf) {
		return false
	}
	dst.Grow(total)
	switch {
	case sel == nil && b.Valid == nil:
		for i, v := range b.Views {
			p := v.Pos &^ batch.InArena
			dst.Buf = append(dst.Buf, b.Bufs[v.Pos>>31][p:p+v.Len]...)
			dst.EndRow(i)
		}
	case sel == nil:
		for i := range b.Views {
			if b.Valid.Get(i) {
				dst.Buf = append(dst.Buf, b.At(i)...)
				dst.EndRow(i)
			}
		}
	default:
		for _, r := range sel {
			if b.Valid.Has(int(r)) {
				dst.Buf = append(dst.Buf, b.At(int(r))...)
				dst.EndRow(int(r))
			}
		}
	}
	return true
}

// appendDictionary copies the selected present rows of a dictionary of plain strings; it does nothing
// and reports false where they might not fit into one buffer.
func appendDictionary(dst *batch.BytesBuilder, c *batch.Column, sel batch.Selection) bool {
	longest := 0
	for _, v := range c.Dict.Views {
		longest = max(longest, int(v.Len))
	}
	if longest*sel.Count(c.Len()) > batch.MaxBufferBytes-len(dst.Buf) {
		return false
	}
	if sel == nil {
		for i, x := range c.Index {
			if c.Valid.Has(i) && c.Dict.Valid.Has(int(x)) {
				dst.Buf = append(dst.Buf, c.Dict.At(int(x))...)
				dst.EndRow(i)
			}
		}
		return true
	}
	for _, r := range sel {
		if x := int(c.Index[r]); c.Valid.Has(int(r)) && c.Dict.Valid.Has(x) {
			dst.Buf = append(dst.Buf, c.Dict.At(x)...)
			dst.EndRow(int(r))
		}
	}
	return true
}

// encodeRows writes any column, row by row.
func (e *stringEncoder) encodeRows(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) {
	if out.Sel == nil {
		for i := range out.Column.Len() {
			e.encodeRow(dst, out.Column, i, status)
		}
		return
	}
	for _, r := range out.Sel {
		e.encodeRow(dst, out.Column, int(r), status)
	}
}

func (e *stringEncoder) encodeRow(dst *batch.BytesBuilder, c *batch.Column, i int, status *batch.Status) {
	v := c.Value(i)
	if v.IsNull() {
		return
	}
	linked := c.Form() != batch.FormDynamic || c.Dyn.Linked
	if e.charset.IsUTF8() {
		dst.Buf = appendText(dst.Buf, v, linked)
	} else {
		e.text = appendText(e.text[:0], v, linked)
		dst.Buf = e.charset.AppendEncoded(dst.Buf, e.text)
	}
	if len(dst.Buf) > batch.MaxBufferBytes {
		dst.Undo()
		status.Fail(int32(i), c.Len(), tooMuchText(c.Len()))
		return
	}
	dst.EndRow(i)
}
