package debezium

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

func same(a, b *operand) bool {
	if a.what != b.what || a.isNull() || b.isNull() {
		return a.isNull() && b.isNull()
	}
	if a.what == 's' {
		return a.schema.Equal(b.schema)
	}
	x, y := a.value(), b.value()
	if c, ok := compare(x, y); ok {
		return c == 0
	}
	switch { // bytes and a list are equal where the numbers are
	case x.Tag() == batch.TagBytes && y.Tag() == batch.TagArray:
		x = numbersOf(x)
	case x.Tag() == batch.TagArray && y.Tag() == batch.TagBytes:
		y = numbersOf(y)
	}
	return equal(x, y)
}

// numbersOf is the list of the numbers of v's bytes.
func numbersOf(v batch.Value) batch.Value {
	out := make([]batch.Value, len(v.Bytes()))
	for i, b := range v.Bytes() {
		out[i] = batch.Int8Value(int8(b))
	}
	return batch.ArrayValue(out)
}

// equal is the method equals of a value: numbers are equal to those of their own class alone, lists and maps
// to those whose elements are ==.
func equal(x, y batch.Value) bool {
	switch {
	case x.Tag() == batch.TagArray && y.Tag() == batch.TagArray:
		return slices.EqualFunc(x.Array(), y.Array(), sameValue)
	case x.Tag() == batch.TagMap && y.Tag() == batch.TagMap:
		return sameMaps(x.Map(), y.Map())
	}
	return x.Equal(y)
}

func sameValue(x, y batch.Value) bool {
	a, b := valueOperand(x), valueOperand(y)
	return same(&a, &b)
}

func sameMaps(x, y *batch.MapValue) bool {
	for i, k := range x.Keys {
		if v, ok := y.Get(k); !ok || !sameValue(x.Values[i], v) {
			return false
		}
	}
	return len(x.Keys) == len(y.Keys)
}

func integer(v batch.Value) bool {
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return true
	}
	return false
}

// decimalOf returns a number of any class exactly; ok is false for what is none, or not finite.
func decimalOf(v batch.Value) (java.Decimal, bool) {
	switch {
	case integer(v):
		return java.NewDecimal(v.Int(), 0), true
	case v.Tag() == batch.TagFloat32 || v.Tag() == batch.TagFloat64:
		d, err := java.DecimalFromDouble(v.Float())
		return d, err == nil
	case v.Tag() == batch.TagDecimal:
		return java.NewDecimalBig(v.Decimal().Unscaled, v.Decimal().Scale), true
	}
	return java.Decimal{}, false
}

// compare orders two numbers, texts, dates or truths; ok is false for others. Numbers of which one is a FLOAT32
// or FLOAT64 are compared as those. A text of one character beside a number
// is the number of the character, as in Groovy.
func compare(x, y batch.Value) (c int, ok bool) {
	switch {
	case integer(x) && integer(y), x.Tag() == batch.TagDate && y.Tag() == batch.TagDate:
		return cmp.Compare(x.Int(), y.Int()), true
	case x.Tag() == batch.TagString && y.Tag() == batch.TagString:
		return java.CompareUTF16(x.Str(), y.Str()), true
	case x.Tag() == batch.TagBoolean && y.Tag() == batch.TagBoolean:
		return cmp.Compare(truthOf(x.Bool()), truthOf(y.Bool())), true
	}
	if isNumber(x) != isNumber(y) {
		x, y = character(x), character(y)
	}
	if !isNumber(x) || !isNumber(y) {
		return 0, false
	}
	if floating(x) || floating(y) {
		return compareDoubles(double(x), double(y)), true
	}
	a, _ := decimalOf(x)
	b, _ := decimalOf(y)
	return a.Compare(b), true
}

// character returns the number of the only UTF-16 unit of a text, other values as they are.
func character(v batch.Value) batch.Value {
	if v.Tag() != batch.TagString || java.UTF16Len(v.Str()) != 1 {
		return v
	}
	r, _ := utf8.DecodeRuneInString(v.Str())
	return batch.Int32Value(r)
}

func floating(v batch.Value) bool { return v.Tag() == batch.TagFloat32 || v.Tag() == batch.TagFloat64 }

func isNumber(v batch.Value) bool { return integer(v) || floating(v) || v.Tag() == batch.TagDecimal }

// double returns a number as the nearest double.
func double(v batch.Value) float64 {
	if floating(v) {
		return v.Float()
	}
	d, _ := decimalOf(v)
	return d.Float64()
}

// compareDoubles is Double.compare: NaN is equal to itself and more than all, -0.0 less than 0.0.
func compareDoubles(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	case a != a || b != b:
		return cmp.Compare(truthOf(a != a), truthOf(b != b))
	}
	return cmp.Compare(truthOf(math.Signbit(b)), truthOf(math.Signbit(a)))
}

func truthOf(b bool) int {
	if b {
		return 1
	}
	return 0
}

func ordered(op string, left, right *operand) (operand, error) {
	x, y := left.value(), right.value()
	if floating(x) && x.Tag() == y.Tag() {
		return truth(orderedFloats(op, x.Float(), y.Float())), nil
	}
	c, ok := compare(x, y)
	switch {
	case (left.what != 0 || right.what != 0) && !left.isNull() && !right.isNull():
		return operand{}, errors.New("cannot compare schemas or headers")
	case left.what != 0 || right.what != 0:
		if c = 0; !right.isNull() {
			c = -1
		} else if !left.isNull() {
			c = 1
		}
	case ok:
	case x.IsNull() && y.IsNull():
	case x.IsNull():
		c = -1
	case y.IsNull():
		c = 1
	default:
		return operand{}, errors.New("cannot compare " + x.Tag().JavaClass() + " with " + y.Tag().JavaClass())
	}
	return truth(op == "<" && c < 0 || op == "<=" && c <= 0 || op == ">" && c > 0 || op == ">=" && c >= 0), nil
}

// orderedFloats is the order of two numbers of one class, where NaN is neither less nor more than anything and -0.0 is 0.0;
// beside a number of another class and for ==, compareDoubles is.
func orderedFloats(op string, f, g float64) bool {
	switch op {
	case "<":
		return f < g
	case "<=":
		return f <= g
	case ">":
		return f > g
	}
	return f >= g
}
