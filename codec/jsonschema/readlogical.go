package jsonschema

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// readDecimal takes a number as it is, and text as Base64 of the unscaled value.
// Source: JsonSchemaData.TO_CONNECT_LOGICAL_CONVERTERS.
func readDecimal(s *batch.Schema, n *jsonscan.Node) (batch.Value, error) {
	switch n.Kind {
	case jsonscan.Integer, jsonscan.Decimal:
		return decimalValue(n.DecimalValue()), nil
	case jsonscan.String:
		b, ok := jsonscan.AppendBase64(nil, n.Text)
		scale, err := decimalScale(s)
		if !ok || len(b) == 0 || err != nil {
			return batch.Null(), &codec.Error{Class: codec.DataException, Text: "Invalid bytes for Decimal field", Pos: -1, Err: err}
		}
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: java.BigFromBytes(b), Scale: scale}), nil
	}
	return batch.Null(), codec.Data("Invalid type for Decimal, underlying representation should be numeric or bytes but was %s", n.Kind.TypeName())
}

// decimalScale returns the scale of a schema of that name. Source: Decimal.scale.
func decimalScale(s *batch.Schema) (int32, error) {
	text, ok := s.Param("scale")
	if !ok {
		return 0, codec.Data("Invalid Decimal schema: scale parameter not found.")
	}
	v, err := java.ParseInt(text, 10)
	if err != nil {
		return 0, &codec.Error{Class: codec.DataException, Text: "Invalid scale parameter found in Decimal schema: ", Pos: -1, Err: err}
	}
	return v, nil
}

// readDate reads Date, Time and Timestamp values.
func readDate(name string, n *jsonscan.Node) (batch.Value, error) {
	switch {
	case name == batch.TimestampName && n.Kind == jsonscan.Integer:
		return batch.DateValue(n.Int), nil
	case name == batch.TimestampName:
		return batch.Null(), codec.Data("Invalid type for Timestamp, underlying representation should be integral but was %s", n.Kind.TypeName())
	case name == batch.DateName && n.IsInt32():
		return batch.DateValue(n.Int * millisPerDay), nil
	case name == batch.DateName:
		return batch.Null(), codec.Data("Invalid type for Date, underlying representation should be integer but was %s", n.Kind.TypeName())
	case !n.IsInt32():
		return batch.Null(), codec.Data("Invalid type for Time, underlying representation should be integer but was %s", n.Kind.TypeName())
	case n.Int < 0 || n.Int > timeMax:
		return batch.Null(), codec.Data("Time values must use number of milliseconds greater than 0 and less than 86400000")
	}
	return batch.DateValue(n.Int), nil
}
