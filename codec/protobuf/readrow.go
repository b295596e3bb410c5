package protobuf

import (
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/fill"
	"github.com/millrace/millrace/internal/java"
)

// rowReader runs a plan over one row after another. What it does not do, it leaves to the plain reader: -1.
type rowReader struct {
	base  uint32 // where the row starts in the buffer that columns point into
	copy  bool   // the row lies elsewhere: what is kept of it is copied to text
	text  []byte // text that is not in the source: repaired, made up, or copied
	cells int64  // of elements that may still come

	entries []entry // of the maps that are being read
}

// Elements may have that many cells for each byte of a row, and some free: beyond that a few bytes would take much memory.
const (
	cellsPerByte = 32
	cellsFree    = 1 << 18
)

// message reads the fields of a message from i on to the end of b into row r of the columns, and returns where they end, -1 where the
// plain reader must do it.
func (x *rowReader) message(p *place, b []byte, i, r int) int {
	var members, came uint64
	from := len(x.entries)
	for i < len(b) {
		var tag uint64
		if tag, i = varint(b, i); i < 0 {
			return -1
		}
		number, wire := uint32(tag)>>3, uint8(tag&7)
		st := p.find(number)
		if st == nil || wire != st.wire && (wire != wireBytes || !st.packed) {
			if number == 0 {
				return -1
			}
			if i = skipValue(b, i, int(wire)); i < 0 {
				return -1
			}
			continue
		}
		k := int(st.at)
		c := p.columns[k]
		came |= st.require
		switch {
		case st.entries:
			i = x.collect(p.subs[k], k, b, i)
		case st.list:
			i = x.list(p, k, st, c, b, i, wire, r)
		default:
			if st.member != 0 {
				if members&st.member != 0 {
					return -1
				}
				members |= st.member
			}
			i = x.field(p, k, st, c, b, i, r)
		}
		if i < 0 {
			return -1
		}
	}
	if came != p.required {
		return -1
	}
	if p.maps {
		if !x.flush(p, b, from, r) {
			return -1
		}
	}
	return i
}

// field reads one value of a field that is not repeated.
func (x *rowReader) field(p *place, k int, st *step, c *fill.Column, b []byte, i, r int) int {
	if st.op == readSymbol { // a number without a name may mean nothing
		v, end := varint(b, i)
		if end < 0 {
			return -1
		}
		name, ok := x.symbol(st, int32(v))
		if !ok {
			return -1
		}
		c.Views[r] = name
		i = end
	} else {
		if st.op >= readMessage && c.Valid.Get(r) {
			return -1 // a second time: they are merged
		}
		if i = x.value(p, k, st, c, b, i, r); i < 0 {
			return -1
		}
	}
	if c.Valid != nil {
		c.Valid.Set(r)
	}
	if u := p.unions[k]; u != nil {
		u.Valid.Set(r)
	}
	return i
}

// value reads one value into row r of c.
func (x *rowReader) value(p *place, k int, st *step, c *fill.Column, b []byte, i, r int) int {
	var v uint64
	switch st.op {
	case readInt64:
		if v, i = varint(b, i); i < 0 {
			return -1
		}
		c.Words8[r] = v
	case readInt32:
		if v, i = varint(b, i); i < 0 {
			return -1
		}
		c.Words4[r] = uint32(v)
	case readText:
		if v, i = varint(b, i); i < 0 || uint32(v) > uint32(len(b)-i) {
			return -1
		}
		n := int(uint32(v))
		if !java.ValidUTF8(b[i : i+n]) {
			if st.field.Strict {
				return -1
			}
			return x.written(c, r, java.AppendUTF8(x.text, b[i:i+n]), i+n)
		}
		if x.copy {
			return x.written(c, r, append(x.text, b[i:i+n]...), i+n)
		}
		c.Views[r] = batch.View{Pos: x.base + uint32(i), Len: uint32(n)}
		i += n
	case readFixed64:
		if len(b)-i < 8 {
			return -1
		}
		c.Words8[r] = le64(b[i:])
		i += 8
	case readFixed32:
		if len(b)-i < 4 {
			return -1
		}
		c.Words4[r] = le32(b[i:])
		i += 4
	case readBool:
		if v, i = varint(b, i); i < 0 {
			return -1
		}
		c.Bytes[r] = 0
		if v != 0 {
			c.Bytes[r] = 1
		}
	case readMessage:
		if v, i = varint(b, i); i < 0 || uint32(v) > uint32(len(b)-i) {
			return -1
		}
		return x.message(p.subs[k], b[:i+int(uint32(v))], i, r)
	default:
		return x.rare(p, k, st, c, b, i, r)
	}
	return i
}

// written takes what was appended to text as row r of c.
func (x *rowReader) written(c *fill.Column, r int, text []byte, end int) int {
	if len(text) > batch.MaxBufferBytes {
		return -1
	}
	c.Views[r] = batch.View{Pos: uint32(len(x.text)) | batch.InArena, Len: uint32(len(text) - len(x.text))}
	x.text = text
	return end
}

// rare reads values of the kinds that value has no case for.
func (x *rowReader) rare(p *place, k int, st *step, c *fill.Column, b []byte, i, r int) int {
	if st.wire == wireFixed32 {
		if len(b)-i < 4 {
			return -1
		}
		x.narrow(st, c, uint64(le32(b[i:])), r)
		return i + 4
	}
	v, i := varint(b, i)
	if i < 0 {
		return -1
	}
	if st.wire == wireVarint {
		x.narrow(st, c, v, r)
		return i
	}
	if uint32(v) > uint32(len(b)-i) {
		return -1
	}
	end := i + int(uint32(v))
	switch st.op {
	case readBytes:
		if x.copy {
			return x.written(c, r, append(x.text, b[i:end]...), end)
		}
		c.Views[r] = batch.View{Pos: x.base + uint32(i), Len: uint32(end - i)}
		return end
	case readWrapper:
		return x.message(p.subs[k], b[:end], i, r)
	}
	return x.logical(st, c, b[:end], i, r)
}

// narrow keeps a number of the kinds that are not of the common ones.
func (x *rowReader) narrow(st *step, c *fill.Column, v uint64, r int) {
	v = st.field.bitsOf(v)
	switch st.op {
	case readSint32:
		c.Words4[r] = uint32(v)
	case readUint32, readWide32, readSint64:
		c.Words8[r] = v
	default:
		if c.Words2 != nil {
			c.Words2[r] = uint16(v)
		} else {
			c.Bytes[r] = byte(v)
		}
	}
}

// symbol returns the name of an enum's value; false where it has none and that means nothing.
func (x *rowReader) symbol(st *step, n int32) (batch.View, bool) {
	y := st.symbols
	if uint32(n) < uint32(len(y.dense)) {
		if v := y.dense[n]; v.Len > 0 {
			return v, true
		}
	}
	if v, ok := y.others[n]; ok {
		return v, true
	}
	if st.field.Enum.Closed {
		return batch.View{}, false
	}
	from := len(x.text)
	x.text = strconv.AppendInt(append(append(append(x.text, unknownSymbol...), st.field.Enum.Name...), '_'), int64(n), 10)
	return batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(x.text) - from)}, true
}

// list reads one value of a repeated field, or a sequence of them.
func (x *rowReader) list(p *place, k int, st *step, c *fill.Column, b []byte, i int, wire uint8, r int) int {
	c.Open(r)
	e := c.Sub[0]
	if wire != st.wire {
		v, i := varint(b, i)
		if i < 0 || uint32(v) > uint32(len(b)-i) {
			return -1
		}
		end := i + int(uint32(v))
		n := countValues(st, b[i:end])
		if n < 0 || !x.room(c.Elems, n) {
			return -1
		}
		at := c.Elems.Reserve(n)
		for ; i < end; at++ {
			if i = x.item(p, k, st, e, b[:end], i, at); i < 0 {
				return -1
			}
		}
		return i
	}
	if !x.room(c.Elems, 1) {
		return -1
	}
	return x.item(p, k, st, e, b, i, c.Elems.Reserve(1))
}

// item reads one value of a repeated field.
func (x *rowReader) item(p *place, k int, st *step, e *fill.Column, b []byte, i, r int) int {
	if st.op != readSymbol {
		return x.value(p, k, st, e, b, i, r)
	}
	v, end := varint(b, i)
	name, ok := batch.View{}, end >= 0
	if ok {
		name, ok = x.symbol(st, int32(v))
	}
	if !ok {
		return -1
	}
	e.Views[r] = name
	return end
}

// room reports whether n more elements may come.
func (x *rowReader) room(d *fill.Domain, n int) bool {
	x.cells -= int64(n) * d.Cells()
	return x.cells >= 0
}

// countValues is how many values stand in a sequence, -1 where the last does not end.
func countValues(st *step, b []byte) int {
	size := 0
	switch st.wire {
	case wireFixed64:
		size = 8
	case wireFixed32:
		size = 4
	default:
		n := 0
		for _, c := range b {
			if c < 0x80 {
				n++
			}
		}
		if len(b) > 0 && b[len(b)-1] >= 0x80 {
			return -1
		}
		return n
	}
	if len(b)%size != 0 {
		return -1
	}
	return len(b) / size
}
