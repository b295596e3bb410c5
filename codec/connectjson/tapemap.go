package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// tapeMap reads an object into a MAP of string keys, in HashMap order.
//
// Values are written in that order and not in the text's, so that where one fails they are read again, to find the one that Java reads first.
func (d *decoder) tapeMap(c *column, r int, v jsonscan.Ref) (first misfit, err error) {
	t := &d.tape
	if kind := t.Kind(v); kind != jsonscan.Object {
		return misfit{}, codec.Data("Maps with string fields should be encoded as JSON objects, but found %s", kind.TypeName())
	}
	c.room(r)
	c.present(r)
	c.open(r)
	members := make([]jsonscan.Entry, 0, t.Count(v))
	hashes := make([]int32, 0, t.Count(v))
	all := t.Members(v)
	for e, ok := all.NextEntry(); ok; e, ok = all.NextEntry() {
		members = append(members, e)
		hashes = append(hashes, java.HashString(t.NameOf(e)))
	}
	base := c.elem.rows
	order := java.HashOrder(hashes, firstTable, func(a, b int32) int {
		return java.CompareUTF16(t.NameOf(members[a]), t.NameOf(members[b]))
	})
	for n, k := range order {
		row := base + n
		name := t.NameOf(members[k])
		d.tapeKey(c.key, row, name)
		m, err := d.tapeTyped(c.elem, row, t.ValueOf(members[k]), true)
		if err != nil {
			return misfit{}, d.firstError(c, base, v, err)
		}
		c.elem.room(row)
		if m.is && !first.is {
			first = misfit{true, mapSkeleton(batch.StringValue(string(name)), m.value), m.checked}
		}
	}
	c.elem.rows, c.key.rows = base+len(order), base+len(order)
	c.close(r)
	return first, nil
}

// tapeKey writes the name of a member into row r of c, a column of strings.
func (d *decoder) tapeKey(c *column, r int, name []byte) {
	c.room(r)
	from := len(d.Text)
	d.Text = append(d.Text, name...)
	c.views[r], _ = d.Written(from) // readTape saw that there is room
}

// firstError reads the values of the object v in their order until one fails, all into row base of c's elements, which nobody reads then.
func (d *decoder) firstError(c *column, base int, v jsonscan.Ref, other error) error {
	all := d.tape.Members(v)
	for name, item, ok := all.Next(); ok; name, item, ok = all.Next() {
		if _, err := d.tapeTyped(c.elem, base, item, true); err != nil {
			return codec.InField(err, string(name))
		}
	}
	return other
}

func mapSkeleton(key, value batch.Value) batch.Value {
	return batch.MapValueOf(&batch.MapValue{Keys: []batch.Value{key}, Values: []batch.Value{value}})
}
