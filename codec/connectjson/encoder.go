package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// encoder writes columns as records.
type encoder struct {
	*converter
	root    bound
	opening map[*batch.Schema][]byte // envelope: the text before a payload, nil where the schema fails

	// Of the present batch.
	dst *batch.BytesBuilder
	buf []byte // dst.Buf to its capacity

	// Of the objects that are being written and have packed members.
	spans []span
	moved []byte
}

var _ codec.Encoder = (*encoder)(nil)

func newEncoder(c *converter) *encoder {
	return &encoder{converter: c, opening: map[*batch.Schema][]byte{}}
}

// Encode implements codec.Encoder. Source: JsonConverter.fromConnectData.
func (e *encoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	c := out.Column
	e.dst, e.buf = dst, dst.Buf[:cap(dst.Buf)]
	depth := 0
	if e.envelope {
		depth = 1
	}
	e.bind(&e.root, c, depth)
	var opening []byte
	fine := true
	if e.envelope {
		opening = e.openingOf(c.Schema())
		fine = opening != nil
	}
	if out.Sel == nil {
		for i := range int32(c.Len()) {
			e.row(c, i, opening, fine, status)
		}
	} else {
		for _, i := range out.Sel {
			e.row(c, i, opening, fine, status)
		}
	}
	e.dst, e.buf = nil, nil
	if cap(e.moved) > keptBytes {
		e.moved, e.spans = nil, nil
	}
	return nil
}

// openingOf returns the text of an envelope up to its payload.
func (e *encoder) openingOf(s *batch.Schema) []byte {
	if t, ok := e.opening[s]; ok {
		return t
	}
	if len(e.opening) > e.cacheSize {
		clear(e.opening)
	}
	w := e.writer(true)
	t, err := w.schema([]byte(`{"schema":`), s, 2)
	if err != nil || w.deepest > jsonscan.DepthMax {
		t = nil
	} else {
		t = append(t, `,"payload":`...)
	}
	e.opening[s] = t
	return t
}

// row writes row i.
func (e *encoder) row(c *batch.Column, i int32, opening []byte, fine bool, status *batch.Status) {
	start := len(e.dst.Buf)
	switch {
	case !c.HasSchema(int(i)) && (c.Schema() != nil || c.IsNull(int(i))):
		return // neither schema nor value: null bytes
	case fine:
		e.spans = e.spans[:0]
		p := e.add(start, opening)
		e.room(p, jsonscan.Room)
		if p = e.value(&e.root, int(i), p); p != failed {
			if opening != nil {
				e.room(p, 1)
				e.buf[p] = '}'
				p++
			}
			e.dst.Buf = e.buf[:p]
			e.dst.EndRow(int(i))
			return
		}
		e.dst.Buf = e.buf[:start]
	}
	linked := c.Form() != batch.FormDynamic || c.Dyn.Linked
	text, null, err := e.plainAppend(e.dst.Buf, c.SchemaOf(int(i)), c.Value(int(i)), linked)
	if err != nil {
		status.Fail(i, c.Len(), err)
		return
	}
	if !null {
		e.dst.Buf = text
		e.dst.EndRow(int(i))
	}
	e.buf = e.dst.Buf[:cap(e.dst.Buf)]
}
