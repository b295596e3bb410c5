package connectjson

import (
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// span is a member of an object that is being written: its text in the buffer, which starts where the one before it ends, and its name.
type span struct {
	name []byte
	to   uint32 // behind the comma
	hash int32
}

// packed writes the packed value at r, inside depth arrays and objects, at p; failed for what JSON does not give, and what is too deep.
func (e *encoder) packed(r *batch.PackedReader, linked bool, depth, p int) int {
	e.room(p, jsonscan.Room)
	tag, num, text := r.Next()
	switch tag {
	case batch.TagNull:
		return p + copy(e.buf[p:], "null")
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return java.PutInt(e.buf, p, int64(num))
	case batch.TagFloat32:
		return e.keep(jsonscan.AppendFloat(e.buf[:p], float32(math.Float64frombits(num))))
	case batch.TagFloat64:
		return e.double(math.Float64frombits(num), p)
	case batch.TagBoolean:
		return e.boolean(num != 0, p)
	case batch.TagString:
		return e.keep(jsonscan.AppendString(e.buf[:p], text))
	case batch.TagBytes:
		return e.binary(text, p)
	case batch.TagArray:
		return e.packedArray(r, int(num), linked, depth+1, p)
	case batch.TagMap:
		return e.packedMap(r, int(num), linked, depth+1, p)
	}
	return failed
}

func (e *encoder) packedArray(r *batch.PackedReader, n int, linked bool, depth, p int) int {
	if depth > jsonscan.DepthMax {
		return failed
	}
	e.buf[p] = '['
	p++
	for k := range n {
		if k > 0 {
			e.room(p, 1)
			e.buf[p] = ','
			p++
		}
		if p = e.packed(r, linked, depth, p); p == failed {
			return failed
		}
	}
	e.room(p, 1)
	e.buf[p] = ']'
	return p + 1
}

func (e *encoder) packedMap(r *batch.PackedReader, n int, linked bool, depth, p int) int {
	if depth > jsonscan.DepthMax {
		return failed
	}
	e.buf[p] = '{'
	start, base := p, len(e.spans)
	p++
	for range n {
		tag, _, name := r.Next()
		if tag != batch.TagString {
			return failed
		}
		if p = e.packedMember(r, name, linked, depth, p); p == failed {
			return failed
		}
	}
	return e.closeSpans(base, linked, start, p)
}

// packedMember writes a member and a comma.
func (e *encoder) packedMember(r *batch.PackedReader, name []byte, linked bool, depth, p int) int {
	p = e.keep(append(jsonscan.AppendString(e.buf[:p], name), ':'))
	if p = e.packed(r, linked, depth, p); p == failed {
		return failed
	}
	return e.endSpan(name, p)
}

// endSpan puts a comma behind a member and notes it.
func (e *encoder) endSpan(name []byte, p int) int {
	e.room(p, 1)
	e.buf[p] = ','
	e.spans = append(e.spans, span{name, uint32(p + 1), java.HashString(name)})
	return p + 1
}

// closeSpans ends an object whose members are the spans from base on: in HashMap order, unless linked.
func (e *encoder) closeSpans(base int, linked bool, start, p int) int {
	all := e.spans[base:]
	if len(all) > 1 && !linked {
		hashes := make([]int32, len(all))
		for i := range all {
			hashes[i] = all[i].hash
		}
		order := java.HashOrder(hashes, firstTable, func(a, b int32) int { return java.CompareUTF16(all[a].name, all[b].name) })
		first := start + 1
		e.moved = append(e.moved[:0], e.buf[first:p]...)
		at := first
		for _, k := range order {
			from := first
			if k > 0 {
				from = int(all[k-1].to)
			}
			at += copy(e.buf[at:], e.moved[from-first:int(all[k].to)-first])
		}
	}
	if len(all) > 0 {
		p-- // the last comma
	}
	e.spans = e.spans[:base]
	return e.closeObject(start, p)
}

// restObject writes the object in row i of b, some of whose members have no columns.
func (e *encoder) restObject(b *bound, i, p int) int {
	d := b.col.Dyn
	fields := d.Shapes[b.slots[i]].Fields
	r := batch.NewPackedReader(b.col.At(i))
	place, name, more := r.RestName()
	start, base := p, len(e.spans)
	p++
	for k := 0; more || len(fields) > 0; k++ {
		if more && place == k {
			if p = e.packedMember(&r, name, d.Linked, b.depth+1, p); p == failed {
				return failed
			}
			place, name, more = r.RestName()
			continue
		}
		m := b.kids[fields[0]]
		from := p
		p = e.lead(m, p)
		copy(e.buf[from:], m.lead[1:])
		if p = e.value(m, i, p-1); p == failed {
			return failed
		}
		p = e.endSpan([]byte(m.name), p)
		fields = fields[1:]
	}
	return e.closeSpans(base, d.Linked, start, p)
}
