package primitive

import (
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// numberConverter converts numbers of one type, big endian. It never changes: one serves everybody.
// Source: org.apache.kafka.connect.converters.NumberConverter.
type numberConverter struct {
	typeName     string     // of the type in error texts
	deserializer string     // as its error texts name it
	kind         batch.Kind // INT16, INT32, INT64, FLOAT32 or FLOAT64
}

var (
	_ codec.Converter       = (*numberConverter)(nil)
	_ codec.HeaderConverter = (*numberConverter)(nil)
)

// NewDecoder returns a decoder of optional columns of the type.
func (c *numberConverter) NewDecoder() codec.Decoder { return &numberDecoder{number: c} }

// NewEncoder returns an encoder of the type, with any schema.
func (c *numberConverter) NewEncoder() codec.Encoder { return numberEncoder{c} }

// Close does nothing.
func (c *numberConverter) Close() error { return nil }

// ToConnect reads a header. Errors: DataException for another length than the type has.
func (c *numberConverter) ToConnect(_, _ string, raw []byte) (*batch.Schema, batch.Value, error) {
	s := batch.Of(c.kind, true)
	if raw == nil {
		return s, batch.Value{}, nil
	}
	if len(raw) != c.kind.FixedBytes() {
		return nil, batch.Value{}, c.wrongLength()
	}
	switch c.kind {
	case batch.KindInt16:
		return s, batch.Int16Value(int16(load[uint16](raw))), nil
	case batch.KindInt32:
		return s, batch.Int32Value(int32(load[uint32](raw))), nil
	case batch.KindInt64:
		return s, batch.Int64Value(int64(load[uint64](raw))), nil
	case batch.KindFloat32:
		return s, batch.Float32Value(math.Float32frombits(load[uint32](raw))), nil
	}
	return s, batch.Float64Value(math.Float64frombits(load[uint64](raw))), nil
}

// FromConnect writes a header, whatever its schema. Errors: DataException for another class.
func (c *numberConverter) FromConnect(dst []byte, _, _ string, _ *batch.Schema, v batch.Value) (out []byte, null bool, err error) {
	if v.IsNull() {
		return dst, true, nil
	}
	if want := batch.TagOf(c.kind); v.Tag() != want {
		return dst, false, unserializable(c.typeName, v.Tag(), want)
	}
	switch c.kind {
	case batch.KindInt16:
		return appendWord(dst, uint16(v.Int())), false, nil
	case batch.KindInt32:
		return appendWord(dst, uint32(v.Int())), false, nil
	case batch.KindInt64:
		return appendWord(dst, uint64(v.Int())), false, nil
	case batch.KindFloat32:
		return appendWord(dst, math.Float32bits(float32(v.Float()))), false, nil
	}
	return appendWord(dst, doubleBits(v.Float())), false, nil
}

// doubleBits is Double.doubleToLongBits: every NaN is the same. FloatSerializer keeps them apart.
func doubleBits(f float64) uint64 {
	if f != f {
		return 0x7ff8000000000000
	}
	return math.Float64bits(f)
}

// wrongLength is the error of bytes that are too short or too long.
func (c *numberConverter) wrongLength() *codec.Error {
	return undecodable(c.typeName, "Size of data received by "+c.deserializer+" is not "+string(rune('0'+c.kind.FixedBytes())))
}

// numberDecoder makes columns of the optional type.
type numberDecoder struct {
	oneGroup
	number *numberConverter
	bad    []int32 // scratch: rows of a wrong length
}

// Decode reads the selected rows; those of a wrong length fail with Java's DataException.
//
// Ownership: the column shares in's bitmap.
func (d *numberDecoder) Decode(dst *batch.Batch, in *codec.Input, _ int32, sel batch.Selection, _ *batch.Projection, status *batch.Status) (*batch.Column, error) {
	n := in.Values.Len()
	c := dst.NewFixed(batch.Of(d.number.kind, true), n)
	c.Valid = in.Values.Valid
	d.bad = d.bad[:0]
	switch d.number.kind {
	case batch.KindInt16:
		d.bad = loadWords(wordsOf[uint16](c.Int16s()), &in.Values, sel, d.bad)
	case batch.KindInt32:
		d.bad = loadWords(wordsOf[uint32](c.Int32s()), &in.Values, sel, d.bad)
	case batch.KindInt64:
		d.bad = loadWords(wordsOf[uint64](c.Int64s()), &in.Values, sel, d.bad)
	case batch.KindFloat32:
		d.bad = loadWords(wordsOf[uint32](c.Float32s()), &in.Values, sel, d.bad)
	case batch.KindFloat64:
		d.bad = loadWords(wordsOf[uint64](c.Float64s()), &in.Values, sel, d.bad)
	}
	for _, r := range d.bad {
		status.Fail(r, n, d.number.wrongLength())
	}
	return c, nil
}

// numberEncoder writes numbers.
type numberEncoder struct{ number *numberConverter }

// Encode writes the selected rows; null stays null. Values of another class, those of logical types too,
// fail with Java's DataException.
func (e numberEncoder) Encode(dst *batch.BytesBuilder, out *codec.Output, status *batch.Status) error {
	if !e.appendPlain(dst, out.Column, out.Sel) {
		encodeEach(dst, out, status, e.number)
	}
	return nil
}

// appendPlain writes a plain column of the encoder's type and reports whether c is one.
func (e numberEncoder) appendPlain(dst *batch.BytesBuilder, c *batch.Column, sel batch.Selection) bool {
	kind := e.number.kind
	if c.Form() != batch.FormPlain || c.Schema().Kind() != kind || c.Schema().Logical() != batch.LogicalNone {
		return false
	}
	size := sel.Count(c.Len()) * kind.FixedBytes()
	if size > batch.MaxBufferBytes-len(dst.Buf) {
		return false
	}
	if kind == batch.KindFloat64 && anyNaN(c.Float64s()) {
		return false
	}
	dst.Grow(size)
	switch kind {
	case batch.KindInt16:
		appendWords(dst, wordsOf[uint16](c.Int16s()), c.Valid, sel)
	case batch.KindInt32:
		appendWords(dst, wordsOf[uint32](c.Int32s()), c.Valid, sel)
	case batch.KindInt64:
		appendWords(dst, wordsOf[uint64](c.Int64s()), c.Valid, sel)
	case batch.KindFloat32:
		appendWords(dst, wordsOf[uint32](c.Float32s()), c.Valid, sel)
	case batch.KindFloat64:
		appendWords(dst, wordsOf[uint64](c.Float64s()), c.Valid, sel)
	}
	return true
}

// anyNaN reports whether a NaN is in v, which may be one that Java writes with other bits.
func anyNaN(v []float64) bool {
	for _, f := range v {
		if f != f {
			return true
		}
	}
	return false
}

// wordsOf returns the bits of v.
func wordsOf[T uint16 | uint32 | uint64, F mem.Fixed](v []F) []T { return mem.Cast[T](mem.AsBytes(v)) }
