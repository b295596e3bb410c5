package jsonschema

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/fill"
	"github.com/millrace/millrace/codec/internal/jsonrow"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// decoder reads records into columns.
type decoder struct {
	*converter
	*schemaregistry.Splitter // Group
	plans                    *schemaregistry.Plans[*plan]
	fast
}

// plan is what a decoder keeps for the records of one schema.
type plan struct {
	*reading
	domain *fill.Domain
	root   *cell
	check  *batch.ColumnBuilder // of values that were read one at a time
}

var _ codec.Decoder = (*decoder)(nil)

func newDecoder(c *converter) *decoder {
	plans := schemaregistry.NewPlans(func(topic string, id schemaregistry.ID) (*schemaregistry.Reading, *plan, error) {
		r, err := c.reading(topic, id)
		if err != nil {
			return nil, nil, err
		}
		return r.of, newPlan(r), nil
	})
	return &decoder{converter: c, Splitter: c.registry.NewSplitter(), plans: plans, fast: fast{data: &c.data}}
}

// Decode implements codec.Decoder. Everything is read, because the schema decides what fails.
// Source: JsonSchemaConverter.toConnectData.
func (d *decoder) Decode(dst *batch.Batch, in *codec.Input, group int32, sel batch.Selection, _ *batch.Projection, status *batch.Status) (*batch.Column, error) {
	n := in.Values.Len()
	if !fill.AnyPresent(&in.Values, sel) {
		return dst.NullColumn(n), nil
	}
	frame := d.Frame(group)
	p, err := d.plans.Of(in.Topic, frame.ID)
	if err != nil {
		if schemaregistry.AllRows(err) {
			return nil, err
		}
		fill.FailAll(&in.Values, sel, status, err)
		return dst.NullColumn(n), nil
	}
	if p.err != nil {
		d.failEach(in, p, frame.Skip, sel, status)
		return dst.NullColumn(n), nil
	}
	return d.rows(dst, in, p, frame.Skip, sel, status), nil
}

// failEach fails the rows of a schema that has none of Connect: with what is wrong with a row, or else with the schema.
func (d *decoder) failEach(in *codec.Input, p *plan, skip int, sel batch.Selection, status *batch.Status) {
	each := func(i int32) {
		if in.Values.Valid.Has(int(i)) {
			_, err := d.plainRow(p.reading, in.Values.At(int(i))[skip:])
			status.Fail(i, in.Values.Len(), err)
		}
	}
	if sel == nil {
		for i := range int32(in.Values.Len()) {
			each(i)
		}
	}
	for _, i := range sel {
		each(i)
	}
}

// newPlan returns a plan with columns of its own.
func newPlan(r *reading) *plan {
	if r.err != nil {
		return &plan{reading: r}
	}
	p := &plan{reading: r, domain: fill.NewRoot(), check: batch.NewColumnBuilder(r.schema, true)}
	p.root = newCell(r.schema, p.domain, 0, false)
	return p
}

// rows reads the rows of a group.
func (d *decoder) rows(dst *batch.Batch, in *codec.Input, p *plan, skip int, sel batch.Selection, status *batch.Status) *batch.Column {
	n := in.Values.Len()
	g := fill.NewGroup(n, sel)
	p.domain.Start(dst, g.Rows)
	p.root.begin()
	d.domain, d.Text = p.domain, d.Text[:0]
	source := in.Values.Bufs[jsonrow.Source(&in.Values)]
	var absent fill.Absent
	for k := range g.Len {
		i, r := g.At(k)
		if !in.Values.Valid.Has(i) || !d.row(in, p, skip, i, r, status) {
			absent.Add(dst, i, n)
		}
	}
	var text []byte
	if len(d.Text) > 0 {
		text = dst.Arena.Bytes(len(d.Text))
		copy(text, d.Text)
	}
	c := d.Places.Column(dst, &g, p.root.col.Finish(dst, source, text))
	absent.Mark(dst, c)
	p.domain.Trim()
	d.drop()
	return c
}

// textKept is how many bytes of text a decoder keeps room for between batches.
const textKept = 1 << 20

// drop lets go of the batch, and of more memory than common batches need.
func (d *decoder) drop() {
	clear(d.entries[:cap(d.entries)])
	clear(d.sorted[:cap(d.sorted)])
	d.domain = nil
	d.Drop(textKept)
}

// row reads row i of the input as row r of the columns, and reports whether it has a value or null under the schema.
func (d *decoder) row(in *codec.Input, p *plan, skip, i, r int, status *batch.Status) bool {
	v := in.Values.Views[i]
	d.domain.Mark()
	d.Take(&in.Values, v, skip)
	if p.validator == nil {
		start := jsonscan.SkipSpace(d.B, 0, d.N)
		if end := d.value(p.root, r, start); end == d.N || end != odd && endsRoot(d.B[start], d.B[end]) {
			return true
		}
		d.domain.Undo(r)
	}
	value, err := d.plainRow(p.reading, d.B[:d.N])
	if err == nil {
		err = asError(p.check.Check(value))
	}
	if err != nil {
		status.Fail(int32(i), in.Values.Len(), err)
		return false
	}
	d.Text = p.root.col.Put(r, value, d.Text)
	return true
}

// endsRoot reports whether next may surely follow a value that starts with first and is not in an array or object.
// Anything may follow one that has an end of its own.
func endsRoot(first, next byte) bool {
	switch first {
	case '{', '[', '"':
		return true
	}
	return next == ' ' || next == '\t' || next == '\r' || next == '\n'
}
