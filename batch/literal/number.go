package literal

import (
	"math"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// Bounds of what may be a whole number of 64 bits.
var (
	one            = java.NewDecimal(1, 0)
	biggerThanLong = java.NewDecimal(1, -19)
)

// number reads a BigDecimal and gives it the smallest type: INT8 … INT64 when it is whole, otherwise
// FLOAT32 or FLOAT64 where they are finite and it has a scale, otherwise Decimal.
func number(token string) (typed, bool) {
	d, err := java.ParseDecimal(token)
	if err != nil {
		return typed{}, false
	}
	if v, ok := whole(d); ok {
		return v, true
	}
	if d.Scale() != 0 {
		if f := d.Float32(); !math.IsInf(float64(f), 0) {
			return typed{batch.Of(batch.KindFloat32, false), batch.Float32Value(f)}, true
		}
		if f := d.Float64(); !math.IsInf(f, 0) {
			return typed{batch.Of(batch.KindFloat64, false), batch.Float64Value(f)}, true
		}
	}
	s := batch.NewSchema(batch.KindBytes).Name(batch.DecimalName).Version(1).Param("scale", strconv.Itoa(int(d.Scale()))).Build()
	return typed{s, batch.DecimalValueOf(&batch.DecimalValue{Unscaled: d.Unscaled(), Scale: d.Scale()})}, true
}

// whole returns d as the smallest integer type that holds it.
func whole(d java.Decimal) (typed, bool) {
	abs := d
	if d.Sign() < 0 {
		abs = d.Neg()
	}
	var v int64
	switch {
	case d.Sign() == 0:
	case abs.Compare(biggerThanLong) > 0 || abs.Compare(one) < 0:
		return typed{}, false
	default:
		if d.Scale() > 0 {
			if d = d.StripTrailingZeros(); d.Scale() > 0 {
				return typed{}, false
			}
		}
		var err error
		if v, err = d.LongExact(); err != nil {
			return typed{}, false
		}
	}
	k := batch.KindInt64
	switch {
	case int64(int8(v)) == v:
		k = batch.KindInt8
	case int64(int16(v)) == v:
		k = batch.KindInt16
	case int64(int32(v)) == v:
		k = batch.KindInt32
	}
	return typed{batch.Of(k, false), batch.IntValue(k, v)}, true
}
