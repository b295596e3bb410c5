package connectjson

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/internal/java"
)

// put writes a value into row r of a typed column: a default, a decimal or date, the key of a map. The value fits the schema.
func (f *fast) put(c *column, r int, v batch.Value) {
	if v.IsNull() {
		c.null(r)
		return
	}
	c.room(r)
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
		binary.NativeEndian.PutUint32(c.fixed[4*r:], uint32(v.Int()/jsonlogical.MillisPerDay))
	case opFloat32:
		binary.NativeEndian.PutUint32(c.fixed[4*r:], math.Float32bits(float32(v.Float())))
	case opInt64, opTimestamp:
		binary.NativeEndian.PutUint64(c.fixed[8*r:], uint64(v.Int()))
	case opFloat64:
		binary.NativeEndian.PutUint64(c.fixed[8*r:], math.Float64bits(v.Float()))
	case opString, opBytes, opDecimal:
		from := len(f.Text)
		f.Text = append(append(f.Text, v.Str()...), v.Bytes()...)
		if d := v.Decimal(); d != nil {
			f.Text = java.AppendBigBytes(f.Text, d.Unscaled)
			c.setScale(r, d.Scale)
		}
		c.views[r], _ = f.Written(from) // its length was checked before
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
			if m.column == nil {
				f.have(c, m)
			}
			f.put(m.column, r, v.Struct().Fields[i])
		}
	}
}

// clear takes back what an attempt at row r, the present one, left in the columns below a schemaless column at row level.
func (f *fast) clear(c *column, r int) {
	if c.op != opDynamic || c.aside {
		return
	}
	c.tags[r] = batch.TagAbsent
	if c.elem != nil && c.elem.round == f.round {
		c.elem.cut(c.elem.before, f.round)
	}
	if c.object != nil {
		for _, m := range c.object.members {
			f.clear(m.column, r)
		}
	}
}

// cut drops the rows from n on of a schemaless column below an array, which the present row brought.
func (c *column) cut(n int, round uint64) {
	if n < c.rows {
		c.rows = n
		c.tags, c.slots, c.rests = c.tags[:n], c.slots[:n], c.rests[:min(n, len(c.rests))]
		c.spots = mem.Cast[batch.View](mem.AsBytes(c.slots))
	}
	if c.elem != nil && c.elem.round == round {
		c.elem.cut(c.elem.before, round)
	}
	if c.object != nil {
		for _, m := range c.object.members {
			m.column.cut(n, round)
		}
	}
}
