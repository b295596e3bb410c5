package jsonlogical

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// Bounds of days.
const (
	MillisPerDay = 24 * 60 * 60 * 1000
	TimeMax      = MillisPerDay // Time takes the whole day inclusive, as Java does
)

// ReadDecimal takes a number as it is, and text as Base64 of the unscaled value.
func ReadDecimal(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	switch n.Kind {
	case jsonscan.Integer, jsonscan.Decimal:
		d := n.DecimalValue()
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: d.Unscaled(), Scale: d.Scale()}), nil
	case jsonscan.String:
		b, ok := jsonscan.AppendBase64(nil, n.Text)
		scale, err := scaleOf(s)
		if !ok || len(b) == 0 || err != nil {
			return batch.Null(), withCause("Invalid bytes for Decimal field", err)
		}
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: java.BigFromBytes(b), Scale: scale}), nil
	}
	return batch.Null(), codec.Data("Invalid type for Decimal, underlying representation should be numeric or bytes but was %s", n.Kind.TypeName())
}

// scaleOf returns the scale of a schema of that name. Source: Decimal.scale.
func scaleOf(s *batch.Schema) (int32, error) {
	if s.Params() == nil {
		return 0, &codec.Error{
			Class: "java.lang.NullPointerException", Pos: -1,
			Text: `Cannot invoke "java.util.Map.get(Object)" because the return value of "org.apache.kafka.connect.data.Schema.parameters()" is null`,
		}
	}
	t, ok := s.Param("scale")
	if !ok {
		return 0, codec.Data("Invalid Decimal schema: scale parameter not found.")
	}
	v, err := java.ParseInt(t, 10)
	if err != nil {
		return 0, withCause("Invalid scale parameter found in Decimal schema: ", err)
	}
	return v, nil
}

// ReadDate reads Date, Time and Timestamp values.
func ReadDate(name string, n *jsonscan.Node) (batch.Value, error) {
	switch name {
	case batch.DateName:
		if !n.IsInt32() {
			return batch.Null(), codec.Data("Invalid type for Date, underlying representation should be integer but was %s", n.Kind.TypeName())
		}
		return batch.DateValue(n.Int * MillisPerDay), nil
	case batch.TimeName:
		if !n.IsInt32() {
			return batch.Null(), codec.Data("Invalid type for Time, underlying representation should be integer but was %s", n.Kind.TypeName())
		}
		if n.Int < 0 || n.Int > TimeMax {
			return batch.Null(), codec.Data("Time values must use number of milliseconds greater than 0 and less than 86400000")
		}
		return batch.DateValue(n.Int), nil
	}
	if n.Kind != jsonscan.Integer {
		return batch.Null(), codec.Data("Invalid type for Timestamp, underlying representation should be integral but was %s", n.Kind.TypeName())
	}
	return batch.DateValue(n.Int), nil
}

// withCause is a DataException around another error.
func withCause(text string, cause error) error {
	return &codec.Error{Class: codec.DataException, Text: text, Pos: -1, Err: cause}
}
