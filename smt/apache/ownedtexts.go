package apache

import (
	"strings"

	"github.com/millrace/millrace/batch"
)

// ownedTexts reads rows of a column as values that do not live in its batch. The texts of a plain column are
// copied once, all together: a text of its own for each costs more than all that is done with it.
type ownedTexts struct {
	column *batch.Column
	texts  string // of the rows to come
	shared bool   // texts is where they are
}

// textsOf prepares to read rows, which are listed, in their order.
func textsOf(c *batch.Column, rows batch.Selection) ownedTexts {
	o := ownedTexts{column: c}
	if c.Form() != batch.FormPlain || c.Schema().Kind() != batch.KindString {
		return o
	}
	o.shared = true
	n := 0
	for _, i := range rows {
		if c.Valid.Has(int(i)) {
			n += len(c.At(int(i)))
		}
	}
	var texts strings.Builder
	texts.Grow(n)
	for _, i := range rows {
		if c.Valid.Has(int(i)) {
			texts.Write(c.At(int(i)))
		}
	}
	o.texts = texts.String()
	return o
}

// next returns the value of the next row.
func (o *ownedTexts) next(i int) batch.Value {
	if !o.shared || !o.column.Valid.Has(i) {
		return o.column.Value(i)
	}
	n := len(o.column.At(i))
	v := batch.StringValue(o.texts[:n])
	o.texts = o.texts[n:]
	return v
}
