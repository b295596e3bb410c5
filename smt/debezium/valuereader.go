package debezium

import (
	"bytes"

	"github.com/millrace/millrace/batch"
)

// valueReader reads a column's rows as values, and makes one value of equal texts in a row: headers of
// change events repeat (the operation, the table, the connector).
type valueReader struct {
	column *batch.Column

	text []byte // of last
	last batch.Value
}

func (r *valueReader) value(i int) batch.Value {
	c := r.column
	switch c.Form() {
	case batch.FormConstant:
		return c.Const
	case batch.FormDictionary:
		if !c.Valid.Has(i) {
			return batch.Null()
		}
		c, i = c.Dict, int(c.Index[i])
	}
	if c.Form() != batch.FormPlain || c.Schema().Kind() != batch.KindString || !c.Valid.Has(i) {
		return c.Value(i)
	}
	text := c.At(i)
	if r.last.IsNull() || !bytes.Equal(r.text, text) {
		r.text, r.last = text, c.Value(i)
	}
	return r.last
}
