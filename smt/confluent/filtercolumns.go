package confluent

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// columns drops rows by a new selection: the columns stay as they are.
func (t *filter) columns(b *batch.Batch) bool {
	if t.simple == nil {
		return false
	}
	c := t.side.Column(b)
	rows, null := divide(b, c, liveRows(b))
	field, ok := t.fields(c, rows)
	if !ok {
		return false
	}
	match, ok := t.simple.Match(rows, field)
	if !ok {
		return false
	}
	keep := columnar.Room(b, len(rows))
	for k, i := range rows {
		if match[k] == t.include {
			keep = append(keep, i)
		}
	}
	b.Sel = merge(b, keep, null)
	return true
}

// fields returns how to find the column of a member of c; ok is false where some have none of their own.
func (t *filter) fields(c *batch.Column, rows batch.Selection) (field func(name string) *batch.Column, ok bool) {
	if c.Form() == batch.FormPlain && c.Schema().Kind() == batch.KindStruct {
		for _, f := range c.Schema().Fields() {
			if f.Schema.HasDefault() {
				return nil, false
			}
		}
		return c.Child, true
	}
	if c.Form() != batch.FormDynamic {
		return nil, false
	}
	d := c.Dyn
	for i := range d.Shapes {
		if d.Shapes[i].Rest {
			return nil, false
		}
	}
	for _, i := range rows {
		if d.Tag(int(i)) != batch.TagMap {
			return nil, false
		}
	}
	return func(name string) *batch.Column {
		if at := d.Field(name); at >= 0 {
			return d.Fields[at].Column
		}
		return nil
	}, true
}
