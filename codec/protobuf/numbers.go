package protobuf

import (
	"math/big"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// fits reports whether Java's casts take a value for one of a kind: numbers are taken for one another.
func fits(k batch.Kind, v batch.Value) bool {
	switch k {
	case batch.KindBoolean:
		return v.Tag() == batch.TagBoolean
	case batch.KindString:
		return v.Tag() == batch.TagString
	case batch.KindBytes:
		return v.Tag() == batch.TagBytes
	case batch.KindArray:
		return v.Tag() == batch.TagArray
	case batch.KindMap:
		return v.Tag() == batch.TagMap
	case batch.KindStruct:
		return v.Tag() == batch.TagStruct
	}
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64, batch.TagFloat32, batch.TagFloat64, batch.TagDecimal:
		return true
	}
	return false
}

// intOf is Number.intValue.
func intOf(v batch.Value) int32 {
	switch v.Tag() {
	case batch.TagFloat32, batch.TagFloat64:
		return java.DoubleToInt(v.Float())
	case batch.TagDecimal:
		return int32(wholeOf(v))
	}
	return int32(v.Int())
}

// longOf is Number.longValue.
func longOf(v batch.Value) int64 {
	switch v.Tag() {
	case batch.TagFloat32, batch.TagFloat64:
		return java.DoubleToLong(v.Float())
	case batch.TagDecimal:
		return wholeOf(v)
	}
	return v.Int()
}

// doubleOf is Number.doubleValue.
func doubleOf(v batch.Value) float64 {
	switch v.Tag() {
	case batch.TagFloat32, batch.TagFloat64:
		return v.Float()
	case batch.TagDecimal:
		f, _ := ratOf(v).Float64()
		return f
	}
	return float64(v.Int())
}

// floatOfNumber is Number.floatValue.
func floatOfNumber(v batch.Value) float32 {
	switch v.Tag() {
	case batch.TagFloat32, batch.TagFloat64:
		return float32(v.Float())
	case batch.TagDecimal:
		f, _ := ratOf(v).Float32()
		return f
	}
	return float32(v.Int())
}

func ratOf(v batch.Value) *big.Rat {
	d := v.Decimal()
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(max(int64(d.Scale), -int64(d.Scale))), nil)
	if d.Scale < 0 {
		return new(big.Rat).SetInt(unit.Mul(unit, d.Unscaled))
	}
	return new(big.Rat).SetFrac(d.Unscaled, unit)
}

// wholeOf is BigDecimal.longValue.
func wholeOf(v batch.Value) int64 {
	r := ratOf(v)
	return java.BigToLong(new(big.Int).Quo(r.Num(), r.Denom()))
}

// classOf is the Java class of a value.
func classOf(v batch.Value) string {
	switch v.Tag() {
	case batch.TagInt8:
		return "java.lang.Byte"
	case batch.TagInt16:
		return "java.lang.Short"
	case batch.TagInt32:
		return "java.lang.Integer"
	case batch.TagInt64:
		return "java.lang.Long"
	case batch.TagFloat32:
		return "java.lang.Float"
	case batch.TagFloat64:
		return "java.lang.Double"
	case batch.TagBoolean:
		return "java.lang.Boolean"
	case batch.TagString:
		return "java.lang.String"
	case batch.TagArray:
		return "java.util.ArrayList"
	case batch.TagMap:
		return "java.util.HashMap"
	case batch.TagStruct:
		return "org.apache.kafka.connect.data.Struct"
	case batch.TagDate:
		return "java.util.Date"
	case batch.TagDecimal:
		return "java.math.BigDecimal"
	}
	return "[B"
}
