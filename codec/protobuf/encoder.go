package protobuf

import (
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// encoder writes columns as records.
type encoder struct {
	*converter
	frames map[frameKey]*frame
	bound  map[*writing]*fields
	rows   rows // of the present column

	// Of the present batch.
	dst *batch.BytesBuilder
	buf []byte // dst.Buf to its capacity
}

// frameKey says whose records a frame stands before: those of a message that need not be the schema's own.
type frameKey struct {
	topic string
	w     *writing
	name  string
}

// frame is what the records of a topic have before their bytes.
type frame struct {
	of     *schemaregistry.Written
	prefix []byte
}

var _ codec.Encoder = (*encoder)(nil)

func newEncoder(c *converter) *encoder {
	return &encoder{converter: c, frames: map[frameKey]*frame{}, bound: map[*writing]*fields{}}
}

// Encode implements codec.Encoder. Source: ProtobufConverter.fromConnectData.
func (e *encoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	e.dst, e.buf = dst, dst.Buf[:cap(dst.Buf)]
	x := &e.rows
	*x = rows{encoder: e, topics: out.Topics, col: out.Column, schema: out.Column.Schema(), w: e.writing(out.Column.Schema()), status: status, topic: -1}
	defer x.done()
	x.bind()
	if out.Sel == nil {
		for i := range int32(x.col.Len()) {
			if err := x.row(i); err != nil {
				return err
			}
		}
		return nil
	}
	for _, i := range out.Sel {
		if err := x.row(i); err != nil {
			return err
		}
	}
	return nil
}

// rows writes the rows of one column.
type rows struct {
	*encoder
	topics batch.Topics
	col    *batch.Column
	schema *batch.Schema
	w      *writing
	status *batch.Status

	// Of the rows of one topic: its place among the names of the topics, -1 = none yet.
	topic  int32
	frame  *frame
	fields *fields // nil: a value at a time
}

// done drops what belongs to the batch.
func (x *rows) done() {
	if x.fields != nil {
		x.fields.unbind()
	}
	x.encoder.dst, x.encoder.buf = nil, nil
	*x = rows{}
}

// bind finds the plan of the column, where there is one.
func (x *rows) bind() {
	if x.w.steps == nil || x.col.Form() != batch.FormPlain {
		return
	}
	f := x.bound[x.w]
	if f == nil {
		if len(x.bound) >= schemaregistry.PlansMax {
			clear(x.bound)
		}
		f = newFields(x.w.steps)
		x.bound[x.w] = f
	}
	p := planner{converter: x.converter, plain: plainWriter{data: &x.data, standard: x.standard, file: x.w.linked}}
	if f.bind(x.w.steps, &p, x.w.linked.Message(x.w.name), x.col.Children) {
		x.fields = f
	} else {
		f.unbind()
	}
}

// row writes row i. An error says that no row can be tried.
func (x *rows) row(i int32) error {
	null := x.col.IsNull(int(i))
	switch {
	case null && (x.schema == nil || !x.col.HasSchema(int(i))):
		return nil // neither schema nor value: null bytes
	case x.w.err != nil:
		x.status.Fail(i, x.col.Len(), x.w.err)
		return nil
	case null:
		return nil
	}
	if x.fields == nil {
		return x.plainRow(i)
	}
	if ok, err := x.start(i); err != nil || !ok {
		return err
	}
	p := x.structAt(x.fields, int(i), x.fill(len(x.dst.Buf), x.frame.prefix))
	if p < 0 {
		x.dst.Undo() // what made room has begun the row
		return x.plainRow(i)
	}
	x.end(i, p)
	return nil
}

// start finds how records of row i's topic are written, and reports whether they are. As in the original, a value that cannot be
// converted asks the registry nothing.
func (x *rows) start(i int32) (ok bool, err error) {
	topic := int32(0)
	if x.topics.Index != nil {
		topic = x.topics.Index[i]
	}
	if topic == x.topic {
		return true, nil
	}
	f := x.frames[frameKey{x.topics.Names[topic], x.w, x.w.name}]
	if f == nil || !f.of.Fresh(time.Now()) {
		if _, err := x.plain(x.schema, x.w, x.col.Value(int(i))); err != nil {
			x.status.Fail(i, x.col.Len(), codec.AsError(err))
			return false, nil
		}
		if f, err = x.frameOf(i, x.w.name); err != nil || f == nil {
			return false, err
		}
	}
	x.frame, x.topic = f, topic
	return true, nil
}

// plainRow writes row i a value at a time, or says why not.
func (x *rows) plainRow(i int32) error {
	m, err := x.plain(x.schema, x.w, x.col.Value(int(i)))
	switch {
	case err != nil:
		x.status.Fail(i, x.col.Len(), codec.AsError(err))
		return nil
	case m == nil:
		return nil
	}
	f, err := x.frameOf(i, m.of.FullName)
	if err != nil || f == nil {
		return err
	}
	x.end(i, x.fill(x.fill(len(x.dst.Buf), f.prefix), m.append(nil)))
	return nil
}

// end makes the bytes up to p row i.
func (x *rows) end(i int32, p int) {
	if p > batch.MaxBufferBytes {
		x.status.Fail(i, x.col.Len(), codec.Data("records of more than 2 GiB in one batch: poll smaller batches"))
		return
	}
	x.dst.Buf = x.buf[:p]
	x.dst.EndRow(int(i))
}

// frameOf returns the frame of row i, whose record is a message of that name; nil where the row has failed.
func (x *rows) frameOf(i int32, name string) (*frame, error) {
	topic := x.topics.At(int(i))
	k := frameKey{topic, x.w, name}
	f := x.frames[k]
	if f != nil && f.of.Fresh(time.Now()) {
		return f, nil
	}
	f, err := x.newFrame(topic, name)
	switch {
	case err != nil && schemaregistry.AllRows(err):
		return nil, err
	case err != nil:
		x.status.Fail(i, x.col.Len(), err)
		return nil, nil
	}
	if len(x.frames) >= schemaregistry.PlansMax {
		clear(x.frames)
	}
	x.frames[k] = f
	return f, nil
}

// newFrame asks the registry where it must.
func (x *rows) newFrame(topic, name string) (*frame, error) {
	of, err := x.registry.Write(topic, x.w.schema)
	if err != nil {
		return nil, x.registry.WriteError(topic, err)
	}
	file := x.w.linked.File
	if of.Schema.Text != x.w.schema.Text {
		if file, err = parseSchema(of.Schema.Text); err != nil {
			return nil, x.registry.WriteError(topic, schemaregistry.Serialization("Error serializing Protobuf message", err))
		}
	}
	return &frame{of: of, prefix: of.AppendPrefix(nil, indexes(file, name)...)}, nil
}
