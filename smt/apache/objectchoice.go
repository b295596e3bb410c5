package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/java"
)

// objectChoice makes a column of maps with some of the members of those in another, under new names.
// Source: new HashMap<>(map.size()), put.
type objectChoice struct {
	b    *batch.Batch
	maps *mapOrders
	from *batch.Column
	out  *batch.Column
	to   []int32 // per field of from: its place in out, -1 if it is left out
}

// chooseObjects starts maps of some of the members of c's. It is usable until the next call.
func (o *mapOrders) chooseObjects(b *batch.Batch, c *batch.Column) *objectChoice {
	e := &o.choice
	to := slices.Grow(e.to[:0], len(c.Dyn.Fields))[:len(c.Dyn.Fields)]
	*e = objectChoice{b: b, maps: o, from: c, out: withTags(b, c, c.Dyn.Tags), to: to}
	for i := range e.to {
		e.to[i] = -1
	}
	d := e.out.Dyn
	d.Linked, d.Fields = false, d.Fields[:0]
	return e
}

// keep takes a field over; it is false where the name is taken.
func (e *objectChoice) keep(field int, name string) bool {
	d := e.out.Dyn
	if d.Field(name) >= 0 {
		return false
	}
	e.to[field] = int32(len(d.Fields))
	d.Fields = append(d.Fields, batch.DynamicField{Name: name, Column: e.from.Dyn.Fields[field].Column})
	return true
}

// column returns the result and ends the choice.
func (e *objectChoice) column() *batch.Column {
	from, d := e.from.Dyn, e.out.Dyn
	for i := range d.Shapes {
		e.maps.all = e.maps.iteration(e.maps.all[:0], from, &from.Shapes[i])
		order := e.chosen(e.maps.all)
		hash := mem.Alloc[int32](&e.b.Arena, len(order))
		for k, at := range e.maps.of(e.maps.namesOf(d, order), java.TableSize(len(from.Shapes[i].Fields))) {
			hash[k] = order[at]
		}
		d.Shapes[i] = batch.Shape{Fields: e.chosen(from.Shapes[i].Fields), HashOrder: hash}
	}
	out := e.out
	*e = objectChoice{to: e.to}
	return out
}

// chosen returns the places of those fields that were taken over.
func (e *objectChoice) chosen(fields []int32) []int32 {
	out := mem.Alloc[int32](&e.b.Arena, max(len(fields), 1))[:0]
	for _, f := range fields {
		if e.to[f] >= 0 {
			out = append(out, e.to[f])
		}
	}
	return out
}
