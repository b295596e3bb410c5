package connectjson

import (
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// tapeDynamic writes the schemaless value v of the tape into row r of c.
// Source: JsonConverter.convertToConnect without a schema.
func (d *decoder) tapeDynamic(c *column, r int, v jsonscan.Ref) {
	if c.unread {
		return
	}
	c.room(r)
	switch kind := d.tape.Kind(v); kind {
	case jsonscan.String:
		text := d.tapeText(v)
		c.tags[r], c.spots[r] = batch.TagString, text
	case jsonscan.Array, jsonscan.Object:
		switch {
		case c.depth >= batch.DynamicDepthMax:
			from := len(d.Text)
			d.Text = pack(d.Text, &d.tape, v)
			c.tags[r] = batch.TagPacked
			c.spots[r], _ = d.Written(from) // readTape saw that there is room
		case kind == jsonscan.Array:
			d.tapeArray(c, r, v)
		default:
			d.tapeObject(c, r, v)
		}
	default:
		s := scalar(&d.tape, v)
		c.tags[r] = s.Tag()
		if s.Tag() == batch.TagFloat64 {
			c.slots[r] = math.Float64bits(s.Float())
		} else {
			c.slots[r] = uint64(s.Int())
		}
	}
}

func (d *decoder) tapeArray(c *column, r int, v jsonscan.Ref) {
	e := d.elements(c)
	start := e.rows
	e.reserve(d.tape.Count(v))
	all := d.tape.Elements(v)
	for {
		item, ok := all.Next()
		if !ok {
			break
		}
		d.tapeDynamic(e, e.rows, item)
	}
	c.tags[r], c.spots[r] = batch.TagArray, batch.View{Pos: uint32(start), Len: uint32(e.rows - start)}
}

// reserve makes room for n more rows of a column below an array, in one piece where steps would leave much of it unused.
func (c *column) reserve(n int) {
	if c.op == opDynamic && !c.unread && len(c.tags)+n > 2*cap(c.tags) {
		c.tags = append(make([]batch.Tag, 0, len(c.tags)+n), c.tags...)
		c.slots = append(make([]uint64, 0, len(c.slots)+n), c.slots...)
	}
}

func (d *decoder) tapeObject(c *column, r int, v jsonscan.Ref) {
	o := d.objects(c)
	if c.below && !d.affords(len(o.members)) {
		return
	}
	o.isWhole = false
	order := o.order[:0]
	rest := false
	all := d.tape.Members(v)
	for name, item, ok := all.Next(); ok; name, item, ok = all.Next() {
		m := d.member(c, o, name)
		if m == nil {
			rest = true
			continue
		}
		m.rows++
		order = append(order, m.place)
		d.tapeDynamic(m.column, r, item)
	}
	o.objects++
	o.misses++
	o.order = order
	if rest {
		d.tapeRest(c, o, r, v)
	}
	c.tags[r], c.slots[r] = batch.TagMap, uint64(o.shapes.number(order, rest, o.members))
}

// tapeRest packs the members of v that have no columns for row r of c.
func (d *decoder) tapeRest(c *column, o *object, r int, v jsonscan.Ref) {
	from := len(d.Text)
	all := d.tape.Members(v)
	place := 0
	for name, item, ok := all.Next(); ok; name, item, ok = all.Next() {
		if o.index[string(name)] == nil {
			d.Text = pack(batch.AppendRestName(d.Text, place, name), &d.tape, item)
		}
		place++
	}
	view, _ := d.Written(from) // readTape saw that there is room
	d.setRest(c, r, view)
}
