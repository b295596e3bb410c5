package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// decoder reads records into columns.
type decoder struct {
	*converter
	groups []*batch.Schema
}

var _ codec.Decoder = (*decoder)(nil)

func newDecoder(c *converter) *decoder { return &decoder{converter: c} }

// Group implements codec.Decoder.
func (d *decoder) Group(dst *batch.Batch, in *codec.Input, g *codec.Groups, status *batch.Status) error {
	d.groups = d.groups[:0]
	g.N, g.Row = 1, nil
	if !d.envelope || d.content != nil {
		d.groups = append(d.groups, d.content)
		if !d.envelope {
			d.groups[0] = nil
		}
		return nil
	}
	n := in.Values.Len()
	rows := mem.Alloc[int32](&dst.Arena, n)
	for i := range rows {
		rows[i] = -1
	}
	each(in.Sel, n, func(i int32) {
		raw, ok := in.Values.Get(int(i))
		if !ok {
			rows[i] = 0
			return
		}
		s, _, err := d.split(raw)
		if err != nil {
			status.Fail(i, n, err)
			return
		}
		rows[i] = d.group(s)
	})
	if len(d.groups) == 0 {
		d.groups = append(d.groups, nil)
	}
	g.N, g.Row = int32(len(d.groups)), rows
	return nil
}

func (d *decoder) group(s *batch.Schema) int32 {
	for i, k := range d.groups {
		if k == s {
			return int32(i)
		}
	}
	d.groups = append(d.groups, s)
	return int32(len(d.groups) - 1)
}

func each(sel batch.Selection, n int, f func(i int32)) {
	if sel == nil {
		for i := range int32(n) {
			f(i)
		}
		return
	}
	for _, i := range sel {
		f(i)
	}
}

// Decode implements codec.Decoder.
func (d *decoder) Decode(dst *batch.Batch, in *codec.Input, group int32, sel batch.Selection, _ *batch.Projection, status *batch.Status) (*batch.Column, error) {
	s := d.groups[group]
	b := batch.NewColumnBuilder(s, false)
	n := in.Values.Len()
	each(sel, n, func(i int32) {
		b.AppendNulls(int(i) - b.Len())
		raw, ok := in.Values.Get(int(i))
		if !ok {
			b.AppendNoSchema()
			return
		}
		_, v, err := d.plainRead(raw)
		if err == nil {
			err = asError(b.Append(v))
		}
		if err != nil {
			status.Fail(i, n, err)
			b.AppendNulls(1)
		}
	})
	b.AppendNulls(n - b.Len())
	return b.Finish(dst), nil
}
