package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/java"
)

// objectEdit makes a column of maps that are copies of those in another, changed by put and remove: in
// every row alike, at a cost per shape. Source: new HashMap<>(map), put, remove.
type objectEdit struct {
	b    *batch.Batch
	maps *mapOrders
	from *batch.Column
	out  *batch.Column
	gone []bool // per field: removed
}

// copyObjects starts an edit of copies of c's maps. It is usable until the next call.
func (o *mapOrders) copyObjects(b *batch.Batch, c *batch.Column) *objectEdit {
	e := &o.edit
	gone := slices.Grow(e.gone[:0], len(c.Dyn.Fields))[:len(c.Dyn.Fields)]
	clear(gone)
	*e = objectEdit{b: b, maps: o, from: c, out: withTags(b, c, c.Dyn.Tags), gone: gone}
	e.out.Dyn.Linked = false
	return e
}

// put sets a member in every map.
func (e *objectEdit) put(name string, c *batch.Column) {
	d := e.out.Dyn
	at := d.Field(name)
	if at < 0 {
		at = len(d.Fields)
		d.Fields = append(d.Fields, batch.DynamicField{Name: name})
		e.gone = append(e.gone, false)
	}
	d.Fields[at].Column = c
	e.gone[at] = false
	for i := range d.Shapes {
		sh := &d.Shapes[i]
		if !slices.Contains(sh.Fields, int32(at)) {
			sh.Fields = append(e.room(sh.Fields), int32(at))
		}
	}
}

// remove takes a member out of every map.
func (e *objectEdit) remove(name string) {
	at := e.out.Dyn.Field(name)
	if at < 0 {
		return
	}
	e.gone[at] = true
	for i := range e.out.Dyn.Shapes {
		sh := &e.out.Dyn.Shapes[i]
		if k := slices.Index(sh.Fields, int32(at)); k >= 0 {
			sh.Fields = slices.Delete(e.room(sh.Fields), k, k+1)
		}
	}
}

// room returns a copy of a shape's fields with room for one more.
func (e *objectEdit) room(fields []int32) []int32 {
	return append(mem.Alloc[int32](&e.b.Arena, len(fields)+1)[:0], fields...)
}

// column returns the result and ends the edit.
func (e *objectEdit) column() *batch.Column {
	d := e.out.Dyn
	for i := range d.Shapes {
		d.Shapes[i].HashOrder = e.order(&e.from.Dyn.Shapes[i], &d.Shapes[i])
	}
	if slices.Contains(e.gone, true) {
		e.compact()
	}
	out := e.out
	*e = objectEdit{gone: e.gone}
	return out
}

// order returns the fields of a shape in the order in which the copied map iterates.
func (e *objectEdit) order(from, to *batch.Shape) []int32 {
	all := e.maps.iteration(e.maps.all[:0], e.from.Dyn, from)
	first := java.TableSize(16)
	if len(all) > 0 {
		first = java.CopyTableSize(len(all))
	}
	for _, f := range to.Fields {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	e.maps.all = all
	order := e.room(to.Fields)[:0]
	for _, i := range e.maps.of(e.maps.namesOf(e.out.Dyn, all), first) {
		if !e.gone[all[i]] {
			order = append(order, all[i])
		}
	}
	return order
}

// compact drops the fields that no shape has.
func (e *objectEdit) compact() {
	d := e.out.Dyn
	to := make([]int32, len(d.Fields))
	kept := d.Fields[:0]
	for i, f := range d.Fields {
		to[i] = int32(len(kept))
		if !e.gone[i] {
			kept = append(kept, f)
		}
	}
	d.Fields = kept
	for i := range d.Shapes {
		sh := &d.Shapes[i]
		sh.Fields = renumbered(e.b, sh.Fields, to)
		sh.HashOrder = renumbered(e.b, sh.HashOrder, to)
	}
}

func renumbered(b *batch.Batch, fields, to []int32) []int32 {
	out := mem.Alloc[int32](&b.Arena, len(fields))
	for i, f := range fields {
		out[i] = to[f]
	}
	return out
}
