package primitive

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/internal/java"
)

// stringEncoder writes values as Java's toString has them.
type stringEncoder struct {
	charset *java.Charset
	text    []byte  // scratch: a row's text
	bad     []int32 // scratch: rows of malformed text
}

// Encode writes the text of the selected rows; null stays null. Valid strings are copied in one go,
// other columns are written row by row. A row is refused only when the text of all exceeds one buffer.
func (e *stringEncoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	if !e.charset.IsUTF8() || !e.appendStrings(dst, out.Column, out.Sel) {
		e.encodeRows(dst, out, status)
	}
	return nil
}

// appendStrings writes a column of nothing but valid strings and nulls and reports whether c is one.
func (e *stringEncoder) appendStrings(dst *batch.BytesBuilder, c *batch.Column, sel batch.Selection) bool {
	switch {
	case c.Form() == batch.FormPlain && c.Schema().Kind() == batch.KindString:
		return e.allValid(&c.Bytes, sel) && copyViews(dst, &c.Bytes, sel)
	case c.Form() == batch.FormDynamic && c.Dyn.IsUniform(batch.TagString):
		b := batch.Bytes{Bufs: c.Bufs, Views: c.Dyn.Views()}
		return e.allValid(&b, sel) && copyViews(dst, &b, sel)
	case c.Form() == batch.FormDictionary && c.Schema().Kind() == batch.KindString && c.Dict.Form() == batch.FormPlain:
		return e.allValid(&c.Dict.Bytes, nil) && copyDictionary(dst, c, sel)
	}
	return false
}

// allValid reports whether the selected present rows of b are valid UTF-8.
func (e *stringEncoder) allValid(b *batch.Bytes, sel batch.Selection) bool {
	e.bad = appendMalformed(e.bad[:0], b, sel)
	return len(e.bad) == 0
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
	e.text = literal.JavaText{Linked: linked}.Append(e.text[:0], v)
	dst.Buf = e.charset.AppendEncoded(dst.Buf, e.text)
	if len(dst.Buf) > batch.MaxBufferBytes {
		dst.Undo()
		status.Fail(int32(i), c.Len(), tooMuchText(c.Len()))
		return
	}
	dst.EndRow(i)
}
