package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt/internal/columnar"
)

// objects returns a schemaless column as a dynamic one, and its live rows by class: maps in present, null
// in bare, and rows of other classes, which fail with the error of requireMap. ok is false for a column
// with maps that have no columnar form: an overflow, keys that are no strings. Nothing has failed then.
func objects(b *batch.Batch, c *batch.Column, purpose string) (_ *batch.Column, p parts, ok bool) {
	if c.Form() == batch.FormConstant {
		if c.Const.IsNull() {
			return c, parts{none, none, columnar.Live(b)}, true
		}
		c = b.PlainColumn(c)
	}
	d := c.Dyn
	for i := range d.Shapes {
		if d.Shapes[i].Rest {
			return c, p, false
		}
	}
	if d.IsUniform(batch.TagMap) {
		return c, parts{columnar.Live(b), none, none}, true
	}
	rows := columnar.Listed(b, columnar.Live(b))
	p = parts{columnar.Room(b, len(rows)), none, columnar.Room(b, len(rows))}
	var others batch.Selection
	for _, i := range rows {
		switch d.Tag(int(i)) {
		case batch.TagMap:
			p.present = append(p.present, i)
		case batch.TagNull, batch.TagAbsent:
			p.bare = append(p.bare, i)
		case batch.TagEntries, batch.TagPacked:
			return c, parts{}, false
		default:
			others = append(others, i)
		}
	}
	for _, i := range others {
		b.Status.Fail(i, b.Len(), notMap(purpose, d.Tag(int(i))))
	}
	return c, p, true
}

// withoutAbsent returns c with null in the rows in which it is absent.
func withoutAbsent(b *batch.Batch, c *batch.Column) *batch.Column {
	if c.Form() != batch.FormDynamic {
		return c
	}
	d := c.Dyn
	if d.Tags == nil {
		if d.Uniform == batch.TagAbsent {
			return b.NullColumn(c.Len())
		}
		return c
	}
	some := false
	for _, t := range d.Tags {
		some = some || t == batch.TagAbsent
	}
	if !some {
		return c
	}
	tags := mem.Alloc[batch.Tag](&b.Arena, len(d.Tags))
	for i, t := range d.Tags {
		if t == batch.TagAbsent {
			t = batch.TagNull
		}
		tags[i] = t
	}
	return withTags(b, c, tags)
}

// withTags returns a dynamic column like c with other tags.
func withTags(b *batch.Batch, c *batch.Column, tags []batch.Tag) *batch.Column {
	out := b.NewDynamic(0)
	d, s := out.Dyn, c.Dyn
	children := out.Children // a header's own array, which its next user gets
	*out = *c
	out.Children = children
	own := *d // with the slices that its next user gets
	*d = *s
	d.Fields, d.Shapes, d.Boxed = own.Fields[:0], own.Shapes[:0], own.Boxed[:0]
	d.Fields = append(d.Fields, s.Fields...)
	d.Shapes = append(d.Shapes, s.Shapes...)
	d.Boxed = append(d.Boxed, s.Boxed...)
	d.Tags, out.Dyn = tags, d
	return out
}

// memberOf returns the column of a member of those rows of c that are maps, with null in all others.
func memberOf(b *batch.Batch, c *batch.Column, maps batch.Selection, name string) *batch.Column {
	at := c.Dyn.Field(name)
	if at < 0 || columnar.IsEmpty(maps) {
		return b.NullColumn(b.Len())
	}
	m := c.Dyn.Fields[at].Column
	if maps == nil {
		return withoutAbsent(b, m)
	}
	if m.Form() == batch.FormConstant {
		m = b.PlainColumn(m)
	}
	tags := mem.Zeroed[batch.Tag](&b.Arena, b.Len()) // TagNull
	for _, i := range maps {
		if t := m.Dyn.Tag(int(i)); t != batch.TagAbsent {
			tags[i] = t
		}
	}
	return withTags(b, m, tags)
}

// nestedMaps returns the column of a member that has maps, and which of the given rows of c have one there.
// ok is false where a row has anything else but null, or maps without columnar form.
func nestedMaps(b *batch.Batch, c *batch.Column, maps batch.Selection, name string) (_ *batch.Column, _ batch.Selection, ok bool) {
	at := c.Dyn.Field(name)
	if at < 0 {
		return c, none, true
	}
	m := c.Dyn.Fields[at].Column
	if m.Form() == batch.FormConstant {
		m = b.PlainColumn(m)
	}
	for i := range m.Dyn.Shapes {
		if m.Dyn.Shapes[i].Rest {
			return c, nil, false
		}
	}
	if m.Dyn.IsUniform(batch.TagMap) {
		return m, maps, true
	}
	found := batch.Selection(mem.Alloc[int32](&b.Arena, b.Len())[:0])
	for _, i := range columnar.Listed(b, maps) {
		switch m.Dyn.Tag(int(i)) {
		case batch.TagMap:
			found = append(found, i)
		case batch.TagNull, batch.TagAbsent:
		default:
			return c, nil, false
		}
	}
	return m, found, true
}

// hasPacked reports whether a schemaless column has values in packed form.
func hasPacked(c *batch.Column) bool {
	return c.Form() == batch.FormDynamic && (c.Dyn.IsUniform(batch.TagPacked) || slices.Contains(c.Dyn.Tags, batch.TagPacked))
}

// newObjects returns a column of maps with the given members, in every row. first is the size of the
// HashMap's first table.
func newObjects(b *batch.Batch, names []string, members []*batch.Column, first int) *batch.Column {
	n := b.Len()
	c := b.NewDynamic(n)
	d := c.Dyn
	d.Tags, d.Uniform = nil, batch.TagMap
	clear(d.Slots)
	order := mem.Alloc[int32](&b.Arena, len(names))
	for i, name := range names {
		d.Fields = append(d.Fields, batch.DynamicField{Name: name, Column: members[i]})
		order[i] = int32(i)
	}
	d.Shapes = append(d.Shapes, batch.Shape{Fields: order, HashOrder: java.HashMapOrderSized(names, first)})
	return c
}
