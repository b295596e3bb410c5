package protobuf

import (
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
	row                      rowReader
}

// plan is what a decoder keeps for the records of one message.
type plan struct {
	*reading
	domain  *fill.Domain
	root    *fill.Column
	place   *place
	builder *batch.ColumnBuilder // nil: by plan
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

// Decode implements codec.Decoder. Source: ProtobufConverter.toConnectData.
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
	if p.builder != nil {
		return d.plain(dst, in, p, frame.Skip, sel, status), nil
	}
	return d.fast(dst, in, p, frame.Skip, sel, status), nil
}

// newPlan returns a plan with columns of its own.
func newPlan(r *reading) *plan {
	p := &plan{reading: r}
	if r.steps == nil {
		p.builder = batch.NewColumnBuilder(r.schema, true) // maps come in the order of the original's
		return p
	}
	p.domain = fill.NewRoot()
	p.root = p.domain.Add(r.schema, false)
	p.place = newPlace(r.steps, p.domain, p.root)
	return p
}

// fast reads the rows of a group by its plan.
func (d *decoder) fast(dst *batch.Batch, in *codec.Input, p *plan, skip int, sel batch.Selection, status *batch.Status) *batch.Column {
	n := in.Values.Len()
	g := fill.NewGroup(n, sel)
	p.domain.Start(dst, g.Rows)
	x := &d.row
	x.text = x.text[:0]
	source := in.Values.Bufs[0]
	other := len(source) == 0
	if other {
		source = in.Values.Bufs[1]
	}
	var absent fill.Absent
	for k := range g.Len {
		i, r := g.At(k)
		if !in.Values.Valid.Has(i) || !d.one(in, p, skip, i, r, other, status) {
			absent.Add(dst, i, n)
		}
	}
	var text []byte
	if len(x.text) > 0 {
		text = dst.Arena.Bytes(len(x.text))
		copy(text, x.text)
	}
	c := d.Places.Column(dst, &g, p.root.Finish(dst, source, text))
	absent.Mark(dst, c)
	p.domain.Trim()
	if cap(x.text) > textKept {
		x.text = nil
	}
	clear(x.entries[:cap(x.entries)])
	if cap(x.entries) > entriesKept {
		x.entries = nil
	}
	return c
}

// How much a decoder keeps room for between batches: bytes of text, entries of maps.
const (
	textKept    = 1 << 20
	entriesKept = 1 << 12
)

// one reads row i of the input as row r of the columns, and reports whether it has a value.
func (d *decoder) one(in *codec.Input, p *plan, skip, i, r int, other bool, status *batch.Status) bool {
	v := in.Values.Views[i]
	x := &d.row
	x.copy = (v.Pos>>31 == 1) != other
	start := int(v.Pos&^batch.InArena) + skip
	b := in.Values.Bufs[v.Pos>>31][start : start+int(v.Len)-skip]
	x.base, x.cells, x.entries = uint32(start), cellsFree+cellsPerByte*int64(len(b)), x.entries[:0]
	before := len(x.text)
	p.domain.Mark()
	if x.message(p.place, b, 0, r) >= 0 {
		return true
	}
	p.domain.Undo(r)
	x.text = x.text[:before]
	if x.cells < 0 {
		status.Fail(int32(i), in.Values.Len(), tooManyCells(len(b)))
		return false
	}
	value, err := d.plainRow(in.Topic, p.reading, b)
	if err != nil {
		status.Fail(int32(i), in.Values.Len(), err)
		return false
	}
	x.text = p.root.Put(r, value, x.text)
	if len(x.text) > batch.MaxBufferBytes {
		x.text = x.text[:before]
		p.domain.Undo(r)
		status.Fail(int32(i), in.Values.Len(), codec.Data("records of more than 2 GiB in one batch: poll smaller batches"))
		return false
	}
	return true
}

// tooManyCells refuses a record of few bytes that would become very many values.
func tooManyCells(bytes int) error {
	return codec.Data("%d bytes hold repeated messages of more than %d fields, set or not: they are not read", bytes, cellsFree+cellsPerByte*bytes)
}

// plain reads the rows of a group a value at a time.
func (d *decoder) plain(dst *batch.Batch, in *codec.Input, p *plan, skip int, sel batch.Selection, status *batch.Status) *batch.Column {
	n := in.Values.Len()
	cb := p.builder
	defer cb.Reset()
	next := 0
	read := func(i int) {
		cb.AppendNulls(i - next)
		next = i + 1
		if !in.Values.Valid.Has(i) {
			cb.AppendNoSchema()
			return
		}
		v, err := d.plainRow(in.Topic, p.reading, in.Values.At(i)[skip:])
		if err == nil {
			err = cb.Append(v)
		}
		if err != nil {
			status.Fail(int32(i), n, codec.AsError(err))
			cb.AppendNoSchema()
		}
	}
	if sel == nil {
		for i := range n {
			read(i)
		}
	}
	for _, i := range sel {
		read(int(i))
	}
	cb.AppendNulls(n - next)
	return cb.Finish(dst)
}

// plainRow reads one record.
func (c *converter) plainRow(topic string, r *reading, b []byte) (batch.Value, error) {
	m, err := parseMessage(r.message, b)
	if err != nil {
		return batch.Value{}, c.unreadable(topic, r.of.ID, err)
	}
	v, err := c.rootValue(r.schema, m)
	if err != nil {
		return batch.Value{}, codec.AsError(err)
	}
	return v, nil
}
