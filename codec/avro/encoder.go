package avro

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// encoder writes columns as records.
type encoder struct {
	*converter
	roots   map[*writing][]source
	frames  map[frameKey]*frame
	entries []outEntry
	rows    rows // of the present column

	// Of the present batch.
	dst *batch.BytesBuilder
	buf []byte // dst.Buf to its capacity
}

// frameKey says whose records a frame stands before.
type frameKey struct {
	topic string
	w     *writing
}

// frame is what the records of a topic have before their bytes, and how these are written.
type frame struct {
	of     *schemaregistry.Written
	prefix []byte
	*writing

	headed batch.Selection // ids in headers: rows of the present batch
}

var _ codec.Encoder = (*encoder)(nil)

func newEncoder(c *converter) *encoder {
	return &encoder{converter: c, roots: map[*writing][]source{}, frames: map[frameKey]*frame{}}
}

// Encode implements codec.Encoder. Source: AvroConverter.fromConnectData.
func (e *encoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	e.dst, e.buf = dst, dst.Buf[:cap(dst.Buf)]
	x := &e.rows
	*x = rows{encoder: e, topics: out.Topics, col: out.Column, schema: out.Column.Schema(), w: e.writing(out.Column.Schema()), status: status, topic: -1,
		headers: out.Headers, inHeaders: e.registry.InHeaders(), headed: x.headed[:0]}
	defer x.done()
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
	topic int32
	frame *frame
	root  []source // one; nil: a value at a time

	headers   *batch.Headers
	inHeaders bool     // ids travel there
	headed    []*frame // that have rows
}

// done gives the rows their headers, and drops what belongs to the batch.
func (x *rows) done() {
	for _, f := range x.headed {
		x.registry.AddHeader(x.headers, x.col.Len(), f.headed, f.of)
		f.headed = f.headed[:0]
	}
	if x.root != nil {
		x.root[0].unbind()
	}
	x.encoder.dst, x.encoder.buf = nil, nil
	*x = rows{headed: x.headed[:0]}
}

// row writes row i. An error says that no row can be tried.
func (x *rows) row(i int32) error {
	null := x.col.IsNull(int(i))
	switch {
	case null && !x.col.HasSchema(int(i)):
		return nil // neither schema nor value: null bytes
	case x.w.err != nil:
		x.status.Fail(i, x.col.Len(), x.w.err)
		return nil
	case null && x.schema.Optional():
		return nil
	case null:
		x.status.Fail(i, x.col.Len(), nullRequired())
		return nil
	}
	if ok, err := x.start(i); err != nil || !ok {
		return err
	}
	if x.root == nil {
		return x.plain(i)
	}
	p := x.fill(len(x.dst.Buf), x.frame.prefix)
	if x.frame.raw {
		p = x.raw(&x.root[0], int(i), p)
	} else {
		p = x.members(x.root, int(i), p)
	}
	if p < 0 {
		x.dst.Undo() // what made room has begun the row
		return x.plain(i)
	}
	x.end(i, p)
	return nil
}

// start finds how records of row i's topic are written, and reports whether they are. As in the original, a value that
// cannot be converted asks the registry nothing.
func (x *rows) start(i int32) (ok bool, err error) {
	topic := int32(0)
	if x.topics.Index != nil {
		topic = x.topics.Index[i]
	}
	if topic == x.topic {
		return true, nil
	}
	name := x.topics.Names[topic]
	f := x.frames[frameKey{name, x.w}]
	if f == nil || !f.of.Fresh(time.Now()) {
		if _, err := x.plainAppend(nil, x.schema, x.w.avro, rowValue(x.col, int(i))); err != nil && serialOf(err) == nil {
			x.status.Fail(i, x.col.Len(), codec.AsError(err))
			return false, nil
		}
		f, err = x.frameOf(name, x.w)
	}
	switch {
	case err != nil && schemaregistry.AllRows(err):
		return false, err
	case err != nil:
		x.status.Fail(i, x.col.Len(), err)
		return false, nil
	}
	if x.frame == nil || x.frame.writing != f.writing {
		if x.root != nil {
			x.root[0].unbind()
		}
		x.root = x.bound(f.writing, x.col)
	}
	x.frame, x.topic = f, topic
	return true, nil
}

// bound returns the plan of w over c, nil where there is none.
func (e *encoder) bound(w *writing, c *batch.Column) []source {
	if !w.fast || c.Schema() == nil {
		return nil
	}
	s := e.roots[w]
	if s == nil {
		if len(e.roots) >= schemaregistry.PlansMax {
			clear(e.roots)
		}
		s = []source{newSource(&w.step)}
		e.roots[w] = s
	}
	s[0].bind(&e.data, c)
	return s
}

// end makes the bytes up to p row i.
func (x *rows) end(i int32, p int) {
	if p > batch.MaxBufferBytes {
		x.status.Fail(i, x.col.Len(), codec.Data("records of more than 2 GiB in one batch: poll smaller batches"))
		return
	}
	x.dst.Buf = x.buf[:p]
	x.dst.EndRow(int(i))
	if x.inHeaders {
		if len(x.frame.headed) == 0 {
			x.headed = append(x.headed, x.frame)
		}
		x.frame.headed = append(x.frame.headed, i)
	}
}

// plain writes row i a value at a time, or says why not.
func (x *rows) plain(i int32) error {
	v := rowValue(x.col, int(i))
	_, err := x.plainAppend(nil, x.schema, x.w.avro, v) // what the conversion says comes before what the serializer says
	var body []byte
	if err == nil || serialOf(err) != nil {
		body, err = x.plainAppend(nil, x.schema, x.frame.avro, v)
	}
	serial := serialOf(err)
	switch {
	case err == nil:
		x.end(i, x.fill(x.fill(len(x.dst.Buf), x.frame.prefix), body))
	case serial != nil:
		topic := x.topics.At(int(i))
		x.status.Fail(i, x.col.Len(), x.registry.WriteError(topic, schemaregistry.Serialization("Error serializing Avro message", serial.cause)))
	default:
		x.status.Fail(i, x.col.Len(), codec.AsError(err))
	}
	return nil
}

// rowValue returns row i of c, maps in the order in which Java iterates over them.
func rowValue(c *batch.Column, i int) batch.Value {
	v := c.Value(i)
	if c.Form() == batch.FormDynamic && !c.Dyn.Linked {
		return hashOrdered(v)
	}
	return v
}

// serialOf returns err as what Avro's writer throws, nil where it is none.
func serialOf(err error) *serialError {
	var s *serialError
	errors.As(err, &s)
	return s
}

// frameOf returns the frame of records of a topic, asking the registry where it must.
func (e *encoder) frameOf(topic string, w *writing) (*frame, error) {
	if _, err := ParseSchema(w.schema.Text); err != nil { // two types of one name: no registry takes it
		return nil, e.registry.WriteError(topic, schemaregistry.Serialization("Error serializing Avro message", err))
	}
	of, err := e.registry.Write(topic, w.schema)
	if err != nil {
		return nil, e.registry.WriteError(topic, err)
	}
	f := &frame{of: of, writing: w}
	if !e.registry.InHeaders() {
		f.prefix = of.AppendPrefix(nil)
	}
	if of.Schema.Text != w.schema.Text {
		if f.writing, err = e.pinned(w, of); err != nil {
			return nil, err
		}
	}
	if len(e.frames) >= schemaregistry.PlansMax {
		clear(e.frames)
	}
	e.frames[frameKey{topic, w}] = f
	return f, nil
}

// room makes room for n bytes at p.
func (e *encoder) room(p, n int) {
	if p+n > len(e.buf) {
		e.grow(p, n)
	}
}

func (e *encoder) grow(p, n int) {
	e.dst.Buf = e.buf[:p]
	e.dst.Grow(n)
	e.buf = e.dst.Buf[:cap(e.dst.Buf)]
}

// fill writes t at p and returns where it ends.
func (e *encoder) fill(p int, t []byte) int {
	e.room(p, len(t))
	return p + copy(e.buf[p:], t)
}

// putLong writes a number at p, where there is room for it.
func putLong(b []byte, p int, v int64) int { return putVarint(b, p, uint64(v<<1^v>>63)) }

// putVarint writes v at p, seven bits a byte, eight bytes at once: there is room for ten.
func putVarint(b []byte, p int, v uint64) int {
	if v >= 1<<56 {
		return putVarintPlain(b, p, v)
	}
	n := uint(bits.Len64(v|1)*9+64) >> 6
	w := v&0x0fffffff | v<<4&0x0fffffff00000000
	w = w&0x00003fff00003fff | w<<2&0x3fff00003fff0000
	w = w&0x007f007f007f007f | w<<1&0x7f007f007f007f00
	binary.LittleEndian.PutUint64(b[p:], w|0x8080808080808080&(1<<(8*n-8)-1))
	return p + int(n)
}

// putVarintPlain is putVarint, a byte at a time.
func putVarintPlain(b []byte, p int, v uint64) int {
	for ; v >= 0x80; p++ {
		b[p] = byte(v) | 0x80
		v >>= 7
	}
	b[p] = byte(v)
	return p + 1
}
