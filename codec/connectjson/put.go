package connectjson

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// put writes a value that the plain path read into row r of c. The value fits the schema.
func (f *fast) put(c *column, r int, v batch.Value) {
	if c.unread {
		return
	}
	if v.IsNull() {
		c.null(r)
		return
	}
	c.room(r)
	if c.op == opDynamic {
		f.putDynamic(c, r, v)
		return
	}
	c.present(r)
	switch c.op {
	case opInt8:
		c.fixed[r] = byte(v.Int())
	case opBoolean:
		c.fixed[r] = byte(v.Int())
	case opInt16:
		binary.NativeEndian.PutUint16(c.fixed[2*r:], uint16(v.Int()))
	case opInt32, opTime:
		binary.NativeEndian.PutUint32(c.fixed[4*r:], uint32(v.Int()))
	case opDate:
		binary.NativeEndian.PutUint32(c.fixed[4*r:], uint32(v.Int()/millisPerDay))
	case opFloat32:
		binary.NativeEndian.PutUint32(c.fixed[4*r:], math.Float32bits(float32(v.Float())))
	case opInt64, opTimestamp:
		binary.NativeEndian.PutUint64(c.fixed[8*r:], uint64(v.Int()))
	case opFloat64:
		binary.NativeEndian.PutUint64(c.fixed[8*r:], math.Float64bits(v.Float()))
	case opString, opBytes, opDecimal:
		from := len(f.text)
		f.text = append(append(f.text, v.Str()...), v.Bytes()...)
		if d := v.Decimal(); d != nil {
			f.text = java.AppendBigBytes(f.text, d.Unscaled)
			c.setScale(r, d.Scale)
		}
		c.views[r], _ = f.written(from) // its length was checked before
	case opArray:
		c.open(r)
		for _, e := range v.Array() {
			f.put(c.elem, c.elem.rows, e)
		}
		c.close(r)
	case opMap:
		c.open(r)
		for i, k := range v.Map().Keys {
			row := c.elem.rows
			f.put(c.key, row, k)
			f.put(c.elem, row, v.Map().Values[i])
		}
		c.close(r)
	case opStruct:
		for i, m := range c.object.members[:c.object.fields] {
			f.put(m.column, r, v.Struct().Fields[i])
		}
	}
}

// putDynamic writes a schemaless value.
func (f *fast) putDynamic(c *column, r int, v batch.Value) {
	c.tags[r] = v.Tag()
	switch v.Tag() {
	case batch.TagString:
		from := len(f.text)
		f.text = append(f.text, v.Str()...)
		c.spots[r], _ = f.written(from)
	case batch.TagFloat64:
		c.slots[r] = math.Float64bits(v.Float())
	case batch.TagArray, batch.TagMap:
		switch {
		case c.depth >= batch.DynamicDepthMax:
			var d batch.Dynamic // JSON has no structs, which alone would be kept in it
			from := len(f.text)
			f.text = d.AppendPacked(f.text, v)
			c.tags[r] = batch.TagPacked
			c.spots[r], _ = f.written(from)
		case v.Tag() == batch.TagArray:
			f.putArray(c, r, v.Array())
		default:
			f.putObject(c, r, v.Map())
		}
	default:
		c.slots[r] = uint64(v.Int())
	}
}

func (f *fast) putArray(c *column, r int, items []batch.Value) {
	e := f.elements(c)
	start := e.rows
	for _, v := range items {
		f.put(e, e.rows, v)
	}
	c.spots[r] = batch.View{Pos: uint32(start), Len: uint32(e.rows - start)}
}

func (f *fast) putObject(c *column, r int, m *batch.MapValue) {
	o := f.objects(c)
	var order []int32
	var others rest
	for i := range m.Keys {
		name := m.Keys[i].Str()
		k := f.member(c, o, []byte(name))
		if k == nil {
			others.add(i, name, m.Values[i])
			continue
		}
		k.rows++
		f.put(k.column, r, m.Values[i])
		order = append(order, k.place)
	}
	if len(others.names) > 0 {
		f.keepRest(c, r, &others) // its length was checked before
	}
	c.slots[r] = uint64(o.shapes.number(order, len(others.names) > 0, o.members))
}

// clear takes back what an attempt at row r left in the members of a schemaless column.
func (c *column) clear(r int) {
	if c.op != opDynamic || c.aside {
		return
	}
	c.tags[r] = batch.TagAbsent
	if c.object != nil {
		for _, m := range c.object.members {
			m.column.clear(r)
		}
	}
}
