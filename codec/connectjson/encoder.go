package connectjson

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
)

// encoder writes columns as records.
type encoder struct {
	*converter
}

var _ codec.Encoder = (*encoder)(nil)

func newEncoder(c *converter) *encoder { return &encoder{converter: c} }

// Encode implements codec.Encoder.
func (e *encoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	c := out.Column
	linked := c.Form() != batch.FormDynamic || c.Dyn.Linked
	next := func(i int32) {
		text, null, err := e.plainAppend(dst.Buf, c.SchemaOf(int(i)), c.Value(int(i)), linked)
		switch {
		case err != nil:
			status.Fail(i, c.Len(), err)
		case !null:
			dst.Buf = text
			dst.EndRow(int(i))
		}
	}
	if out.Sel == nil {
		for i := range int32(c.Len()) {
			next(i)
		}
	} else {
		for _, i := range out.Sel {
			next(i)
		}
	}
	return nil
}
