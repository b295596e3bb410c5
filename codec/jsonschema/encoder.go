package jsonschema

import (
	"slices"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// encoder writes columns as records.
type encoder struct {
	*converter
	frames   map[frameKey]*frame
	root     bound
	rows     rows // of the present column
	indented []byte

	// Of the present batch.
	dst *batch.BytesBuilder
	buf []byte // dst.Buf to its capacity
}

// frameKey says whose records a frame stands before.
type frameKey struct {
	topic string
	w     *writing
}

// frame is what the records of a topic have before their text.
type frame struct {
	of        *schemaregistry.Written
	prefix    []byte
	validator *validator      // nil: nothing is validated
	rows      batch.Selection // ids in headers: rows of the present batch
}

var _ codec.Encoder = (*encoder)(nil)

func newEncoder(c *converter) *encoder {
	return &encoder{converter: c, frames: map[frameKey]*frame{}}
}

// Encode implements codec.Encoder. Source: JsonSchemaConverter.fromConnectData.
func (e *encoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	x := &e.rows
	*x = rows{encoder: e, out: *out, w: e.writing(out.Column.Schema()), status: status, topic: -1}
	e.dst, e.buf = dst, dst.Buf[:cap(dst.Buf)]
	if out.Column.Schema() != nil && x.w.err == nil && !e.indent {
		e.bind(&e.root, out.Column, 0)
		x.fast = true
	}
	err := x.all()
	for _, f := range x.headed {
		e.registry.AddHeader(out.Headers, out.Column.Len(), f.rows, f.of)
	}
	e.root.unbind()
	e.dst, e.buf, *x = nil, nil, rows{}
	return err
}

// rows writes the rows of one column.
type rows struct {
	*encoder
	out    codec.Output
	w      *writing
	fast   bool // the column is bound
	status *batch.Status
	topic  int32 // of frame: its place among the names of the topics, -1 = none yet
	frame  *frame
	headed []*frame // with rows whose ids travel in headers
}

// all writes the selected rows.
func (x *rows) all() error {
	if x.out.Sel == nil {
		for i := range int32(x.out.Column.Len()) {
			if err := x.row(i); err != nil {
				return err
			}
		}
	}
	for _, i := range x.out.Sel {
		if err := x.row(i); err != nil {
			return err
		}
	}
	return nil
}

// row writes row i. An error says that no row can be tried.
func (x *rows) row(i int32) error {
	c := x.out.Column
	null := c.IsNull(int(i))
	switch {
	case null && !c.HasSchema(int(i)), null && c.Schema() == nil:
		return nil // neither schema nor value: null bytes
	case c.Schema() == nil:
		x.status.Fail(i, c.Len(), x.schemaless(x.out.Topics.At(int(i))))
		return nil
	case x.w.err != nil:
		x.status.Fail(i, c.Len(), x.w.err)
		return nil
	}
	if !x.fast || x.topicOf(i) != x.topic && !x.framed(i) {
		return x.plain(i)
	}
	start := len(x.dst.Buf)
	p := x.value(&x.root, int(i), x.add(start, x.frame.prefix))
	x.dst.Buf = x.buf[:max(p, start)]
	switch p {
	case absent:
	case failed:
		return x.plain(i)
	default:
		x.end(i, start)
	}
	return nil
}

// topicOf returns the place of row i's topic among the names of the topics.
func (x *rows) topicOf(i int32) int32 {
	if x.out.Topics.Index == nil {
		return 0
	}
	return x.out.Topics.Index[i]
}

// plain writes row i a value at a time. As in the original, a value that cannot be converted asks the registry nothing.
func (x *rows) plain(i int32) error {
	c := x.out.Column
	w := plainWriter{data: &x.data}
	body, absent, err := w.value(nil, c.Schema(), c.Value(int(i)), 0)
	switch {
	case err != nil:
		x.status.Fail(i, c.Len(), asError(err))
		return nil
	case absent:
		return nil
	case w.deepest > jsonscan.DepthMax:
		x.status.Fail(i, c.Len(), x.unwritable(x.out.Topics.At(int(i)), tooDeep()))
		return nil
	}
	if ok, err := x.start(i); err != nil || !ok {
		return err
	}
	if x.indent {
		x.indented = appendIndented(x.indented[:0], body)
		body = x.indented
	}
	start := len(x.dst.Buf)
	x.dst.Buf = x.buf[:x.add(x.add(start, x.frame.prefix), body)]
	x.end(i, start)
	return nil
}

// end makes what was appended from start on row i, if it is valid.
func (x *rows) end(i int32, start int) {
	f := x.frame
	if f.validator != nil {
		if err := x.check(x.dst.Buf[start+len(f.prefix):]); err != nil {
			x.dst.Undo()
			x.status.Fail(i, x.out.Column.Len(), x.unwritable(x.out.Topics.At(int(i)), invalidWrite(err)))
			return
		}
	}
	if len(x.dst.Buf) > batch.MaxBufferBytes {
		x.dst.Undo()
		x.status.Fail(i, x.out.Column.Len(), codec.Data("records of more than 2 GiB in one batch: poll smaller batches"))
		return
	}
	x.dst.EndRow(int(i))
	if x.registry.InHeaders() {
		if len(f.rows) == 0 {
			x.headed = append(x.headed, f)
		}
		f.rows = append(f.rows, i)
	}
}

// check says why what was written of a row is not valid. A number that is not finite is written as a string; it is a number where it is
// all there is, and wrong inside anything else. Source: JsonSchema.validate.
func (x *rows) check(text []byte) error {
	err := x.frame.validator.checkText(text)
	if kind := x.out.Column.Schema().Kind(); err == nil || kind != batch.KindFloat32 && kind != batch.KindFloat64 || text[0] != '"' {
		return err
	}
	const fraction = "0.5" // no integer either
	return x.frame.validator.checkText([]byte(fraction))
}

// framed finds what stands before records of row i's topic without asking anybody.
func (x *rows) framed(i int32) bool {
	topic := x.topicOf(i)
	f := x.frames[frameKey{x.out.Topics.Names[topic], x.w}]
	if f == nil || !f.of.Fresh(time.Now()) {
		return false
	}
	x.use(topic, f)
	return true
}

func (x *rows) use(topic int32, f *frame) {
	if !slices.Contains(x.headed, f) {
		f.rows = f.rows[:0]
	}
	x.topic, x.frame = topic, f
}

// start finds what stands before records of row i's topic, and reports whether they can be written.
func (x *rows) start(i int32) (ok bool, err error) {
	topic := x.topicOf(i)
	if topic == x.topic || x.framed(i) {
		return true, nil
	}
	f, err := x.frameOf(x.out.Topics.Names[topic], x.w)
	switch {
	case err != nil && schemaregistry.AllRows(err):
		return false, err
	case err != nil:
		x.status.Fail(i, x.out.Column.Len(), err)
		return false, nil
	}
	x.use(topic, f)
	return true, nil
}

// frameOf returns the frame of records of a topic, asking the registry where it must.
func (e *encoder) frameOf(topic string, w *writing) (*frame, error) {
	of, err := e.registry.Write(topic, w.registered)
	if err != nil {
		return nil, e.registry.WriteError(topic, err)
	}
	f := &frame{of: of}
	if !e.registry.InHeaders() {
		f.prefix = of.AppendPrefix(nil)
	}
	if e.validate {
		references, err := e.references(of.Schema)
		if err != nil {
			return nil, e.registry.WriteError(topic, err)
		}
		if f.validator, err = newValidator(of.Schema.Text, references); err != nil {
			return nil, e.unwritable(topic, err)
		}
	}
	if len(e.frames) >= schemaregistry.PlansMax {
		clear(e.frames)
	}
	e.frames[frameKey{topic, w}] = f
	return f, nil
}
