package avro

import (
	"errors"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/fill"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// decoder reads records into columns.
type decoder struct {
	*converter
	*schemaregistry.Splitter // Group
	plans                    *schemaregistry.Plans[*plan]
	builder                  *batch.ColumnBuilder // plain reading: of the present plan
	row                      rowReader
	rewriter                 rewriter
}

// plan is what a decoder keeps for the records of one writer's schema.
type plan struct {
	*reading
	root   *fill.Column
	domain *fill.Domain
	steps  [1]step
	cols   [1]*fill.Column
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
	return &decoder{converter: c, Splitter: c.registry.NewSplitter(), plans: plans}
}

// Decode implements codec.Decoder. Source: AvroConverter.toConnectData.
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
	if p.root == nil {
		return d.plain(dst, in, p, frame.Skip, sel, status), nil
	}
	if p.rewrite != nil {
		return d.fast(dst, d.rewritten(dst, in, p.reading, frame.Skip, sel, status), p, 0, sel, status), nil
	}
	return d.fast(dst, in, p, frame.Skip, sel, status), nil
}

// newPlan returns a plan with columns of its own.
func newPlan(r *reading) *plan {
	p := &plan{reading: r}
	if r.fast {
		p.domain = fill.NewRoot()
		p.steps[0] = r.step
		p.root = newTarget(&p.steps[0], p.domain, false)
		p.cols[0] = p.root
	}
	return p
}

// fast reads the rows of a group by its plan.
func (d *decoder) fast(dst *batch.Batch, in *codec.Input, p *plan, skip int, sel batch.Selection, status *batch.Status) *batch.Column {
	n := in.Values.Len()
	g := fill.NewGroup(n, sel)
	p.domain.Start(dst, g.Rows)
	x := &d.row
	x.text = x.text[:0]
	x.source = in.Values.Bufs[0]
	x.other = len(x.source) == 0
	if x.other {
		x.source = in.Values.Bufs[1]
	}
	var absent fill.Absent
	for k := range g.Len {
		i, r := g.At(k)
		if !in.Values.Valid.Has(i) || !d.one(in, p, skip, i, r, status) {
			absent.Add(dst, i, n)
		}
	}
	c := d.Places.Column(dst, &g, p.column(dst, x))
	absent.Mark(dst, c)
	return c
}

// column returns what x has read, and prepares both for another batch.
func (p *plan) column(dst *batch.Batch, x *rowReader) *batch.Column {
	var text []byte
	if len(x.text) > 0 {
		text = dst.Arena.Bytes(len(x.text))
		copy(text, x.text)
	}
	c := p.root.Finish(dst, x.source, text)
	p.domain.Trim()
	if cap(x.text) > textKept {
		x.text = nil
	}
	x.source = nil
	return c
}

// textKept is how many bytes of text a decoder keeps room for between batches.
const textKept = 1 << 20

// one reads row i of the input as row r of the columns, and reports whether it has a value.
func (d *decoder) one(in *codec.Input, p *plan, skip, i, r int, status *batch.Status) bool {
	v := in.Values.Views[i]
	x := &d.row
	x.copy = (v.Pos>>31 == 1) != x.other
	start := int(v.Pos&^batch.InArena) + skip
	n := int(v.Len) - skip
	b := in.Values.Bufs[v.Pos>>31][start:]
	x.base, x.end, x.empty, x.err = uint32(start), n, emptyItemsFree+int64(n), nil
	p.domain.Mark()
	end := 0
	if p.raw {
		end = x.bytes(&p.steps[0], p.root, b, 0, n, r)
		if p.root.Valid != nil {
			p.root.Valid.Set(r)
		}
	} else {
		end = x.steps(p.steps[:], p.cols[:], b, 0, r)
	}
	switch {
	case end < 0 || end > n:
		status.Fail(int32(i), in.Values.Len(), d.malformed(in.Topic, p.reading))
	case d.failOnTrailing && end < n:
		status.Fail(int32(i), in.Values.Len(), d.trailing(in.Topic, p.reading))
	case x.err != nil:
		status.Fail(int32(i), in.Values.Len(), x.err)
	default:
		return p.root.Valid == nil || p.root.Valid.Get(r)
	}
	p.domain.Undo(r)
	return false
}

// plain reads the rows of a group a value at a time.
func (d *decoder) plain(dst *batch.Batch, in *codec.Input, p *plan, skip int, sel batch.Selection, status *batch.Status) *batch.Column {
	n := in.Values.Len()
	if d.builder == nil || d.builder.Schema() != p.schema {
		d.builder = batch.NewColumnBuilder(p.schema, true) // maps come in the order of the original's
	}
	cb := d.builder
	defer cb.Reset()
	live := make([]bool, n)
	if sel == nil {
		for i := range live {
			live[i] = true
		}
	}
	for _, i := range sel {
		live[i] = true
	}
	for i := range n {
		if !live[i] || !in.Values.Valid.Has(i) {
			cb.AppendNoSchema()
			continue
		}
		v, err := d.plainRow(in.Topic, p.reading, in.Values.At(i)[skip:])
		if err == nil && !v.IsNull() {
			err = cb.Append(v)
		}
		if err != nil {
			status.Fail(int32(i), n, codec.AsError(err))
		}
		if err != nil || v.IsNull() {
			cb.AppendNoSchema()
		}
	}
	return cb.Finish(dst)
}

// plainRow reads one record.
func (c *converter) plainRow(topic string, r *reading, b []byte) (batch.Value, error) {
	if r.raw {
		v := batch.BytesValue(append([]byte{}, b...))
		return logicalValue(r.schema, v)
	}
	if r.rewrite != nil {
		var x rewriter
		if err := c.rewriteRow(&x, topic, r, b); err != nil {
			return batch.Value{}, err
		}
		b = x.out
	}
	v, end, err := c.data.plainRead(b, r.schema, r.writer)
	switch {
	case errors.Is(err, errBytes):
		return v, c.malformed(topic, r)
	case c.failOnTrailing && end < len(b):
		return v, c.trailing(topic, r)
	}
	return v, err
}
