package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonrow"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

const (
	slotsFree  = 4096     // slots that schemaless columns may take for any input
	slotsShare = 1        // and for each byte of it
	keptBytes  = 16 << 20 // scratch of more is not kept for the next batch
)

// Decode implements codec.Decoder. The projection saves work on the members of schemaless records;
// under a schema everything is read, because the schema decides what fails.
func (d *decoder) Decode(dst *batch.Batch, in *codec.Input, group int32, sel batch.Selection, want *batch.Projection, status *batch.Status) (*batch.Column, error) {
	p := d.planOf(d.groups[group])
	d.packed = false
	if !d.rowsOf(dst, in, p, sel, want, status) {
		// Objects in arrays have so many different members that their columns would take more than a fair share.
		delete(d.plans, p.schema)
		p = d.planOf(p.schema)
		d.packed = true
		d.rowsOf(dst, in, p, sel, want, status)
	}
	return d.end(in, p), nil
}

// rowsOf reads the rows of sel into the columns of p; false where it stopped because columns below arrays became too many.
func (d *decoder) rowsOf(dst *batch.Batch, in *codec.Input, p *plan, sel batch.Selection, want *batch.Projection, status *batch.Status) bool {
	d.begin(dst, in, p, sel, want)
	if sel == nil {
		for i := range int32(in.Values.Len()) {
			d.decode(in, p, i, status)
		}
	} else {
		for _, i := range sel {
			d.decode(in, p, i, status)
		}
	}
	return !d.crowded
}

// planOf returns the plan of a schema.
func (d *decoder) planOf(s *batch.Schema) *plan {
	if p, ok := d.plans[s]; ok {
		return p
	}
	if len(d.plans) > d.cacheSize {
		clear(d.plans)
	}
	p := &plan{schema: s, root: &column{}}
	if s != nil {
		p.root = newTyped(s, false, 0, d.replaceNull)
	}
	d.plans[s] = p
	return p
}

// begin prepares columns for the rows of sel.
func (d *decoder) begin(dst *batch.Batch, in *codec.Input, p *plan, sel batch.Selection, want *batch.Projection) {
	f := &d.fast
	f.dst, f.rows, f.Text = dst, in.Values.Len(), f.Text[:0]
	f.want = nil
	f.crowded, f.below = false, 0
	if p.schema == nil {
		f.want = want
		p.root.choose(want)
	}
	d.noSchema = nil
	d.slots = slotsFree + slotsShare*inputBytes(&in.Values, sel)
	if p.schema == nil {
		p.root.prune(2*p.root.slotsFor(f.rows) > d.slots)
		if f.budget = d.slots - p.root.slotsFor(f.rows); f.budget < 0 {
			p.root = &column{}
			f.budget = d.slots
		}
	}
	p.root.begin(dst, f.rows)
}

// choose marks the members of schemaless records that want does not name.
func (c *column) choose(want *batch.Projection) {
	if c.object == nil {
		return
	}
	for _, m := range c.object.members {
		m.column.setUnread(!want.Wants(m.name))
	}
}

// setUnread says whether somebody reads the column's values.
func (c *column) setUnread(unread bool) { c.unread, c.aside = unread, unread || c.below }

// inputBytes returns the bytes of the selected rows.
func inputBytes(b *batch.Bytes, sel batch.Selection) int {
	n := 0
	if sel == nil {
		for _, v := range b.Views {
			n += int(v.Len)
		}
		return n
	}
	for _, i := range sel {
		n += int(b.Views[i].Len)
	}
	return n
}

// decode reads row i.
func (d *decoder) decode(in *codec.Input, p *plan, i int32, status *batch.Status) {
	if d.crowded {
		return
	}
	if !in.Values.Valid.Has(int(i)) {
		p.root.null(int(i))
		if p.schema != nil {
			if d.noSchema == nil {
				d.noSchema = mem.Zeroed[uint64](&d.dst.Arena, bits.Words(d.rows))
			}
			d.noSchema.Set(int(i))
		}
		return
	}
	d.Take(&in.Values, in.Values.Views[i], 0)
	d.round++
	d.present = int(i)
	if d.readFast(p, i) || d.crowded {
		return
	}
	d.clear(p.root, int(i))
	if err := d.readTape(in, p, i); err != nil {
		p.root.null(int(i))
		status.Fail(i, d.rows, err)
	}
}

// readFast reads the present row into columns; false where the plain path has to.
func (d *decoder) readFast(p *plan, i int32) bool {
	f := &d.fast
	if !d.enveloped() {
		start := jsonscan.SkipSpace(f.B, 0, f.N)
		end := f.value(p.root, int(i), start)
		return end == f.N || end != odd && endsRoot(f.B[start], f.B[end])
	}
	at := int(d.payloads[i])
	if at < 0 {
		return false
	}
	end := f.value(p.root, int(i), jsonscan.SkipSpace(f.B, at, f.N))
	if end == odd {
		return false
	}
	end = jsonscan.SkipSpace(f.B, end, f.N)
	return end < f.N && f.B[end] == '}'
}

// endsRoot reports whether next may surely follow a value that starts with first and is not in an
// array or object. Anything may follow one that has an end of its own.
func endsRoot(first, next byte) bool {
	switch first {
	case '{', '[', '"':
		return true
	}
	return next == ' ' || next == '\t' || next == '\n' || next == '\r'
}

// end lays the columns out.
func (d *decoder) end(in *codec.Input, p *plan) *batch.Column {
	f := &d.fast
	var text []byte
	if len(f.Text) > 0 {
		text = f.dst.Arena.Bytes(len(f.Text))
		copy(text, f.Text)
	}
	out := p.root.finish(f.dst, f.rows, in.Values.Bufs[jsonrow.Source(&in.Values)], text)
	out.NoSchema = d.noSchema
	out.Settle()
	f.Drop(keptBytes)
	f.dst = nil
	return out
}
