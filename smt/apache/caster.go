package apache

import (
	"encoding/base64"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/internal/java"
)

// caster casts single values as the original does; castcolumns.go has the loops that must agree.
type caster struct{ dates dateText }

// value casts v, which has the schema s or none. Source: Cast.castValueToType.
func (t *caster) value(s *batch.Schema, v batch.Value, to batch.Kind) (batch.Value, error) {
	if v.IsNull() {
		return v, nil
	}
	if err := castable(s, v.Tag()); err != nil {
		return v, err
	}
	if to == batch.KindString {
		return batch.StringValue(string(t.text(nil, v))), nil
	}
	switch {
	case s == nil:
	case misnamedTime(s):
		return v, java.ClassCast(v.Tag().JavaClass(), "java.util.Date")
	case v.Tag() == batch.TagDate:
		v = encoded(s, v)
	}
	switch v.Tag() {
	case batch.TagString:
		return parsed(v.Str(), to)
	case batch.TagBytes, batch.TagDate:
		return v, unexpectedType(v.Tag())
	case batch.TagDecimal:
		return decimalTo(java.NewDecimalBig(v.Decimal().Unscaled, v.Decimal().Scale), to), nil
	case batch.TagFloat32, batch.TagFloat64:
		return floatTo(v, to), nil
	}
	return intTo(v.Int(), to), nil
}

// castable refuses what no type can be cast from.
func castable(s *batch.Schema, class batch.Tag) error {
	var k batch.Kind
	switch {
	case s != nil:
		k = s.Kind()
	case class == batch.TagDecimal || class == batch.TagDate:
		return dataError("Cast transformation was passed a value of type class " + class.JavaClass() + " which is not supported by Connect's data API")
	case class == batch.TagEntries:
		k = batch.KindMap
	default:
		k = batch.Kind(class - 1)
	}
	if k > batch.KindBytes {
		return dataError("Cast transformation does not support casting from " + k.String() + "; supported types are " + castInputs)
	}
	return nil
}

func unexpectedType(class batch.Tag) error {
	return dataError("Unexpected type in Cast transformation: class " + class.JavaClass())
}

// encoded returns the number that a logical type stands for. Source: Date.fromLogical and its like.
func encoded(s *batch.Schema, v batch.Value) batch.Value {
	switch s.Logical() {
	case batch.LogicalDate:
		return batch.Int32Value(int32(v.Int() / millisPerDay))
	case batch.LogicalTime:
		return batch.Int32Value(int32(v.Int()))
	case batch.LogicalTimestamp:
		return batch.Int64Value(v.Int())
	}
	return v
}

// intTo is Number.byteValue and its like for whole numbers and Booleans.
func intTo(n int64, to batch.Kind) batch.Value {
	switch to {
	case batch.KindFloat32:
		return batch.Float32Value(float32(n))
	case batch.KindFloat64:
		return batch.Float64Value(float64(n))
	case batch.KindBoolean:
		return batch.BooleanValue(n != 0)
	}
	return batch.IntValue(to, n)
}

func floatTo(v batch.Value, to batch.Kind) batch.Value {
	f := v.Float()
	switch to {
	case batch.KindInt8:
		return batch.Int8Value(java.DoubleToByte(f))
	case batch.KindInt16:
		return batch.Int16Value(java.DoubleToShort(f))
	case batch.KindInt32:
		return batch.Int32Value(java.DoubleToInt(f))
	case batch.KindInt64:
		return batch.Int64Value(java.DoubleToLong(f))
	case batch.KindFloat32:
		if v.Tag() == batch.TagFloat32 {
			return v
		}
		return batch.Float32Value(float32(f))
	case batch.KindBoolean:
		return batch.BooleanValue(java.DoubleToLong(f) != 0)
	}
	if v.Tag() == batch.TagFloat64 {
		return v
	}
	return batch.Float64Value(f)
}

func decimalTo(d java.Decimal, to batch.Kind) batch.Value {
	switch to {
	case batch.KindFloat32:
		return batch.Float32Value(d.Float32())
	case batch.KindFloat64:
		return batch.Float64Value(d.Float64())
	}
	return intTo(d.Long(), to)
}

// parsed is Byte.parseByte and its like.
func parsed(text string, to batch.Kind) (v batch.Value, err error) {
	switch to {
	case batch.KindInt8:
		var n int8
		n, err = java.ParseByte(text, 10)
		v = batch.Int8Value(n)
	case batch.KindInt16:
		var n int16
		n, err = java.ParseShort(text, 10)
		v = batch.Int16Value(n)
	case batch.KindInt32:
		var n int32
		n, err = java.ParseInt(text, 10)
		v = batch.Int32Value(n)
	case batch.KindInt64:
		var n int64
		n, err = java.ParseLong(text, 10)
		v = batch.Int64Value(n)
	case batch.KindFloat32:
		var n float32
		n, err = java.ParseFloat(text)
		v = batch.Float32Value(n)
	case batch.KindFloat64:
		var n float64
		n, err = java.ParseDouble(text)
		v = batch.Float64Value(n)
	default:
		return batch.BooleanValue(java.ParseBoolean(text)), nil
	}
	if err != nil {
		err = dataError("Value (" + text + ") was out of range for requested data type")
	}
	return v, err
}

// text appends v as castToString writes it.
func (t *caster) text(dst []byte, v batch.Value) []byte {
	switch v.Tag() {
	case batch.TagDate:
		return t.dates.append(dst, v.Int())
	case batch.TagBytes:
		return base64.StdEncoding.AppendEncode(dst, v.Bytes())
	}
	return literal.JavaText{}.Append(dst, v)
}
