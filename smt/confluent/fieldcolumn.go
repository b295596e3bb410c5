package confluent

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// fieldColumn finds the column of a top-level field of c, which holds structs or maps.
//
// Shape: inside are the rows that have a struct or map at all; the field's column may still be null or absent
// there. ok is false where the field has no column of its own (overflow of maps, maps with other keys than
// strings, forms that are not plain) or where a row is neither object nor null.
func fieldColumn(b *batch.Batch, c *batch.Column, rows batch.Selection, name string) (field *batch.Column, inside, null batch.Selection, ok bool) {
	switch {
	case c.Form() == batch.FormPlain && c.Schema().Kind() == batch.KindStruct:
		f := c.Schema().Field(name)
		if f == nil || f.Schema.HasDefault() {
			return nil, nil, nil, false
		}
		inside, null = divide(b, c, rows)
		return c.Children[f.Index], inside, null, true
	case c.Form() != batch.FormDynamic:
		return nil, nil, nil, false
	}
	d := c.Dyn
	for i := range d.Shapes {
		if d.Shapes[i].Rest {
			return nil, nil, nil, false
		}
	}
	at := d.Field(name)
	if at < 0 {
		return nil, nil, nil, false
	}
	field = d.Fields[at].Column
	if d.IsUniform(batch.TagMap) {
		return field, rows, batch.Selection{}, true
	}
	inside, null = columnar.Room(b, len(rows)), columnar.Room(b, len(rows))
	for _, i := range rows {
		switch d.Tag(int(i)) {
		case batch.TagMap:
			inside = append(inside, i)
		case batch.TagNull, batch.TagAbsent:
			null = append(null, i)
		default:
			return nil, nil, nil, false
		}
	}
	return field, inside, null, true
}

// textColumn reports whether textAt can read c, and whether it may meet values that are no text.
func textColumn(c *batch.Column) bool {
	if c.Form() == batch.FormDynamic {
		return true
	}
	s := c.Schema()
	return s != nil && s.Kind() == batch.KindString && (c.Form() == batch.FormPlain || c.Form() == batch.FormDictionary && c.Dict.Form() == batch.FormPlain)
}

// textAt returns the text of row i; tag is the class of what is there. Borrowed from the column.
func textAt(c *batch.Column, i int) (text []byte, tag batch.Tag) {
	switch c.Form() {
	case batch.FormDynamic:
		if tag = c.Dyn.Tag(i); tag == batch.TagString {
			return c.ViewBytes(c.Dyn.Views()[i]), tag
		}
		if tag == batch.TagAbsent {
			tag = batch.TagNull
		}
		return nil, tag
	case batch.FormDictionary:
		if c.IsNull(i) {
			return nil, batch.TagNull
		}
		return c.Dict.At(int(c.Index[i])), batch.TagString
	}
	if !c.Valid.Has(i) {
		return nil, batch.TagNull
	}
	return c.At(i), batch.TagString
}
