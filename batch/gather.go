package batch

import (
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/kernel"
	"github.com/millrace/millrace/batch/mem"
)

// part is rows of one source column, in the order wanted; -1 stands for null when nulls is set.
type part struct {
	c     *Column
	rows  []int32
	nulls bool
}

// gatherer makes columns of b out of rows of others.
type gatherer struct {
	b        *Batch
	copyText bool // the result points into b's arena only
	plain    bool // no constant, no dictionary in the result
	err      error
}

// column gathers parts, all under schema s, into one column.
func (g *gatherer) column(s *Schema, parts []part) *Column {
	if c := g.keepForm(s, parts); c != nil {
		g.noSchema(c, parts)
		return c
	}
	n := 0
	for i := range parts {
		n += len(parts[i].rows)
	}
	if s == nil {
		return g.dynamic(parts, n)
	}
	outer := parts
	parts = make([]part, len(outer))
	for i, p := range outer {
		parts[i] = g.resolve(p)
	}
	c := g.b.NewColumn(s, n)
	g.valid(c, parts)
	g.noSchema(c, outer)
	switch {
	case s.kind.FixedBytes() > 0:
		g.fixed(c, parts)
	case s.kind.IsVarlen():
		g.views(&c.Bytes, n, parts)
		if s.logical == LogicalDecimal {
			g.scales(c, parts)
		}
	case s.kind == KindStruct:
		for k := range s.fields {
			below := make([]part, len(parts))
			for i, p := range parts {
				below[i] = part{p.c.Children[k], p.rows, p.nulls}
			}
			c.Children = append(c.Children, g.column(s.fields[k].Schema, below))
		}
	default:
		g.nested(c, parts)
	}
	return c
}

// keepForm gathers without making constants and dictionaries plain, where that is possible: nil if not.
func (g *gatherer) keepForm(s *Schema, parts []part) *Column {
	switch {
	case len(parts) == 1 && !g.copyText:
		return g.shared(s, parts[0])
	case g.plain:
		return nil
	case len(parts) == 1 && parts[0].c.form == FormDictionary:
		return g.smallerDictionary(s, parts[0])
	}
	n := 0
	for _, p := range parts {
		if p.c.form != FormConstant || p.nulls || !p.c.Const.Equal(parts[0].c.Const) {
			return nil
		}
		n += len(p.rows)
	}
	return g.b.NewConstant(s, n, parts[0].c.Const)
}

// smallerDictionary copies the dictionary entries that rows use.
func (g *gatherer) smallerDictionary(s *Schema, p part) *Column {
	c := g.b.NewColumn(s, len(p.rows))
	c.form = FormDictionary
	g.valid(c, []part{p})
	c.Index = mem.Zeroed[int32](&g.b.Arena, c.n)
	at := make([]int32, p.c.Dict.n) // 1 + where each entry went
	var used []int32
	for i, r := range p.rows {
		if r < 0 || !p.c.Valid.Has(int(r)) {
			continue
		}
		e := p.c.Index[r]
		if at[e] == 0 {
			used = append(used, e)
			at[e] = int32(len(used))
		}
		c.Index[i] = at[e] - 1
	}
	c.Dict = g.column(s, []part{{c: p.c.Dict, rows: used}})
	return c
}

// shared gathers where the result may share the source's values: nil if it may not.
func (g *gatherer) shared(s *Schema, p part) *Column {
	n := len(p.rows)
	switch p.c.form {
	case FormConstant:
		if s == nil && g.plain || s != nil && g.plain || p.nulls && !p.c.Const.IsNull() {
			if s == nil {
				return g.takeDynamic(g.b.DynamicColumn([]Value{p.c.Const}, false), zeros(p.rows), p.nulls, TagNull)
			}
			return nil
		}
		return g.b.NewConstant(s, n, p.c.Const)
	case FormDictionary:
		if g.plain {
			return nil
		}
		c := g.b.NewColumn(s, n)
		c.form, c.Dict = FormDictionary, p.c.Dict
		g.valid(c, []part{p})
		c.Index = mem.Alloc[int32](&g.b.Arena, n)
		take(c.Index, p.c.Index, p.rows, p.nulls)
		return c
	case FormDynamic:
		return g.takeDynamic(p.c, p.rows, p.nulls, TagNull)
	}
	return nil
}

// zeros maps every row to 0 and keeps -1.
func zeros(rows []int32) []int32 {
	out := make([]int32, len(rows))
	for i, r := range rows {
		if r < 0 {
			out[i] = -1
		}
	}
	return out
}

// resolve turns rows of a constant or dictionary into rows of a plain column.
func (g *gatherer) resolve(p part) part {
	switch p.c.form {
	case FormConstant:
		cb := NewColumnBuilder(p.c.schema, false)
		cb.add(p.c.Const)
		return part{cb.Finish(g.b), zeros(p.rows), p.nulls}
	case FormDictionary:
		rows := make([]int32, len(p.rows))
		nulls := false
		for i, r := range p.rows {
			if r >= 0 && p.c.Valid.Has(int(r)) {
				rows[i] = p.c.Index[r]
			} else {
				rows[i], nulls = -1, true
			}
		}
		return g.resolve(part{p.c.Dict, rows, nulls})
	}
	return p
}

// valid gathers the validity bitmaps of plain and dictionary parts.
func (g *gatherer) valid(c *Column, parts []part) {
	some := false
	for _, p := range parts {
		some = some || p.nulls || p.c.Valid != nil
	}
	if some {
		c.Valid = g.bitmap(c.n, parts, func(c *Column) bits.Bitmap { return c.Valid })
	}
}

// noSchema gathers the rows without schema, of any form.
func (g *gatherer) noSchema(c *Column, parts []part) {
	for _, p := range parts {
		if p.c.NoSchema != nil {
			all := bits.New(p.c.n)
			c.NoSchema = g.bitmap(c.n, parts, func(c *Column) bits.Bitmap {
				if c.NoSchema == nil {
					return all[:0]
				}
				return c.NoSchema
			})
			return
		}
	}
}

// bitmap gathers one bitmap of each part; a nil one has all rows, an empty one none.
func (g *gatherer) bitmap(n int, parts []part, of func(*Column) bits.Bitmap) bits.Bitmap {
	out := rowMask(&g.b.Arena, n)
	at := 0
	for _, p := range parts {
		src := of(p.c)
		switch {
		case src == nil && !p.nulls:
			for i := range p.rows {
				out.Set(at + i)
			}
		case src != nil && len(src) == 0:
		case at == 0:
			kernel.GatherBits(out, src, p.rows)
		default:
			for i, r := range p.rows {
				if r >= 0 && src.Has(int(r)) {
					out.Set(at + i)
				}
			}
		}
		at += len(p.rows)
	}
	return out
}

// take gathers v by rows; -1 leaves dst as it is.
func take[T mem.Fixed](dst, v []T, rows []int32, nulls bool) {
	if nulls {
		kernel.GatherNulls(dst, v, rows)
	} else {
		kernel.Gather(dst, v, rows)
	}
}

func (g *gatherer) fixed(c *Column, parts []part) {
	w := c.schema.kind.FixedBytes()
	c.fixed = g.b.Arena.Bytes(c.n * w)
	at := 0
	for _, p := range parts {
		dst, src := c.fixed[at:], p.c.fixed
		switch w {
		case 1:
			take(mem.Cast[uint8](dst), mem.Cast[uint8](src), p.rows, p.nulls)
		case 2:
			take(mem.Cast[uint16](dst), mem.Cast[uint16](src), p.rows, p.nulls)
		case 4:
			take(mem.Cast[uint32](dst), mem.Cast[uint32](src), p.rows, p.nulls)
		case 8:
			take(mem.Cast[uint64](dst), mem.Cast[uint64](src), p.rows, p.nulls)
		}
		at += len(p.rows) * w
	}
}

func (g *gatherer) scales(c *Column, parts []part) {
	some := false
	for _, p := range parts {
		some = some || p.c.Scales != nil
	}
	if !some {
		return
	}
	c.Scales = mem.Zeroed[int32](&g.b.Arena, c.n)
	at := 0
	for _, p := range parts {
		for i, r := range p.rows {
			if r >= 0 {
				c.Scales[at+i] = p.c.Scale(int(r))
			}
		}
		at += len(p.rows)
	}
}

// views gathers text: views alone where all parts have the same buffers, otherwise the text too.
func (g *gatherer) views(dst *Bytes, n int, parts []part) {
	dst.Views = mem.Zeroed[View](&g.b.Arena, n)
	if !g.copyText && sameBuffers(parts) {
		at := 0
		for _, p := range parts {
			dst.Bufs = p.c.Bufs
			take(dst.Views[at:], p.c.Views, p.rows, p.nulls)
			at += len(p.rows)
		}
		return
	}
	total := 0
	for _, p := range parts {
		for _, r := range p.rows {
			if r >= 0 && p.c.Valid.Has(int(r)) {
				total += int(p.c.Views[r].Len)
			}
		}
	}
	if total > MaxBufferBytes {
		g.fail("rows with %d bytes of text do not fit one column: take fewer rows", total)
		return
	}
	buf := g.b.Arena.Bytes(total)
	pos, at := 0, 0
	for _, p := range parts {
		for i, r := range p.rows {
			if r >= 0 && p.c.Valid.Has(int(r)) {
				m := copy(buf[pos:], p.c.At(int(r)))
				dst.Views[at+i] = View{Pos: uint32(pos) | InArena, Len: uint32(m)}
				pos += m
			}
		}
		at += len(p.rows)
	}
	dst.Bufs[1] = buf
}

func sameBuffers(parts []part) bool {
	for _, p := range parts[1:] {
		for k, b := range p.c.Bufs {
			a := parts[0].c.Bufs[k]
			if len(a) != len(b) || len(a) > 0 && &a[0] != &b[0] {
				return false
			}
		}
	}
	return true
}

// nested gathers arrays and maps: offsets, and the rows of the children.
func (g *gatherer) nested(c *Column, parts []part) {
	c.Offsets = mem.Alloc[int32](&g.b.Arena, c.n+1)
	c.Offsets[0] = 0
	below := make([]part, len(parts))
	at, total := 0, int64(0)
	for k, p := range parts {
		var rows []int32
		for i, r := range p.rows {
			if r >= 0 && p.c.Valid.Has(int(r)) {
				for x := p.c.Offsets[r]; x < p.c.Offsets[r+1]; x++ {
					rows = append(rows, x)
				}
				total += int64(p.c.Offsets[r+1] - p.c.Offsets[r])
			}
			c.Offsets[at+i+1] = int32(total)
		}
		at += len(p.rows)
		below[k].rows = rows
		if total > MaxBufferBytes {
			g.fail("rows with %d elements do not fit one column: take fewer rows", total)
			return
		}
	}
	for k := range parts[0].c.Children {
		for i, p := range parts {
			below[i].c = p.c.Children[k]
		}
		c.Children = append(c.Children, g.column(parts[0].c.Children[k].schema, below))
	}
}

// dynamic gathers schemaless rows of several columns, or rows whose text is to be copied, by value.
func (g *gatherer) dynamic(parts []part, n int) *Column {
	values := make([]Value, 0, n)
	linked, text := false, 0
	for _, p := range parts {
		linked = linked || p.c.Dyn != nil && p.c.Dyn.Linked
		for _, r := range p.rows {
			var v Value
			if r >= 0 {
				v = p.c.Value(int(r))
			}
			text += v.TextBytes()
			values = append(values, v)
		}
	}
	if text > MaxBufferBytes {
		g.fail("rows with %d bytes of text do not fit one column: take fewer rows", text)
		values = values[:0]
	}
	return g.b.DynamicColumn(values, linked)
}

// takeDynamic gathers rows of one dynamic column; text, elements, entries and structs stay shared.
func (g *gatherer) takeDynamic(c *Column, rows []int32, nulls bool, none Tag) *Column {
	if c.form == FormConstant {
		return g.shared(nil, part{c, rows, nulls})
	}
	out := g.b.NewDynamic(len(rows))
	d, s := out.Dyn, c.Dyn
	out.Bufs = c.Bufs
	if s.Tags == nil && !nulls {
		d.Uniform, d.Tags = s.Uniform, nil
	} else {
		for i, r := range rows {
			if r >= 0 {
				d.Tags[i] = s.Tag(int(r))
			} else {
				d.Tags[i] = none
			}
		}
	}
	take(d.Slots, s.Slots, rows, nulls)
	if c.Views != nil {
		out.Views = mem.Zeroed[View](&g.b.Arena, len(rows))
		take(out.Views, c.Views, rows, nulls)
	}
	for _, f := range s.Fields {
		d.Fields = append(d.Fields, DynamicField{Name: f.Name, Column: g.takeDynamic(f.Column, rows, nulls, TagAbsent)})
	}
	d.Shapes = append(d.Shapes, s.Shapes...)
	d.Boxed = append(d.Boxed, s.Boxed...)
	d.Linked, d.Elems, d.Keys, d.Values = s.Linked, s.Elems, s.Keys, s.Values
	return out
}

func (g *gatherer) fail(format string, args ...any) {
	if g.err == nil {
		g.err = dataErrorf(format, args...)
	}
}
