package protobuf

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// leastRoom is room for a tag, a length and a number.
const leastRoom = 32

// structAt writes the fields of row i at p and returns where they end, -1 where the plain writer must do it.
func (e *encoder) structAt(f *fields, i, p int) int {
	var chosen [unionsMax]*batch.Column
	for k := range f.unions {
		u := &f.unions[k]
		if u.col.IsNull(i) {
			continue
		}
		for _, m := range u.members {
			if !m.IsNull(i) {
				chosen[k] = m
				break
			}
		}
		if chosen[k] == nil {
			return -1
		}
	}
	for k := range f.list {
		s := &f.list[k]
		if len(s.path) > 1 && !isChosen(&chosen, s.col) {
			continue
		}
		if p = e.fieldAt(s, i, p); p < 0 {
			return -1
		}
	}
	return p
}

func isChosen(chosen *[unionsMax]*batch.Column, c *batch.Column) bool {
	for _, m := range chosen {
		if m == c {
			return true
		}
	}
	return false
}

// fieldAt writes row i of a field, its tag before it.
func (e *encoder) fieldAt(s *source, i, p int) int {
	switch s.form {
	case batch.FormConstant:
		return e.fill(p, s.constant)
	case batch.FormDictionary:
		if s.valid != nil && !s.valid.Get(i) {
			return e.fill(p, s.def)
		}
		return e.fieldAt(s.dict, int(s.index[i]), p)
	}
	if s.valid != nil && !s.valid.Get(i) {
		return e.fill(p, s.def)
	}
	e.room(p, leastRoom)
	switch {
	case s.entries:
		return e.entriesAt(s, i, p)
	case s.list:
		return e.listAt(s, i, p)
	}
	return e.value(s, s.col, s.tag, s.keep, i, p)
}

// value writes one value of c, with the tag; without keep, nothing for a default.
func (e *encoder) value(s *source, c *batch.Column, tag []byte, keep bool, i, p int) int {
	switch s.op {
	case writeNumber:
		v := s.bits(i)
		if v == 0 && !keep {
			return p
		}
		p += copy(e.buf[p:], tag)
		return putNumber(e.buf, p, s.field.Type, v)
	case writeText:
		b := c.At(i)
		if len(b) == 0 && !keep {
			return p
		}
		if !java.ValidUTF8(b) {
			b = java.AppendEncodedUTF8(nil, b)
		}
		return e.sized(b, p+copy(e.buf[p:], tag))
	case writeBool:
		if !s.bools[i] && !keep {
			return p
		}
		p += copy(e.buf[p:], tag)
		e.buf[p] = 0
		if s.bools[i] {
			e.buf[p] = 1
		}
		return p + 1
	case writeStruct:
		p += copy(e.buf[p:], tag)
		return e.closed(p, e.structAt(s.fields, i, p+1))
	}
	return e.rare(s, c, tag, keep, i, p)
}

// bits are those of a number, integers widened with their sign.
func (s *source) bits(i int) uint64 {
	switch {
	case s.int64s != nil:
		return uint64(s.int64s[i])
	case s.int32s != nil:
		return uint64(int64(s.int32s[i]))
	case s.words8 != nil:
		return math.Float64bits(s.words8[i])
	case s.words4 != nil:
		return uint64(math.Float32bits(s.words4[i]))
	case s.int16s != nil:
		return uint64(int64(s.int16s[i]))
	}
	return uint64(int64(s.int8s[i]))
}

// putNumber writes a number at p, where there is room for it.
func putNumber(b []byte, p int, t fieldType, v uint64) int {
	switch t {
	case typeDouble, typeFixed64, typeSfixed64:
		binary.LittleEndian.PutUint64(b[p:], v)
		return p + 8
	case typeFloat, typeFixed32, typeSfixed32:
		binary.LittleEndian.PutUint32(b[p:], uint32(v))
		return p + 4
	case typeSint32:
		v = uint64(uint32(v)<<1 ^ uint32(int32(v)>>31))
	case typeSint64:
		v = v<<1 ^ uint64(int64(v)>>63)
	case typeUint32:
		v = uint64(uint32(v))
	case typeInt32:
		v = uint64(int64(int32(v)))
	}
	return putVarint(b, p, v)
}

func putVarint(b []byte, p int, v uint64) int {
	for v >= 0x80 {
		b[p] = byte(v) | 0x80
		v >>= 7
		p++
	}
	b[p] = byte(v)
	return p + 1
}

// closed writes the length of what stands between from+1 and end at from, and moves it where the length takes more than a byte.
func (e *encoder) closed(from, end int) int {
	if end < 0 {
		return -1
	}
	n := end - from - 1
	if n < 0x80 {
		e.buf[from] = byte(n)
		return end
	}
	var head [varintBytesMax]byte
	size := putVarint(head[:], 0, uint64(n))
	e.room(end, size)
	copy(e.buf[from+size:], e.buf[from+1:end])
	copy(e.buf[from:], head[:size])
	return end + size - 1
}

// sized writes a length and as many bytes.
func (e *encoder) sized(b []byte, p int) int {
	p = putVarint(e.buf, p, uint64(len(b)))
	return e.fill(p, b)
}

// entriesAt writes the entries of a map.
func (e *encoder) entriesAt(s *source, i, p int) int {
	for r := int(s.offs[i]); r < int(s.offs[i+1]); r++ {
		e.room(p, leastRoom)
		p += copy(e.buf[p:], s.tag)
		if p = e.closed(p, e.structAt(s.fields, r, p+1)); p < 0 {
			return -1
		}
	}
	return p
}

// listAt writes the elements of an array, in one sequence where the field says so.
func (e *encoder) listAt(s *source, i, p int) int {
	from, to := int(s.offs[i]), int(s.offs[i+1])
	if from == to {
		return p
	}
	start := p
	if s.item == nil {
		p += copy(e.buf[p:], s.tag)
		start = p
		p++
	}
	for r := from; r < to; r++ {
		if s.elems.IsNull(r) {
			return -1
		}
		e.room(p, leastRoom)
		if p = e.value(s, s.elems, s.item, true, r, p); p < 0 {
			return -1
		}
	}
	if s.item == nil {
		return e.closed(start, p)
	}
	return p
}

// rare writes values of the kinds that value has no case for.
func (e *encoder) rare(s *source, c *batch.Column, tag []byte, keep bool, i, p int) int {
	switch s.op {
	case writeBytes:
		b := c.At(i)
		if len(b) == 0 && !keep {
			return p
		}
		return e.sized(b, p+copy(e.buf[p:], tag))
	case writeSymbol:
		n, ok := s.symbols[string(c.At(i))]
		if !ok {
			return -1
		}
		return e.enum(s, n, tag, keep, p)
	case writeEnumNumber:
		n := s.int32s[i]
		if !s.numbers[n] {
			if s.list {
				return -1
			}
			return p
		}
		return e.enum(s, n, tag, keep, p)
	case writeWrapper:
		p += copy(e.buf[p:], tag)
		return e.closed(p, e.wrapped(s, c, i, p+1))
	}
	p += copy(e.buf[p:], tag)
	return e.closed(p, e.logical(s, c, i, p+1))
}

func (e *encoder) enum(s *source, n int32, tag []byte, keep bool, p int) int {
	if !keep && uint64(int64(n)) == s.field.Default.bits {
		return p
	}
	return putVarint(e.buf, p+copy(e.buf[p:], tag), uint64(int64(n)))
}

// wrapped writes the one field of a wrapper.
func (e *encoder) wrapped(s *source, c *batch.Column, i, p int) int {
	switch s.inner.Type {
	case typeString, typeBytes:
		b := c.At(i)
		if len(b) == 0 {
			return p
		}
		if s.inner.Type == typeString && !java.ValidUTF8(b) {
			b = java.AppendEncodedUTF8(nil, b)
		}
		e.buf[p] = 1<<3 | wireBytes
		return e.sized(b, p+1)
	case typeBool:
		if s.bools[i] {
			e.buf[p], e.buf[p+1] = 1<<3|wireVarint, 1
			p += 2
		}
		return p
	}
	v := s.bits(i)
	if v == 0 {
		return p
	}
	e.buf[p] = 1<<3 | byte(s.inner.wireType())
	return putNumber(e.buf, p+1, s.inner.Type, v)
}

// logical writes the fields of a message that stands for a logical type.
func (e *encoder) logical(s *source, c *batch.Column, i, p int) int {
	switch s.op {
	case writeDate:
		day := int64(s.int32s[i])
		year, month, dayOfMonth := calendarDate(day)
		return e.numbers(p, uint64(year), uint64(month), uint64(dayOfMonth))
	case writeTime:
		ms := int64(s.int32s[i])
		if ms < 0 || ms > millisPerDay {
			return -1
		}
		ms %= millisPerDay
		return e.numbers(p, uint64(ms/3_600_000), uint64(ms/60_000%60), uint64(ms/1000%60), uint64(ms%1000*nanosPerMilli))
	case writeTimestamp:
		seconds := floorDiv(s.int64s[i], 1000)
		nanos := (s.int64s[i] - seconds*1000) * nanosPerMilli
		if !validTimestamp(seconds, nanos) {
			return -1
		}
		return e.numbers(p, uint64(seconds), uint64(nanos))
	}
	b := c.At(i)
	for len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80) {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 8 {
		return -1
	}
	e.buf[p] = tagDecimalValue
	p = e.sized(b, p+1)
	e.room(p, leastRoom)
	e.buf[p] = tagDecimalPrecision
	p = putVarint(e.buf, p+1, uint64(smallDigits(b)))
	if scale := c.Scale(i); scale != 0 {
		e.buf[p] = tagDecimalScale
		p = putVarint(e.buf, p+1, uint64(int64(scale)))
	}
	return p
}

// numbers writes those that are not 0, as fields 1 and so on.
func (e *encoder) numbers(p int, values ...uint64) int {
	e.room(p, 2*leastRoom)
	for k, v := range values {
		if v != 0 {
			e.buf[p] = byte(k+1)<<3 | wireVarint
			p = putVarint(e.buf, p+1, v)
		}
	}
	return p
}

// smallDigits is BigDecimal.precision of a number of at most eight bytes.
func smallDigits(unscaled []byte) int {
	v := int64(int8(unscaled[0]))
	for _, c := range unscaled[1:] {
		v = v<<8 | int64(c)
	}
	u := uint64(v)
	if v < 0 {
		u = -u
	}
	n := 1
	for ; u >= 10; u /= 10 {
		n++
	}
	return n
}

// room makes room for n bytes at p.
func (e *encoder) room(p, n int) {
	if p+n > len(e.buf) {
		e.dst.Buf = e.buf[:p]
		e.dst.Grow(n)
		e.buf = e.dst.Buf[:cap(e.dst.Buf)]
	}
}

// fill writes b at p and returns where it ends.
func (e *encoder) fill(p int, b []byte) int {
	e.room(p, len(b))
	return p + copy(e.buf[p:], b)
}
