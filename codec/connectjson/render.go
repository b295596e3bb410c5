package connectjson

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// failed is what the functions of this file return for a row that the plain path has to judge.
const failed = -1

// room makes the buffer hold n bytes from p on.
func (e *encoder) room(p, n int) {
	if p+n > len(e.buf) {
		e.grow(p, n)
	}
}

func (e *encoder) grow(p, n int) {
	e.dst.Buf = e.buf[:p]
	e.dst.Grow(n)
	e.buf = e.dst.Buf[:cap(e.dst.Buf)]
}

// add writes t at p.
func (e *encoder) add(p int, t []byte) int {
	e.room(p, len(t))
	return p + copy(e.buf[p:], t)
}

// value writes row i of b at p, where there is room for a number, and returns the position behind it, or failed.
func (e *encoder) value(b *bound, i, p int) int {
	if b.valid && !b.col.Valid.Get(i) {
		return e.null(b, p)
	}
	switch b.op {
	case outInt64:
		return java.PutInt(e.buf, p, b.int64s[i])
	case outInt32:
		return java.PutInt(e.buf, p, int64(b.col.Int32s()[i]))
	case outInt16:
		return java.PutInt(e.buf, p, int64(b.col.Int16s()[i]))
	case outInt8:
		return java.PutInt(e.buf, p, int64(b.col.Int8s()[i]))
	case outString:
		return e.text(b, b.views[i], p)
	case outFloat64:
		return e.double(b.floats[i], p)
	case outFloat32:
		return e.keep(jsonscan.AppendFloat(e.buf[:p], b.col.Float32s()[i]))
	case outBoolean:
		return e.boolean(b.col.Booleans()[i], p)
	case outStruct:
		return e.structure(b, i, p)
	case outDynamic:
		return e.dynamic(b, i, p)
	case outText:
		if b.text == nil {
			return failed
		}
		return e.add(p, b.text)
	case outArray:
		return e.array(b.kids[0], int(b.col.Offsets[i]), int(b.col.Offsets[i+1]), p)
	case outObject, outPairs:
		return e.mapping(b, i, p)
	case outDictionary:
		return e.value(b.kids[0], int(b.col.Index[i]), p)
	case outBytes:
		return e.binary(b.col.At(i), p)
	case outDecimal:
		if e.numeric {
			return e.keep(jsonscan.AppendDecimal(e.buf[:p], b.col.At(i), b.col.Scale(i)))
		}
		return e.keep(jsonscan.AppendUnscaled(e.buf[:p], b.col.At(i)))
	}
	return e.plainCell(b.col, i, p)
}

// keep takes over a buffer that was appended to.
func (e *encoder) keep(out []byte) int {
	if cap(out) > len(e.buf) {
		e.dst.Buf = out
		e.buf = out[:cap(out)]
	}
	return len(out)
}

func (e *encoder) null(b *bound, p int) int {
	if b.null == nil {
		return failed
	}
	return e.add(p, b.null)
}

// plainCell writes row i of c by way of a value.
func (e *encoder) plainCell(c *batch.Column, i, p int) int {
	w := e.writer(c.Form() != batch.FormDynamic || c.Dyn.Linked)
	out, err := w.value(e.buf[:p], c.Schema(), c.Value(i), 0)
	if err != nil || w.deepest > plainDepth {
		return failed
	}
	return e.keep(out)
}

func (e *encoder) boolean(v bool, p int) int {
	if v {
		return p + copy(e.buf[p:], "true")
	}
	return p + copy(e.buf[p:], "false")
}

func (e *encoder) double(v float64, p int) int {
	if end, ok := java.PutDouble(e.buf, p, v); ok {
		return end
	}
	return e.keep(jsonscan.AppendDouble(e.buf[:p], v))
}

// text writes the text that v points at.
func (e *encoder) text(b *bound, v batch.View, p int) int {
	e.room(p, int(v.Len)+jsonscan.Room)
	src := b.col.Bufs[v.Pos>>31]
	from := int(v.Pos &^ batch.InArena)
	if end, ok := jsonscan.PutString(e.buf, p, src, from, from+int(v.Len)); ok {
		return end
	}
	return e.keep(jsonscan.AppendString(e.buf[:p], src[from:from+int(v.Len)]))
}

func (e *encoder) binary(v []byte, p int) int {
	return e.keep(jsonscan.AppendBinary(e.buf[:p], v))
}

// leadRoom is how many bytes the text before a member takes at most where it is written as words.
const leadRoom = 24

// lead writes the text before a member. Behind it there is room for a number or word.
func (e *encoder) lead(m *bound, p int) int {
	n := len(m.lead)
	if p+n+leadRoom+jsonscan.Room > len(e.buf) {
		e.grow(p, n+leadRoom+jsonscan.Room)
	}
	if n > 16 {
		return p + copy(e.buf[p:], m.lead)
	}
	// Two words are cheaper than a copy of unknown length. The value overwrites what they hold too much.
	out := e.buf[p : p+16]
	binary.LittleEndian.PutUint64(out, m.low)
	binary.LittleEndian.PutUint64(out[8:], m.high)
	return p + n
}

func (e *encoder) structure(b *bound, i, p int) int {
	if len(b.kids) == 0 {
		return p + copy(e.buf[p:], "{}")
	}
	start := p
	for _, m := range b.kids {
		p = e.lead(m, p)
		if p = e.value(m, i, p); p == failed {
			return failed
		}
	}
	return e.closeObject(start, p)
}

// closeObject puts the braces around members: the first one over the comma before the first member.
func (e *encoder) closeObject(start, p int) int {
	e.room(p, 1)
	e.buf[start], e.buf[p] = '{', '}'
	return p + 1
}

func (e *encoder) array(b *bound, from, to, p int) int {
	e.buf[p] = '['
	p++
	for i := from; i < to; i++ {
		e.room(p, jsonscan.Room)
		if p = e.value(b, i, p); p == failed {
			return failed
		}
		e.room(p, 1)
		e.buf[p] = ','
		p++
	}
	if from < to {
		p--
	}
	e.room(p, 1)
	e.buf[p] = ']'
	return p + 1
}

// mapping writes a map under a schema, in the order of its column.
func (e *encoder) mapping(b *bound, i, p int) int {
	open, closing := byte('['), byte(']')
	if b.op == outObject {
		open, closing = '{', '}'
	}
	from, to := int(b.col.Offsets[i]), int(b.col.Offsets[i+1])
	e.buf[p] = open
	p++
	for k := from; k < to; k++ {
		e.room(p, 2+jsonscan.Room)
		if k > from {
			e.buf[p] = ','
			p++
		}
		between := byte(':')
		if b.op == outPairs {
			e.buf[p] = '['
			p++
			between = ','
		}
		if p = e.value(b.kids[0], k, p); p == failed {
			return failed
		}
		e.room(p, 1+jsonscan.Room)
		e.buf[p] = between
		if p = e.value(b.kids[1], k, p+1); p == failed {
			return failed
		}
		if b.op == outPairs {
			e.room(p, 1)
			e.buf[p] = ']'
			p++
		}
	}
	e.room(p, 1)
	e.buf[p] = closing
	return p + 1
}

// dynamic writes a schemaless value.
func (e *encoder) dynamic(b *bound, i, p int) int {
	tag := b.col.Dyn.Uniform
	if b.tags != nil {
		tag = b.tags[i]
	}
	switch tag {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return java.PutInt(e.buf, p, int64(b.slots[i]))
	case batch.TagString:
		return e.text(b, b.spots[i], p)
	case batch.TagFloat64:
		return e.double(math.Float64frombits(b.slots[i]), p)
	case batch.TagBoolean:
		return e.boolean(b.slots[i] != 0, p)
	case batch.TagNull, batch.TagAbsent:
		return p + copy(e.buf[p:], "null")
	case batch.TagMap:
		return e.object(b, i, p)
	case batch.TagArray:
		v := b.spots[i]
		if v.Len == 0 {
			return p + copy(e.buf[p:], "[]")
		}
		return e.array(b.elems, int(v.Pos), int(v.Pos+v.Len), p)
	case batch.TagBytes:
		return e.binary(b.col.ViewBytes(b.spots[i]), p)
	case batch.TagFloat32:
		return e.keep(jsonscan.AppendFloat(e.buf[:p], float32(math.Float64frombits(b.slots[i]))))
	case batch.TagPacked:
		r := batch.NewPackedReader(b.col.ViewBytes(b.spots[i]))
		return e.packed(&r, b.col.Dyn.Linked, b.depth, p)
	}
	return e.plainCell(b.col, i, p)
}

func (e *encoder) object(b *bound, i, p int) int {
	order := b.orders[b.slots[i]]
	if order == nil {
		return e.restObject(b, i, p)
	}
	if len(order) == 0 {
		return p + copy(e.buf[p:], "{}")
	}
	start := p
	for _, f := range order {
		m := b.kids[f]
		p = e.lead(m, p)
		if m.op == outDynamic {
			p = e.dynamic(m, i, p)
		} else {
			p = e.value(m, i, p)
		}
		if p == failed {
			return failed
		}
	}
	return e.closeObject(start, p)
}
