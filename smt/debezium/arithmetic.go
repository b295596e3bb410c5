package debezium

import (
	"errors"
	"math"
	"math/big"
	"strings"

	"github.com/millrace/millrace/batch"
)

// arithmetic computes as Groovy's NumberMath: integers of up to 32 bits give INT32, INT64 beside an integer gives INT64, and
// both overflow silently; with a FLOAT32 or FLOAT64 all are doubles, other fractions and all other quotients are decimals.
// + joins a text with anything, and null, a number or a map with a text, - takes one out of a text.
func arithmetic(op string, left, right *operand) (operand, error) {
	x, y := left.value(), right.value()
	if op == "+" && (x.Tag() == batch.TagString || y.Tag() == batch.TagString && (x.IsNull() || isNumber(x) || x.Tag() == batch.TagMap)) {
		return joined(left, right)
	}
	if op == "-" && x.Tag() == batch.TagString {
		return textOperand(strings.Replace(x.Str(), string(appendGroovy(nil, y, right.hashed)), "", 1)), nil
	}
	if !isNumber(x) || !isNumber(y) {
		return operand{}, errors.New("cannot compute " + x.Tag().JavaClass() + " " + op + " " + y.Tag().JavaClass())
	}
	divides := op == "/" || op == "%"
	if divides && !floating(x) && !floating(y) && !truthy(right) {
		return operand{}, errors.New("division by zero")
	}
	if integer(x) && integer(y) && op != "/" {
		n := integral(op, x.Int(), y.Int())
		if x.Tag() == batch.TagInt64 || y.Tag() == batch.TagInt64 {
			return valueOperand(batch.Int64Value(n)), nil
		}
		return valueOperand(batch.Int32Value(int32(n))), nil
	}
	if !floating(x) && !floating(y) {
		a, _ := decimalOf(x)
		b, _ := decimalOf(y)
		return decimals(op, a, b)
	}
	return valueOperand(batch.Float64Value(fractional(op, double(x), double(y)))), nil
}

func integral(op string, i, j int64) int64 {
	switch op {
	case "+":
		return i + j
	case "-":
		return i - j
	case "*":
		return i * j
	}
	return i % j
}

func fractional(op string, f, g float64) float64 {
	switch op {
	case "+":
		return f + g
	case "-":
		return f - g
	case "*":
		return f * g
	case "/":
		return f / g
	}
	return math.Mod(f, g)
}

// negated is -v, a number of the same class; the least of a class of integers is its own negation.
func negated(v batch.Value) (operand, error) {
	switch v.Tag() {
	case batch.TagInt8:
		return valueOperand(batch.Int8Value(-int8(v.Int()))), nil
	case batch.TagInt16:
		return valueOperand(batch.Int16Value(-int16(v.Int()))), nil
	case batch.TagInt32:
		return valueOperand(batch.Int32Value(-int32(v.Int()))), nil
	case batch.TagInt64:
		return valueOperand(batch.Int64Value(-v.Int())), nil
	case batch.TagFloat32:
		return valueOperand(batch.Float32Value(float32(-v.Float()))), nil
	case batch.TagFloat64:
		return valueOperand(batch.Float64Value(-v.Float())), nil
	case batch.TagDecimal:
		d := v.Decimal()
		return valueOperand(batch.DecimalValueOf(&batch.DecimalValue{Unscaled: new(big.Int).Neg(d.Unscaled), Scale: d.Scale})), nil
	}
	return operand{}, errors.New("cannot compute -" + v.Tag().JavaClass())
}
