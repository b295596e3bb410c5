package primitive

import (
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

var optionalBoolean = batch.Of(batch.KindBoolean, true)

// booleanConverter converts booleans, one byte of 0 or 1. It has no state: one serves everybody.
// Source: org.apache.kafka.connect.converters.BooleanConverter.
type booleanConverter struct{}

var (
	_ codec.Converter       = booleanConverter{}
	_ codec.HeaderConverter = booleanConverter{}
)

// NewDecoder returns a decoder of OPTIONAL_BOOLEAN columns.
func (booleanConverter) NewDecoder() codec.Decoder { return &booleanDecoder{} }

// NewEncoder returns an encoder of BOOLEAN and of schemaless booleans.
func (booleanConverter) NewEncoder() codec.Encoder { return booleanEncoder{} }

// Close does nothing.
func (booleanConverter) Close() error { return nil }

// ToConnect reads a header as OPTIONAL_BOOLEAN. Errors: DataException for other bytes than 0 or 1.
func (booleanConverter) ToConnect(_, _ string, raw []byte) (*batch.Schema, batch.Value, error) {
	if raw == nil {
		return optionalBoolean, batch.Value{}, nil
	}
	v, err := parseBoolean(raw)
	if err != nil {
		return nil, batch.Value{}, err
	}
	return optionalBoolean, batch.BooleanValue(v), nil
}

// FromConnect writes a header. Errors: DataException for another schema or value.
func (booleanConverter) FromConnect(dst []byte, _, _ string, s *batch.Schema, v batch.Value) (out []byte, null bool, err error) {
	switch {
	case s != nil && s.Kind() != batch.KindBoolean:
		return dst, false, wrongSchema("BooleanConverter", s)
	case v.IsNull():
		return dst, true, nil
	case v.Tag() != batch.TagBoolean:
		return dst, false, wrongClass("BooleanConverter", v.Tag())
	}
	return append(dst, byte(v.Int())), false, nil
}

// parseBoolean reads one value. Source: BooleanDeserializer.
func parseBoolean(b []byte) (bool, error) {
	if len(b) != 1 {
		return false, undecodable("boolean", "Size of data received by BooleanDeserializer is not 1")
	}
	if b[0] > 1 {
		return false, undecodable("boolean", "Unexpected byte received by BooleanDeserializer: "+strconv.Itoa(int(int8(b[0]))))
	}
	return b[0] == 1, nil
}

// booleanDecoder makes OPTIONAL_BOOLEAN columns.
type booleanDecoder struct {
	oneGroup
	bad []int32 // scratch: rows of a wrong length
}

// Decode reads the selected rows; bad ones fail with Java's DataException.
//
// Ownership: the column shares in's bitmap.
func (d *booleanDecoder) Decode(dst *batch.Batch, in *codec.Input, _ int32, sel batch.Selection, _ *batch.Projection, status *batch.Status) (*batch.Column, error) {
	n := in.Values.Len()
	c := dst.NewFixed(optionalBoolean, n)
	c.Valid = in.Values.Valid
	out := mem.AsBytes(c.Booleans())
	clear(out) // as bool, other bytes than 0 and 1 are no value at all
	d.bad = loadWords(out, &in.Values, sel, d.bad[:0])
	for i, v := range out {
		if v > 1 {
			d.bad = append(d.bad, int32(i))
			out[i] = 0
		}
	}
	for _, r := range d.bad {
		_, err := parseBoolean(in.Values.At(int(r)))
		status.Fail(r, n, err)
	}
	return c, nil
}

// booleanEncoder writes booleans.
type booleanEncoder struct{}

// Encode writes the selected rows; null stays null. Rows with another schema, null too, and values that
// are no booleans fail with Java's DataException.
func (booleanEncoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	c := out.Column
	if c.Form() != batch.FormPlain || c.Schema().Kind() != batch.KindBoolean || len(dst.Buf)+c.Len() > batch.MaxBufferBytes {
		encodeEach(dst, out, status, booleanConverter{})
		return nil
	}
	dst.Grow(out.Sel.Count(c.Len()))
	appendWords(dst, mem.AsBytes(c.Booleans()), c.Valid, out.Sel)
	return nil
}
