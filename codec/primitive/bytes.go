package primitive

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
)

var optionalBytes = batch.Of(batch.KindBytes, true)

// bytesConverter passes bytes through. It has no state: one serves everybody.
// Source: org.apache.kafka.connect.converters.ByteArrayConverter.
type bytesConverter struct{}

var (
	_ codec.Converter       = bytesConverter{}
	_ codec.HeaderConverter = bytesConverter{}
)

// NewDecoder returns a decoder of OPTIONAL_BYTES columns.
func (bytesConverter) NewDecoder() codec.Decoder { return bytesDecoder{} }

// NewEncoder returns an encoder of BYTES and of schemaless bytes.
func (bytesConverter) NewEncoder() codec.Encoder { return bytesEncoder{} }

// Close does nothing.
func (bytesConverter) Close() error { return nil }

// ToConnect returns a header's bytes as OPTIONAL_BYTES.
func (bytesConverter) ToConnect(_, _ string, raw []byte) (*batch.Schema, batch.Value, error) {
	if raw == nil {
		return optionalBytes, batch.Value{}, nil
	}
	return optionalBytes, batch.BytesValue(append([]byte{}, raw...)), nil
}

// FromConnect appends a header's bytes. Errors: DataException for another schema or value.
func (bytesConverter) FromConnect(dst []byte, _, _ string, s *batch.Schema, v batch.Value) (out []byte, null bool, err error) {
	switch {
	case s != nil && s.Kind() != batch.KindBytes:
		return dst, false, wrongSchema("ByteArrayConverter", s)
	case v.IsNull():
		return dst, true, nil
	case v.Tag() != batch.TagBytes:
		return dst, false, wrongClass("ByteArrayConverter", v.Tag())
	}
	return append(dst, v.Bytes()...), false, nil
}

// bytesDecoder makes columns of the input's own views.
type bytesDecoder struct{ oneGroup }

// Decode returns the input. No row is refused.
//
// Ownership: the column shares in's buffers, views and bitmap.
func (bytesDecoder) Decode(dst *batch.Batch, in *codec.Input, _ int32, _ batch.Selection, _ *batch.Projection, _ *batch.Status) (*batch.Column, error) {
	c := dst.NewColumn(optionalBytes, in.Values.Len())
	c.Bytes = in.Values
	return c, nil
}

// bytesEncoder copies bytes.
type bytesEncoder struct{}

// Encode copies the selected rows; null stays null. Rows with another schema, null too, and values that
// are no bytes fail with Java's DataException.
func (bytesEncoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	if !appendBytes(dst, out.Column, out.Sel) {
		encodeEach(dst, out, status, bytesConverter{})
	}
	return nil
}

// appendBytes writes a column that holds nothing but bytes and nulls and reports whether c is one.
func appendBytes(dst *batch.BytesBuilder, c *batch.Column, sel batch.Selection) bool {
	switch {
	case c.Form() == batch.FormPlain && c.Schema().Kind() == batch.KindBytes && c.Schema().Logical() == batch.LogicalNone:
		return copyViews(dst, &c.Bytes, sel)
	case c.Form() == batch.FormDynamic && c.Dyn.IsUniform(batch.TagBytes):
		return copyViews(dst, &batch.Bytes{Bufs: c.Bufs, Views: c.Dyn.Views()}, sel)
	}
	return false
}
