package schemaregistry

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/fill"
)

// Frame is what the rows of a group have before their payload.
type Frame struct {
	ID   ID
	Skip int // bytes of the row before the payload
}

// Splitter finds the frames of columns. It keeps memory between columns; not safe for concurrent use.
type Splitter struct {
	registry *Registry

	format  string
	reader  string
	header  string
	indexed bool
	fixed   *Frame // ConfigSchemaIdDeserializer

	// Places is where rows stand that Decode puts into dictionaries.
	fill.Places

	frames []Frame
	slots  []slot // a hash table over frames with a number and, for Protobuf, the index list 00
	// prefixes and headers are the frames that are not in slots, by their bytes in rows and in headers.
	prefixes, headers map[string]int32
}

// slot is a place for a frame in a hash table.
type slot struct {
	number uint32
	frame  int32 // 1 + frame, 0 = free
}

// firstMessage is the index list of the first message of a Protobuf schema.
const firstMessage = "\x00"

// NewSplitter returns a splitter for the decoders of r.
func (r *Registry) NewSplitter() *Splitter {
	s := &Splitter{
		registry: r, format: r.opt.Format, reader: r.set.reader, header: r.Header(), indexed: r.opt.Format == Protobuf,
		slots: make([]slot, 64), prefixes: map[string]int32{}, headers: map[string]int32{},
	}
	if s.reader == configReader {
		f := Frame{ID: ID{Number: r.set.useID, HasNumber: r.set.useID >= 0}}
		if r.set.useGUID != nil {
			f.ID.GUID, f.ID.HasGUID = *r.set.useGUID, true
		}
		if r.set.indexes != nil {
			f.ID.indexes = string(AppendIndexes(nil, r.set.indexes...))
		}
		s.fixed = &f
	}
	return s
}

// Frame returns what the rows of a group have, by the number that Split gave.
func (s *Splitter) Frame(group int32) Frame { return s.frames[group] }

// Group implements the Group of a codec.Decoder with Split.
func (s *Splitter) Group(dst *batch.Batch, in *codec.Input, g *codec.Groups, status *batch.Status) error {
	before := len(status.Errors())
	s.Split(dst, in, g, status)
	for i := before; i < len(status.Errors()); i++ {
		e := &status.Errors()[i]
		e.Err = s.registry.ReadError(in.Topic, e.Err)
	}
	if g.N == 0 { // nothing but nulls
		g.N = 1
	}
	return nil
}

// Split divides a column: rows whose frames are equal byte for byte share a group. Rows that are null belong
// to the group before them; rows without a frame fail in status.
func (s *Splitter) Split(dst *batch.Batch, in *codec.Input, g *codec.Groups, status *batch.Status) {
	s.reset()
	g.N, g.Row = 0, nil
	if s.fixed != nil {
		s.frames = append(s.frames, *s.fixed)
		g.N = 1
		return
	}
	n := in.Values.Len()
	rows := mem.Alloc[int32](&dst.Arena, n)
	headers := s.reader == dualReader && in.Headers != nil && in.Headers.Named(s.header)
	switch {
	case headers:
		s.plain(in, rows, status, true)
	case in.Sel == nil:
		s.all(&in.Values, rows, status)
	default:
		s.selected(&in.Values, in.Sel, rows, status)
	}
	g.N = int32(len(s.frames))
	if g.N > 1 || status.Any() {
		g.Row = rows
	}
}

func (s *Splitter) reset() {
	s.Places.Reset()
	s.frames = s.frames[:0]
	clear(s.slots)
	clear(s.prefixes)
	clear(s.headers)
}

// all is the loop over a column that is selected as a whole.
func (s *Splitter) all(values *batch.Bytes, rows []int32, status *batch.Status) {
	var run run
	for i := range rows {
		if !values.Valid.Has(i) {
			rows[i] = run.group
			continue
		}
		raw := values.At(i)
		if run.repeats(raw, s.indexed) {
			rows[i] = run.group
			continue
		}
		rows[i] = s.next(&run, raw, i, len(rows), status)
	}
}

func (s *Splitter) selected(values *batch.Bytes, sel batch.Selection, rows []int32, status *batch.Status) {
	var run run
	for i := range rows {
		rows[i] = -1
	}
	for _, i := range sel {
		if !values.Valid.Has(int(i)) {
			rows[i] = run.group
			continue
		}
		rows[i] = s.next(&run, values.At(int(i)), int(i), len(rows), status)
	}
}

// run is the frame of the row before: most rows have the same.
type run struct {
	number  uint32
	numbers bool   // number counts
	frame   []byte // counts where number does not
	group   int32
}

// repeats reports whether raw has the common form of frame again, with a payload.
func (r *run) repeats(raw []byte, indexed bool) bool {
	return r.numbers && len(raw) > numberFrame && raw[0] == magicNumber && binary.BigEndian.Uint32(raw[1:]) == r.number &&
		(!indexed || raw[numberFrame] == 0)
}

// next returns the group of row i of n, whose bytes are raw; -1 for one that failed.
func (s *Splitter) next(r *run, raw []byte, i, n int, status *batch.Status) int32 {
	if s.short(raw) {
		number := binary.BigEndian.Uint32(raw[1:])
		if !r.numbers || r.number != number {
			r.number, r.numbers, r.group = number, true, s.numbered(number)
		}
		return r.group
	}
	if !r.numbers && len(r.frame) > 0 && bytes.HasPrefix(raw, r.frame) {
		return r.group // a frame says itself where it ends
	}
	size, bad := measure(raw, s.indexed)
	if bad != frameFine {
		status.Fail(int32(i), n, s.fail(bad, raw))
		return -1
	}
	r.numbers, r.frame = false, raw[:size]
	r.group = s.other(s.prefixes, r.frame, size)
	return r.group
}

// short reports whether raw has a frame of the common form, which numbered finds: a number and, for Protobuf, the first
// message.
func (s *Splitter) short(raw []byte) bool {
	if s.indexed {
		return len(raw) > numberFrame && raw[0] == magicNumber && raw[numberFrame] == 0
	}
	return len(raw) >= numberFrame && raw[0] == magicNumber
}

// numbered returns the group of a frame of the common form.
func (s *Splitter) numbered(number uint32) int32 {
	at := s.free(number)
	if s.slots[at].frame != 0 {
		return s.slots[at].frame - 1
	}
	f := Frame{ID: ID{Number: int32(number), HasNumber: true}, Skip: numberFrame}
	if s.indexed {
		f.ID.indexes, f.Skip = firstMessage, numberFrame+1
	}
	s.frames = append(s.frames, f)
	g := int32(len(s.frames) - 1)
	s.slots[at] = slot{number, g + 1}
	if len(s.frames)*2 > len(s.slots) {
		s.grow()
	}
	return g
}

// free returns where number is in the hash table, or else goes.
func (s *Splitter) free(number uint32) uint32 {
	mask := uint32(len(s.slots) - 1)
	at := (number * 0x9E3779B1 >> 7) & mask
	for s.slots[at].frame != 0 && s.slots[at].number != number {
		at = (at + 1) & mask
	}
	return at
}

// grow doubles the hash table.
func (s *Splitter) grow() {
	old := s.slots
	s.slots = make([]slot, 2*len(old))
	for _, o := range old {
		if o.frame != 0 {
			s.slots[s.free(o.number)] = o
		}
	}
}

// other returns the group of any other frame, of known. skip is what rows have of it.
func (s *Splitter) other(known map[string]int32, frame []byte, skip int) int32 {
	if g, ok := known[string(frame)]; ok {
		return g
	}
	g := int32(len(s.frames))
	s.frames = append(s.frames, Frame{parseID(frame), skip})
	known[string(frame)] = g
	return g
}

// plain is the loop that looks into headers first, and without headers the plain form of the loops above.
func (s *Splitter) plain(in *codec.Input, rows []int32, status *batch.Status, headers bool) {
	var group int32
	for i := range int32(len(rows)) {
		rows[i] = -1
		if in.Sel != nil {
			continue
		}
		if rows[i] = s.one(in, i, group, status, headers); rows[i] >= 0 {
			group = rows[i]
		}
	}
	for _, i := range in.Sel {
		if rows[i] = s.one(in, i, group, status, headers); rows[i] >= 0 {
			group = rows[i]
		}
	}
}

// one returns the group of row i, that of the row before where it is null, -1 for one that failed.
func (s *Splitter) one(in *codec.Input, i, before int32, status *batch.Status, headers bool) int32 {
	raw, ok := in.Values.Get(int(i))
	if !ok {
		return before
	}
	known, frame, inHeader := s.prefixes, raw, false
	if headers {
		if h, ok := in.Headers.Last(int(i), s.header); ok && h.Raw != nil {
			known, frame, inHeader = s.headers, h.Raw, true
		}
	}
	size, bad := measure(frame, s.indexed)
	if bad != frameFine {
		status.Fail(i, len(in.Values.Views), s.fail(bad, frame))
		return -1
	}
	if inHeader {
		return s.other(known, frame[:size], 0)
	}
	return s.other(known, frame[:size], size)
}

// fail is the error of bytes that hold no frame.
func (s *Splitter) fail(bad frameError, b []byte) *codec.Error {
	cause := &codec.Error{Class: "java.lang.IllegalArgumentException", Pos: 0}
	switch bad {
	case frameMagic:
		cause.Text = "Unknown magic byte!"
	case frameShort:
		cause.Class, cause.Pos = "java.nio.BufferUnderflowException", len(b)
	case frameVarint:
		cause.Text = "Varint is too long, the most significant bit in the 5th byte is set"
	case frameCount:
		cause.Text = "Illegal Capacity: a negative number of message indexes"
	}
	if s.reader == prefixReader {
		return cause
	}
	e := Serialization("Error deserializing schema ID", cause)
	if s.format != Avro {
		t := textsOf[s.format]
		e = Serialization(fmt.Sprintf("Error deserializing %s message for id %s", t.name, ID{}.text(s.format)), e)
	}
	return e
}
