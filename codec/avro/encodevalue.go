package avro

import (
	"encoding/binary"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// memberRoom is room for a value of most kinds: an index, a length or a number, and short text, eight bytes at a time.
const memberRoom = 32

// members writes row i of each of list at p, one behind the other, and returns where they end, -1 where the plain writer must say
// why not.
func (e *encoder) members(list []source, i, p int) int {
	buf := e.buf
	for k := range list {
		s := &list[k]
		if p+memberRoom > len(buf) {
			e.grow(p, memberRoom)
			buf = e.buf
		}
		if s.valid != nil && !s.valid.Get(i) {
			if p = e.null(s, p); p < 0 {
				return -1
			}
			buf = e.buf
			continue
		}
		buf[p] = s.some
		p += int(s.lead)
		switch s.does {
		case writeInt64:
			v := int64(s.words8[i])
			p = putVarint(buf, p, uint64(v<<1^v>>63))
		case writeText:
			v := s.views[i]
			t, at := s.bufs[v.Pos>>31], int(v.Pos&^batch.InArena)
			if v.Len <= shortText && at+shortText <= len(t) {
				t = t[at : at+shortText]
				low, high := binary.LittleEndian.Uint64(t), binary.LittleEndian.Uint64(t[8:])
				if (low&(1<<(8*v.Len)-1)|high&(^uint64(0)>>(8*shortText-8*v.Len)))&highBits == 0 {
					d := buf[p : p+shortText+1]
					d[0] = byte(v.Len << 1)
					binary.LittleEndian.PutUint64(d[1:], low)
					binary.LittleEndian.PutUint64(d[9:], high)
					p += int(v.Len) + 1
					continue
				}
			}
			p = e.text(s, v, p)
			buf = e.buf
		case writeInt32:
			v := int32(s.words4[i])
			p = putVarint(buf, p, uint64(uint32(v<<1^v>>31)))
		case writeFloat64:
			binary.LittleEndian.PutUint64(buf[p:], s.words8[i])
			p += 8
		case writeBoolean:
			buf[p] = s.bytes[i]
			p++
		case writeStruct:
			if p = e.members(s.sub, i, p); p < 0 {
				return -1
			}
			buf = e.buf
		default:
			if p = e.rare(s, i, p); p < 0 {
				return -1
			}
			buf = e.buf
		}
	}
	return p
}

// shortText is how many bytes of text are looked at and written at once.
const shortText = 16

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

// text writes the length and the bytes of text of any length.
func (e *encoder) text(s *source, v batch.View, p int) int {
	t, at := s.bufs[v.Pos>>31], int(v.Pos&^batch.InArena)
	b := t[at : at+int(v.Len)]
	if !validText(t, at, len(b)) {
		b = java.AppendEncodedUTF8(nil, b)
	}
	return e.sized(b, p)
}

// sized writes a length and as many bytes.
func (e *encoder) sized(t []byte, p int) int {
	p = putVarint(e.buf, p, uint64(len(t))<<1)
	e.room(p, len(t))
	return p + copy(e.buf[p:], t)
}

// rare writes values of the kinds that members has no case for.
func (e *encoder) rare(s *source, i, p int) int {
	switch s.does {
	case writeConstant:
		return e.fill(p, s.constant)
	case writeDictionary:
		return e.members(s.dict, int(s.index[i]), p)
	case writeInt8:
		return putLong(e.buf, p, int64(int8(s.bytes[i])))
	case writeInt16:
		return putLong(e.buf, p, int64(int16(s.words2[i])))
	case writeTime:
		if s.words4[i] > millisPerDay {
			return -1
		}
		return putLong(e.buf, p, int64(s.words4[i]))
	case writeFloat32:
		binary.LittleEndian.PutUint32(e.buf[p:], s.words4[i])
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
	switch s.does {
	case writeConstant, writeDictionary, writeNone:
		return -1
	case writeDecimal:
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
		if p = e.members(s.sub, r, p); p < 0 {
			return -1
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
		return e.members(s.sub[k:k+1], i, e.fill(p, s.prefixes[k]))
	}
	if s.nullable {
		e.buf[p] = s.null
		return p + 1
	}
	return -1
}
