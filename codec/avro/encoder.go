package avro

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/schemaregistry"
	"github.com/millrace/millrace/internal/java"
)

// encoder writes columns as records.
type encoder struct {
	*converter
	roots   map[*writing]*source
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
}

var _ codec.Encoder = (*encoder)(nil)

func newEncoder(c *converter) *encoder {
	return &encoder{converter: c, roots: map[*writing]*source{}, frames: map[frameKey]*frame{}}
}

// Encode implements codec.Encoder. Source: AvroConverter.fromConnectData.
func (e *encoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	e.dst, e.buf = dst, dst.Buf[:cap(dst.Buf)]
	x := &e.rows
	*x = rows{encoder: e, topics: out.Topics, col: out.Column, schema: out.Column.Schema(), w: e.writing(out.Column.Schema()), status: status, topic: -1}
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
	root  *source // nil: a value at a time
}

// done drops what belongs to the batch.
func (x *rows) done() {
	if x.root != nil {
		x.root.unbind()
	}
	x.encoder.dst, x.encoder.buf = nil, nil
	*x = rows{}
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
		p = x.raw(x.root, int(i), p)
	} else {
		p = x.value(x.root, int(i), p)
	}
	if p < 0 {
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
		if _, err := x.plainAppend(nil, x.schema, x.w.avro, x.plainValue(i)); err != nil && serialOf(err) == nil {
			x.status.Fail(i, x.col.Len(), asError(err))
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
			x.root.unbind()
		}
		x.root = x.bound(f.writing, x.col)
	}
	x.frame, x.topic = f, topic
	return true, nil
}

// bound returns the plan of w over c, nil where there is none.
func (e *encoder) bound(w *writing, c *batch.Column) *source {
	if !w.fast || c.Schema() == nil {
		return nil
	}
	s := e.roots[w]
	if s == nil {
		if len(e.roots) >= plansMax {
			clear(e.roots)
		}
		made := newSource(&w.step)
		s = &made
		e.roots[w] = s
	}
	s.bind(&e.data, c, false)
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
}

// plain writes row i a value at a time, or says why not.
func (x *rows) plain(i int32) error {
	v := x.plainValue(i)
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
		x.status.Fail(i, x.col.Len(), asError(err))
	}
	return nil
}

// plainValue returns row i, maps in the order in which Java iterates over them.
func (x *rows) plainValue(i int32) batch.Value {
	v := x.col.Value(int(i))
	if x.col.Form() == batch.FormDynamic && !x.col.Dyn.Linked {
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
	f := &frame{of: of, prefix: of.AppendPrefix(nil), writing: w}
	if of.Schema.Text != w.schema.Text {
		if f.writing, err = e.pinned(w, of); err != nil {
			return nil, err
		}
	}
	if len(e.frames) >= plansMax {
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
func putLong(b []byte, p int, v int64) int {
	u := uint64(v)<<1 ^ uint64(v>>63)
	for u >= 0x80 {
		b[p] = byte(u) | 0x80
		u >>= 7
		p++
	}
	b[p] = byte(u)
	return p + 1
}

// leastRoom is room for an index and a number.
const leastRoom = 2 + longBytesMax

// value writes row i of s at p and returns where it ends, -1 where the plain writer must say why not.
func (e *encoder) value(s *source, i, p int) int {
	e.room(p, leastRoom)
	if s.form != batch.FormPlain {
		return e.otherForm(s, i, p)
	}
	if s.valid != nil && !s.valid.Get(i) {
		return e.null(s, p)
	}
	if s.nullable && s.op != writeUnion {
		e.buf[p] = s.some
		p++
	}
	switch s.op {
	case writeInt64:
		return putLong(e.buf, p, s.int64s[i])
	case writeText:
		return e.text(&s.col.Bytes, i, p)
	case writeInt32:
		return putLong(e.buf, p, int64(s.int32s[i]))
	case writeFloat64:
		binary.LittleEndian.PutUint64(e.buf[p:], math.Float64bits(s.words8[i]))
		return p + 8
	case writeBoolean:
		e.buf[p] = 0
		if s.bools[i] {
			e.buf[p] = 1
		}
		return p + 1
	case writeStruct:
		for k := range s.sub {
			if p = e.value(&s.sub[k], i, p); p < 0 {
				return -1
			}
		}
		return p
	}
	return e.rare(s, i, p)
}

// null writes a row that is null.
func (e *encoder) null(s *source, p int) int {
	switch {
	case s.def != nil:
		return e.fill(p, s.def)
	case s.nullable:
		e.buf[p] = s.null
		return p + 1
	}
	return -1
}

// otherForm writes a row of a constant or a dictionary.
func (e *encoder) otherForm(s *source, i, p int) int {
	if s.form == batch.FormConstant {
		if s.bad {
			return -1
		}
		return e.fill(p, s.constant)
	}
	if s.valid != nil && !s.valid.Get(i) {
		return e.null(s, p)
	}
	return e.value(s.dict, int(s.index[i]), p)
}

// text writes the length and the bytes of text.
func (e *encoder) text(b *batch.Bytes, i, p int) int {
	v := b.Views[i]
	t := b.ViewBytes(v)
	if !validText(b.Bufs[v.Pos>>31], int(v.Pos&^batch.InArena), len(t)) {
		t = java.AppendEncodedUTF8(nil, t)
	}
	return e.sized(t, p)
}

// sized writes a length and as many bytes.
func (e *encoder) sized(t []byte, p int) int {
	p = putLong(e.buf, p, int64(len(t)))
	e.room(p, len(t))
	return p + copy(e.buf[p:], t)
}

// rare writes values of the kinds that value has no case for.
func (e *encoder) rare(s *source, i, p int) int {
	switch s.op {
	case writeInt8:
		return putLong(e.buf, p, int64(s.int8s[i]))
	case writeInt16:
		return putLong(e.buf, p, int64(s.int16s[i]))
	case writeTime:
		v := s.int32s[i]
		if v < 0 || v > millisPerDay {
			return -1
		}
		return putLong(e.buf, p, int64(v))
	case writeFloat32:
		binary.LittleEndian.PutUint32(e.buf[p:], math.Float32bits(s.words4[i]))
		return p + 4
	case writeSymbol:
		n, ok := s.symbols[string(s.col.At(i))]
		if !ok {
			return -1
		}
		return putLong(e.buf, p, int64(n))
	case writeBytes:
		return e.sized(s.col.At(i), p)
	case writeFixed:
		b := s.col.At(i)
		if len(b) < s.size {
			return -1
		}
		return e.fill(p, b[:s.size])
	case writeDecimal:
		b := e.unscaled(s, i)
		if b == nil {
			return -1
		}
		return e.sized(b, p)
	case writeDecimalFixed:
		b := e.unscaled(s, i)
		if b == nil || len(b) > s.size {
			return -1
		}
		e.room(p, s.size)
		return len(appendPadded(e.buf[:p], b, s.size))
	case writeArray, writeEntries:
		return e.items(s, i, p)
	case writeTextMap:
		return e.textMap(s, i, p)
	case writeUnion:
		return e.union(s, i, p)
	}
	return -1
}

// raw writes bytes that are a record of their own.
func (e *encoder) raw(s *source, i, p int) int {
	switch {
	case s.form == batch.FormConstant || s.form == batch.FormDictionary:
		return -1
	case s.op == writeDecimal:
		b := e.unscaled(s, i)
		if b == nil {
			return -1
		}
		return e.fill(p, b)
	}
	return e.fill(p, s.col.At(i))
}

// unscaled returns the bytes of a decimal, no more than needed; nil where its scale is not that of the schema.
func (e *encoder) unscaled(s *source, i int) []byte {
	if want, _ := s.schema.Scale(); s.col.Scale(i) != want {
		return nil
	}
	b := s.col.At(i)
	for len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xff && b[1] >= 0x80) {
		b = b[1:]
	}
	if len(b) == 0 {
		return zero
	}
	return b
}

var zero = []byte{0}

// items writes the elements of an array, or the entries of a map as an array.
func (e *encoder) items(s *source, i, p int) int {
	from, to := int(s.col.Offsets[i]), int(s.col.Offsets[i+1])
	if to > from {
		p = putLong(e.buf, p, int64(to-from))
	}
	for r := from; r < to; r++ {
		for k := range s.sub {
			if p = e.value(&s.sub[k], r, p); p < 0 {
				return -1
			}
		}
	}
	return e.fill(p, zero)
}

// union writes the first member that is not null.
func (e *encoder) union(s *source, i, p int) int {
	for k := range s.sub {
		m := &s.sub[k]
		if m.col.IsNull(i) && m.def == nil {
			continue
		}
		return e.value(m, i, e.fill(p, s.prefixes[k]))
	}
	if s.nullable {
		e.buf[p] = s.null
		return p + 1
	}
	return -1
}
