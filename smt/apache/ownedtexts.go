package apache

import (
	"strings"

	"github.com/millrace/millrace/batch"
)

// ownedTexts reads rows of a column as values that do not live in its batch. The texts of a column are
// copied once, all together: a text of its own for each costs more than all that is done with it.
type ownedTexts struct {
	column *batch.Column
	texts  string // of the rows to come
}

// textsOf prepares to read rows, which are listed, in their order.
func textsOf(c *batch.Column, rows batch.Selection) ownedTexts {
	o := ownedTexts{column: c}
	n := 0
	for _, i := range rows {
		text, _ := o.text(int(i))
		n += len(text)
	}
	if n == 0 {
		return o
	}
	var texts strings.Builder
	texts.Grow(n)
	for _, i := range rows {
		text, _ := o.text(int(i))
		texts.Write(text)
	}
	o.texts = texts.String()
	return o
}

// text returns the text of row i where it is one that lies in the column, borrowed.
func (o *ownedTexts) text(i int) (text []byte, ok bool) {
	c := o.column
	switch c.Form() {
	case batch.FormPlain:
		if c.Schema().Kind() == batch.KindString && c.Valid.Has(i) {
			return c.At(i), true
		}
	case batch.FormDynamic:
		if c.Dyn.Tag(i) == batch.TagString {
			return c.ViewBytes(c.Dyn.Views()[i]), true
		}
	}
	return nil, false
}

// next returns the value of the next row.
func (o *ownedTexts) next(i int) batch.Value {
	text, ok := o.text(i)
	if !ok {
		return o.column.Value(i)
	}
	v := batch.StringValue(o.texts[:len(text)])
	o.texts = o.texts[len(text):]
	return v
}
