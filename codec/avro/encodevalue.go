package avro

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// value writes row i of s at p and returns where it ends, -1 where the plain writer must say why not.
func (e *encoder) value(s *source, i, p int) int {
	e.room(p, leastRoom)
	if s.form != batch.FormPlain {
		return e.otherForm(s, i, p)
	}
	if s.valid != nil && !s.valid.Get(i) {
		return e.null(s, p)
	}
	if s.nullable && s.op != writeUnion {
		e.buf[p] = s.some
		p++
	}
	switch s.op {
	case writeInt64:
		return putLong(e.buf, p, s.int64s[i])
	case writeText:
		return e.text(&s.col.Bytes, i, p)
	case writeInt32:
		return putLong(e.buf, p, int64(s.int32s[i]))
	case writeFloat64:
		binary.LittleEndian.PutUint64(e.buf[p:], math.Float64bits(s.words8[i]))
		return p + 8
	case writeBoolean:
		e.buf[p] = 0
		if s.bools[i] {
			e.buf[p] = 1
		}
		return p + 1
	case writeStruct:
		for k := range s.sub {
			if p = e.value(&s.sub[k], i, p); p < 0 {
				return -1
			}
		}
		return p
	}
	return e.rare(s, i, p)
}

// null writes a row that is null.
func (e *encoder) null(s *source, p int) int {
	switch {
	case s.def != nil:
		return e.fill(p, s.def)
	case s.nullable:
		e.buf[p] = s.null
		return p + 1
	}
	return -1
}

// otherForm writes a row of a constant or a dictionary.
func (e *encoder) otherForm(s *source, i, p int) int {
	if s.form == batch.FormConstant {
		if s.bad {
			return -1
		}
		return e.fill(p, s.constant)
	}
	if s.valid != nil && !s.valid.Get(i) {
		return e.null(s, p)
	}
	return e.value(s.dict, int(s.index[i]), p)
}

// text writes the length and the bytes of text.
func (e *encoder) text(b *batch.Bytes, i, p int) int {
	v := b.Views[i]
	t := b.ViewBytes(v)
	if !validText(b.Bufs[v.Pos>>31], int(v.Pos&^batch.InArena), len(t)) {
		t = java.AppendEncodedUTF8(nil, t)
	}
	return e.sized(t, p)
}

// sized writes a length and as many bytes.
func (e *encoder) sized(t []byte, p int) int {
	p = putLong(e.buf, p, int64(len(t)))
	e.room(p, len(t))
	return p + copy(e.buf[p:], t)
}

// rare writes values of the kinds that value has no case for.
func (e *encoder) rare(s *source, i, p int) int {
	switch s.op {
	case writeInt8:
		return putLong(e.buf, p, int64(s.int8s[i]))
	case writeInt16:
		return putLong(e.buf, p, int64(s.int16s[i]))
	case writeTime:
		v := s.int32s[i]
		if v < 0 || v > millisPerDay {
			return -1
		}
		return putLong(e.buf, p, int64(v))
	case writeFloat32:
		binary.LittleEndian.PutUint32(e.buf[p:], math.Float32bits(s.words4[i]))
		return p + 4
	case writeSymbol:
		n, ok := s.symbols[string(s.col.At(i))]
		if !ok {
			return -1
		}
		return putLong(e.buf, p, int64(n))
	case writeBytes:
		return e.sized(s.col.At(i), p)
	case writeFixed:
		b := s.col.At(i)
		if len(b) < s.size {
			return -1
		}
		return e.fill(p, b[:s.size])
	case writeDecimal:
		b := e.unscaled(s, i)
		if b == nil {
			return -1
		}
		return e.sized(b, p)
	case writeDecimalFixed:
		b := e.unscaled(s, i)
		if b == nil || len(b) > s.size {
			return -1
		}
		e.room(p, s.size)
		return len(appendPadded(e.buf[:p], b, s.size))
	case writeArray, writeEntries:
		return e.items(s, i, p)
	case writeTextMap:
		return e.textMap(s, i, p)
	case writeUnion:
		return e.union(s, i, p)
	}
	return -1
}

// raw writes bytes that are a record of their own.
func (e *encoder) raw(s *source, i, p int) int {
	switch {
	case s.form == batch.FormConstant || s.form == batch.FormDictionary:
		return -1
	case s.op == writeDecimal:
		b := e.unscaled(s, i)
		if b == nil {
			return -1
		}
		return e.fill(p, b)
	}
	return e.fill(p, s.col.At(i))
}

// unscaled returns the bytes of a decimal, no more than needed; nil where its scale is not that of the schema.
func (e *encoder) unscaled(s *source, i int) []byte {
	if want, _ := s.schema.Scale(); s.col.Scale(i) != want {
		return nil
	}
	b := s.col.At(i)
	for len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80) {
		b = b[1:]
	}
	if len(b) == 0 {
		return zero
	}
	return b
}

var zero = []byte{0}

// items writes the elements of an array, or the entries of a map as an array.
func (e *encoder) items(s *source, i, p int) int {
	from, to := int(s.col.Offsets[i]), int(s.col.Offsets[i+1])
	if to > from {
		p = putLong(e.buf, p, int64(to-from))
	}
	for r := from; r < to; r++ {
		for k := range s.sub {
			if p = e.value(&s.sub[k], r, p); p < 0 {
				return -1
			}
		}
	}
	return e.fill(p, zero)
}

// union writes the first member that is not null.
func (e *encoder) union(s *source, i, p int) int {
	for k := range s.sub {
		m := &s.sub[k]
		if m.col.IsNull(i) && m.def == nil {
			continue
		}
		return e.value(m, i, e.fill(p, s.prefixes[k]))
	}
	if s.nullable {
		e.buf[p] = s.null
		return p + 1
	}
	return -1
}
