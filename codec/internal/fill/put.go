package fill

import (
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

const millisPerDay = 24 * 60 * 60 * 1000

// Put makes v row r of c, which is as Start, Reserve or Undo left it. Texts are appended to text, to which views point with
// batch.InArena; the result is text. For rows that no fast path reads.
func (c *Column) Put(r int, v batch.Value, text []byte) []byte {
	if v.IsNull() {
		return text
	}
	if c.Valid != nil {
		c.Valid.Set(r)
	}
	switch c.kind {
	case batch.KindInt8:
		c.Bytes[r] = byte(v.Int())
	case batch.KindBoolean:
		c.Bytes[r] = 0
		if v.Bool() {
			c.Bytes[r] = 1
		}
	case batch.KindInt16:
		c.Words2[r] = uint16(v.Int())
	case batch.KindInt32:
		n := v.Int()
		if c.Schema.Logical() == batch.LogicalDate {
			n /= millisPerDay
		}
		c.Words4[r] = uint32(n)
	case batch.KindInt64:
		c.Words8[r] = uint64(v.Int())
	case batch.KindFloat32:
		c.Words4[r] = math.Float32bits(float32(v.Float()))
	case batch.KindFloat64:
		c.Words8[r] = math.Float64bits(v.Float())
	case batch.KindString, batch.KindBytes:
		return c.putText(r, v, text)
	case batch.KindArray:
		return c.putItems(r, [][]batch.Value{v.Array()}, text)
	case batch.KindMap:
		return c.putItems(r, [][]batch.Value{v.Map().Keys, v.Map().Values}, text)
	case batch.KindStruct:
		for i, s := range c.Sub {
			text = s.Put(r, v.Struct().Fields[i], text)
		}
	}
	return text
}

func (c *Column) putText(r int, v batch.Value, text []byte) []byte {
	from := len(text)
	switch d := v.Decimal(); {
	case d != nil:
		text = java.AppendBigBytes(text, d.Unscaled)
		c.Scales[r] = d.Scale
	case c.kind == batch.KindString:
		text = append(text, v.Str()...)
	default:
		text = append(text, v.Bytes()...)
	}
	c.Views[r] = batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(text) - from)}
	return text
}

// putItems adds elements; lists has those of each column below.
func (c *Column) putItems(r int, lists [][]batch.Value, text []byte) []byte {
	c.Open(r)
	first := c.Elems.Reserve(len(lists[0]))
	for k, list := range lists {
		for i := range list {
			text = c.Sub[k].Put(first+i, list[i], text)
		}
	}
	return text
}
