package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// mapOrders keeps the orders in which HashMaps with the latest sets of names iterate. The zero value is
// usable; it belongs to one transform.
type mapOrders struct {
	known []mapOrder // the latest used first
	names []string   // scratch
	all   []int32    // scratch of who asks

	edit   objectEdit   // the latest
	choice objectChoice // the latest
}

// ordersMax is how many orders are kept.
const ordersMax = 16

type mapOrder struct {
	names []string
	first int
	order []int32
}

// of returns the positions of names as a HashMap iterates whose first table has the given size.
// Borrowed, not to be written.
func (o *mapOrders) of(names []string, first int) []int32 {
	for i := range o.known {
		if k := o.known[i]; k.first == first && slices.Equal(k.names, names) {
			copy(o.known[1:i+1], o.known[:i])
			o.known[0] = k
			return k.order
		}
	}
	if len(o.known) < ordersMax {
		o.known = append(o.known, mapOrder{})
	}
	copy(o.known[1:], o.known)
	o.known[0] = mapOrder{slices.Clone(names), first, java.HashMapOrderSized(names, first)}
	return o.known[0].order
}

// namesOf returns the names of fields, until the next call.
func (o *mapOrders) namesOf(d *batch.Dynamic, fields []int32) []string {
	o.names = o.names[:0]
	for _, f := range fields {
		o.names = append(o.names, d.Fields[f].Name)
	}
	return o.names
}

// iteration appends the fields of a shape in the order in which its maps iterate.
func (o *mapOrders) iteration(dst []int32, d *batch.Dynamic, sh *batch.Shape) []int32 {
	switch {
	case d.Linked:
		return append(dst, sh.Fields...)
	case sh.HashOrder != nil:
		return append(dst, sh.HashOrder...)
	}
	for _, k := range o.of(o.namesOf(d, sh.Fields), java.TableSize(16)) {
		dst = append(dst, sh.Fields[k])
	}
	return dst
}
