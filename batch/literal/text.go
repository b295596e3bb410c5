package literal

import (
	"encoding/base64"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/datetext"
)

// Append appends v as text: numbers as Java prints them, bytes in Base64, lists [a,"s"], maps and structs
// {"k":v} without blanks (fields with their defaults), strings and Base64 quoted only inside those,
// dates by AppendDate and never quoted; null as null. Maps are written in the order they have.
//
// Source: Values.convertToString, which answers null for null.
func Append(dst []byte, v batch.Value) []byte { return appendValue(dst, v, false) }

func appendValue(dst []byte, v batch.Value, embedded bool) []byte {
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return java.AppendInt(dst, v.Int())
	case batch.TagFloat32:
		return java.AppendFloat(dst, float32(v.Float()))
	case batch.TagFloat64:
		return java.AppendDouble(dst, v.Float())
	case batch.TagBoolean:
		if v.Bool() {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case batch.TagString:
		if embedded {
			return appendQuoted(dst, v.Str())
		}
		return append(dst, v.Str()...)
	case batch.TagBytes:
		if !embedded {
			return base64.StdEncoding.AppendEncode(dst, v.Bytes())
		}
		return append(base64.StdEncoding.AppendEncode(append(dst, '"'), v.Bytes()), '"')
	case batch.TagDecimal:
		return java.NewDecimalBig(v.Decimal().Unscaled, v.Decimal().Scale).Append(dst)
	case batch.TagDate:
		return AppendDate(dst, v.Int())
	case batch.TagArray:
		dst = append(dst, '[')
		for i, e := range v.Array() {
			dst = appendValue(comma(dst, i), e, true)
		}
		return append(dst, ']')
	case batch.TagMap:
		dst = append(dst, '{')
		m := v.Map()
		for i := range m.Keys {
			dst = appendValue(comma(dst, i), m.Keys[i], true)
			dst = appendValue(append(dst, ':'), m.Values[i], true)
		}
		return append(dst, '}')
	case batch.TagStruct:
		dst = append(dst, '{')
		s := v.Struct()
		for i, f := range s.Schema.Fields() {
			dst = appendQuoted(comma(dst, i), f.Name)
			field := s.Fields[i]
			if field.IsNull() {
				field = f.Schema.Default()
			}
			dst = appendValue(append(dst, ':'), field, true)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}

// appendQuoted appends s in quotes, with backslashes before quotes and backslashes.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		if c := s[i]; c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}

// AppendDate appends a date in UTC: as time of the day where it is less than a day after the epoch (all
// before it too), as date where it is a whole number of days, otherwise as timestamp.
// Source: Values.dateFormatFor.
func AppendDate(dst []byte, ms int64) []byte {
	switch {
	case ms < millisPerDay:
		return datetext.AppendISOTime(dst, ms)
	case ms%millisPerDay == 0:
		return datetext.AppendISODate(dst, ms)
	}
	return datetext.AppendISOTimestamp(dst, ms)
}
