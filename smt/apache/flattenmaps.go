package apache

import "github.com/millrace/millrace/batch"

// untyped is columns for rows without schema: one map after the other, as the members of a row depend on
// what is in it at every level. The resulting maps keep the order of their members.
func (t *flatten) untyped(b *batch.Batch, c *batch.Column) {
	linked := c.Dyn != nil && c.Dyn.Linked
	values := make([]batch.Value, b.Len())
	some := false
	for _, i := range listed(b, live(b)) {
		v := c.Value(int(i))
		if v.IsNull() {
			continue
		}
		some = true
		m, err := requireMap(v, flattening)
		out := &batch.MapValue{}
		if err == nil {
			err = t.inMap(out, m, "", linked)
		}
		if err != nil {
			b.Status.Fail(i, b.Len(), err)
			continue
		}
		values[i] = batch.MapValueOf(out)
	}
	if !some {
		return
	}
	flat := b.DynamicColumn(values, false)
	flat.Dyn.Linked = true // the maps inside of lists stay what they were
	t.setColumn(b, flat)
}
