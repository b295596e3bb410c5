package avro

import (
	"errors"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/fill"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// decoder reads records into columns.
type decoder struct {
	*converter
	*schemaregistry.Splitter // Group
	plans                    *schemaregistry.Kept[schemaregistry.ReadKey, *plan]
	builder                  *batch.ColumnBuilder // plain reading: of the present plan
	row                      rowReader
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
	return &decoder{converter: c, Splitter: c.registry.NewSplitter(), plans: schemaregistry.NewKept[schemaregistry.ReadKey, *plan](schemaregistry.PlansMax)}
}

// Decode implements codec.Decoder. Source: AvroConverter.toConnectData.
func (d *decoder) Decode(dst *batch.Batch, in *codec.Input, group int32, sel batch.Selection, _ *batch.Projection, status *batch.Status) (*batch.Column, error) {
	n := in.Values.Len()
	if !fill.AnyPresent(&in.Values, sel) {
		return dst.NullColumn(n), nil
	}
	frame := d.Frame(group)
	p, err := d.plan(in.Topic, frame.ID)
	if err != nil {
		if schemaregistry.AllRows(err) {
			return nil, err
		}
		fill.FailAll(&in.Values, sel, status, err)
		return dst.NullColumn(n), nil
	}
	if p.root == nil {
		return d.plain(dst, in, p, frame.Skip, sel, status)
	}
	return d.fast(dst, in, p, frame.Skip, sel, status)
}

// plan returns what reads the records of a topic that carry id. Errors: as the original throws them.
func (d *decoder) plan(topic string, id schemaregistry.ID) (*plan, error) {
	fresh := func(p *plan) bool { return p.of.Fresh(time.Now()) }
	return d.plans.Get(schemaregistry.ReadKey{Topic: topic, ID: id}, fresh, func() (*plan, error) {
		r, err := d.reading(topic, id)
		if err != nil {
			return nil, err
		}
		return newPlan(r), nil
	})
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

// sparseShare is what part of a batch's rows a group has at most whose rows stand in a dictionary.
const sparseShare = 8

// fast reads the rows of a group by its plan. A group of few rows becomes a dictionary of them: columns of as many rows as the batch has,
// once for each of a hundred groups, would cost more than the rows.
func (d *decoder) fast(dst *batch.Batch, in *codec.Input, p *plan, skip int, sel batch.Selection, status *batch.Status) (*batch.Column, error) {
	n := in.Values.Len()
	sparse := sel != nil && len(sel)*sparseShare <= n
	if sparse {
		p.domain.Start(dst, len(sel))
	} else {
		p.domain.Start(dst, n)
	}
	x := &d.row
	x.text = x.text[:0]
	x.source = in.Values.Bufs[0]
	x.other = len(x.source) == 0
	if x.other {
		x.source = in.Values.Bufs[1]
	}
	var absent fill.Absent
	each := func(i, r int32) {
		if !in.Values.Valid.Has(int(i)) || !d.one(in, p, skip, int(i), int(r), status) {
			absent.Add(dst, int(i), n)
		}
	}
	switch {
	case sel == nil:
		for i := range int32(n) {
			each(i, i)
		}
	case sparse:
		for r, i := range sel {
			each(i, int32(r))
		}
	default:
		for _, i := range sel {
			each(i, i)
		}
	}
	c := p.column(dst, x)
	if sparse {
		c = scattered(dst, c, sel, n)
	}
	absent.Mark(dst, c)
	return c, nil
}

// scattered returns a column of n rows, null but for those of sel, which are the rows of c.
func scattered(dst *batch.Batch, c *batch.Column, sel batch.Selection, n int) *batch.Column {
	index := mem.Zeroed[int32](&dst.Arena, n)
	out := dst.NewDictionary(c.Schema(), index, c)
	out.Valid = mem.Zeroed[uint64](&dst.Arena, bits.Words(n))
	for r, i := range sel {
		index[i] = int32(r)
		if c.Valid.Has(r) {
			out.Valid.Set(int(i))
		}
	}
	return out
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
func (d *decoder) plain(dst *batch.Batch, in *codec.Input, p *plan, skip int, sel batch.Selection, status *batch.Status) (*batch.Column, error) {
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
	return cb.Finish(dst), nil
}

// plainRow reads one record.
func (c *converter) plainRow(topic string, r *reading, b []byte) (batch.Value, error) {
	if r.raw {
		v := batch.BytesValue(append([]byte{}, b...))
		return logicalValue(r.schema, v)
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
