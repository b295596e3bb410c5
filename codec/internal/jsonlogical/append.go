package jsonlogical

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/internal/jsonscan"
	"github.com/millrace/millrace/internal/java"
)

// AppendDecimal appends a Decimal as a number, or as Base64.
func AppendDecimal(dst []byte, s *batch.Schema, v batch.Value, numeric bool) ([]byte, error) {
	d := v.Decimal()
	if d == nil {
		return dst, codec.Data("Invalid type for Decimal, expected BigDecimal but was class %s", v.Tag().JavaClass())
	}
	if numeric {
		return java.NewDecimalBig(d.Unscaled, d.Scale).Append(dst), nil
	}
	scale, err := scaleOf(s)
	if err != nil {
		return dst, err
	}
	if scale != d.Scale {
		return dst, codec.Data("Decimal value has mismatching scale for given Decimal schema. Schema has scale %d, value has scale %d.", scale, d.Scale)
	}
	return jsonscan.AppendBinary(dst, java.AppendBigBytes(nil, d.Unscaled)), nil
}

// AppendDate appends a Date as days, a Time as milliseconds of the day, a Timestamp as epoch milliseconds.
func AppendDate(dst []byte, what string, v batch.Value) ([]byte, error) {
	if v.Tag() != batch.TagDate {
		return dst, codec.Data("Invalid type for %s, expected Date but was class %s", what, v.Tag().JavaClass())
	}
	ms := v.Int()
	switch what {
	case "Date":
		if ms%MillisPerDay != 0 {
			return dst, codec.Data("Kafka Connect Date type should not have any time fields set to non-zero values.")
		}
		return java.AppendInt(dst, int64(int32(ms/MillisPerDay))), nil
	case "Time":
		if ms < 0 || ms > TimeMax {
			return dst, codec.Data("Kafka Connect Time type should not have any date fields set to non-zero values.")
		}
	}
	return java.AppendInt(dst, ms), nil
}
