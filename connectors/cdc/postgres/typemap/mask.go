package typemap

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors/cdc"
)

// Masked returns d with a masking on top. width is the length that the column was declared with, 0 for none.
func (d *Decoder) Masked(m *cdc.Masking, t *Type, width int) *Decoder {
	out := *d
	p := m.Param()
	out.Schema = batch.From(d.Schema).Param(p.Key, p.Value).Build()
	if t = t.Root(); maskable(t, d.Schema.Kind(), m) {
		out.mask, out.width = m, width
	}
	return &out
}

// maskable reports whether values of a type are masked: those that JDBC knows as character types, and to cut, bytes.
func maskable(t *Type, k batch.Kind, m *cdc.Masking) bool {
	switch t.OID {
	case oidText, oidVarchar, oidBpchar, oidChar, oidName:
		return true
	}
	return t.Labels != nil || t.OID == oidBytea && k == batch.KindBytes && m.Bytes()
}

// masked replaces the values of c.
func (d *Decoder) masked(b *batch.Batch, c *batch.Column, in *Cells) *batch.Column {
	stars, nulls := d.mask.Null()
	var out []byte
	n := b.NewColumn(d.Schema, c.Len())
	n.Views = mem.Zeroed[batch.View](&b.Arena, c.Len())
	for i := range n.Views {
		from := len(out)
		switch {
		case c.IsNull(i) && (!nulls || in.Tuples[i] < 0):
			b.MakeValid(n).Clear(i)
			continue
		case c.IsNull(i):
			out = append(out, stars...)
		case d.Schema.Kind() == batch.KindBytes:
			out = d.mask.AppendBytes(out, c.At(i))
		default:
			out = d.mask.Append(out, c.At(i), d.width)
		}
		n.Views[i] = batch.View{Pos: uint32(from) | batch.InArena, Len: uint32(len(out) - from)}
	}
	n.Bufs[1] = b.Arena.Bytes(len(out))
	copy(n.Bufs[1], out)
	return n
}
