package jsonschema

import (
	"encoding/binary"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonlogical"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// What stands for a position where nothing was written: a row is written a value at a time instead, or there is nothing
// to write.
const (
	failed = -1
	absent = -2
)

// plainDepth is how deep a value may be that is written within others.
const plainDepth = jsonscan.DepthMax - depthMax - 2

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

// add writes t at p, and makes room for a number behind it.
func (e *encoder) add(p int, t []byte) int {
	e.room(p, len(t)+jsonscan.Room)
	return p + copy(e.buf[p:], t)
}

// keep takes over a buffer that was appended to.
func (e *encoder) keep(out []byte) int {
	if cap(out) > len(e.buf) {
		e.dst.Buf = out
		e.buf = out[:cap(out)]
	}
	return len(out)
}

// value writes row i of b at p, where there is room for a number, and returns the position behind it, failed or absent.
func (e *encoder) value(b *bound, i, p int) int {
	if b.valid && !b.col.Valid.Get(i) {
		return e.given(&b.null, p)
	}
	switch b.op {
	case outInt64:
		return java.PutInt(e.buf, p, b.int64s[i])
	case outInt32:
		return java.PutInt(e.buf, p, int64(b.col.Int32s()[i]))
	case outString:
		return e.string(b, b.views[i], p)
	case outFloat64:
		if end, ok := java.PutDouble(e.buf, p, b.floats[i]); ok {
			return end
		}
		return e.keep(jsonscan.AppendDouble(e.buf[:p], b.floats[i]))
	case outBoolean:
		if b.col.Booleans()[i] {
			return p + copy(e.buf[p:], "true")
		}
		return p + copy(e.buf[p:], "false")
	case outStruct:
		return e.structure(b, i, p)
	case outUnion:
		return e.union(b, i, p)
	case outText:
		return e.given(&b.constant, p)
	case outArray:
		return e.array(b.kids[0], int(b.col.Offsets[i]), int(b.col.Offsets[i+1]), p)
	case outObject, outPairs:
		return e.mapping(b, i, p)
	case outDictionary:
		return e.value(b.kids[0], int(b.col.Index[i]), p)
	}
	return e.scalar(b, i, p)
}

// scalar writes the rarer types.
func (e *encoder) scalar(b *bound, i, p int) int {
	switch b.op {
	case outInt16:
		return java.PutInt(e.buf, p, int64(b.col.Int16s()[i]))
	case outInt8:
		return java.PutInt(e.buf, p, int64(b.col.Int8s()[i]))
	case outTime:
		v := b.col.Int32s()[i]
		if v < 0 || v > jsonlogical.TimeMax {
			return failed
		}
		return java.PutInt(e.buf, p, int64(v))
	case outFloat32:
		return e.keep(jsonscan.AppendFloat(e.buf[:p], b.col.Float32s()[i]))
	case outBytes:
		return e.keep(jsonscan.AppendBinary(e.buf[:p], b.col.At(i)))
	case outDecimal:
		if e.numeric {
			return e.keep(jsonscan.AppendDecimal(e.buf[:p], b.col.At(i), b.col.Scale(i)))
		}
		if b.col.Scale(i) != b.scale {
			return failed
		}
		return e.keep(jsonscan.AppendUnscaled(e.buf[:p], b.col.At(i)))
	}
	w := plainWriter{data: &e.data}
	out, none, err := w.value(e.buf[:p], b.schema, b.col.Value(i), 0)
	switch {
	case err != nil || w.deepest > plainDepth:
		return failed
	case none:
		return absent
	}
	return e.keep(out)
}

// given writes a text that was made beforehand.
func (e *encoder) given(t *text, p int) int {
	switch {
	case t.failed:
		return failed
	case t.absent:
		return absent
	}
	return e.add(p, t.b)
}

// string writes the text that v points at.
func (e *encoder) string(b *bound, v batch.View, p int) int {
	e.room(p, int(v.Len)+jsonscan.Room)
	src := b.col.Bufs[v.Pos>>31]
	from := int(v.Pos &^ batch.InArena)
	if end, ok := jsonscan.PutString(e.buf, p, src, from, from+int(v.Len)); ok {
		return end
	}
	return e.keep(jsonscan.AppendString(e.buf[:p], src[from:from+int(v.Len)]))
}

// leadRoom is how many bytes the text before a field takes at most where it is written as words.
const leadRoom = 24

// lead writes the text before a field. Behind it there is room for a number or word.
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

// structure writes an object. A field that is null where it may not be is left out.
func (e *encoder) structure(b *bound, i, p int) int {
	start := p
	for _, m := range b.kids {
		end := e.value(m, i, e.lead(m, p))
		if end >= 0 {
			p = end
		} else if end == failed {
			return failed
		}
	}
	e.room(p, 2+jsonscan.Room)
	if p == start {
		return p + copy(e.buf[p:], "{}")
	}
	e.buf[start], e.buf[p] = '{', '}' // the first one over the comma before the first field
	return p + 1
}

// union writes the field that is there.
func (e *encoder) union(b *bound, i, p int) int {
	for _, m := range b.kids {
		if m.standard || !m.col.IsNull(i) {
			return e.value(m, i, p)
		}
	}
	return e.given(&b.null, p)
}

// orNull is value in places where nothing is null.
func (e *encoder) orNull(b *bound, i, p int) int {
	if end := e.value(b, i, p); end != absent {
		return end
	}
	return e.add(p, nullText)
}

var nullText = []byte("null")

func (e *encoder) array(b *bound, from, to, p int) int {
	e.buf[p] = '['
	p++
	for i := from; i < to; i++ {
		e.room(p, 1+jsonscan.Room)
		if p = e.orNull(b, i, p); p == failed {
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

// mapping writes a map, in the order of its column.
func (e *encoder) mapping(b *bound, i, p int) int {
	open, closing := byte('['), byte(']')
	if b.op == outObject {
		open, closing = '{', '}'
	}
	from, to := int(b.col.Offsets[i]), int(b.col.Offsets[i+1])
	e.buf[p] = open
	p++
	for k := from; k < to; k++ {
		e.room(p, 1)
		if k > from {
			e.buf[p] = ','
			p++
		}
		if b.op == outObject {
			p = e.member(b, k, p)
		} else {
			p = e.pair(b, k, p)
		}
		if p == failed {
			return failed
		}
	}
	e.room(p, 1)
	e.buf[p] = closing
	return p + 1
}

// member writes a member of a map. A key that is null has no text.
func (e *encoder) member(b *bound, k, p int) int {
	if b.kids[0].col.IsNull(k) {
		return failed
	}
	e.room(p, jsonscan.Room)
	if p = e.value(b.kids[0], k, p); p < 0 {
		return failed
	}
	e.room(p, 1+jsonscan.Room)
	e.buf[p] = ':'
	return e.orNull(b.kids[1], k, p+1)
}

// pair writes an entry of a map as an object.
func (e *encoder) pair(b *bound, k, p int) int {
	if p = e.orNull(b.kids[0], k, e.add(p, []byte(pairStart))); p == failed {
		return failed
	}
	if p = e.orNull(b.kids[1], k, e.add(p, []byte(pairMiddle))); p == failed {
		return failed
	}
	e.room(p, 1)
	e.buf[p] = '}'
	return p + 1
}
