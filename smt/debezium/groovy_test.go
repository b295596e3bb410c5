package debezium

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/millrace/millrace/batch"
)

// groovyValues are the members of value in testdata/groovy.txt.
func groovyValues() batch.Value {
	m := &batch.MapValue{}
	decimal := func(unscaled string, scale int32) batch.Value {
		v, _ := new(big.Int).SetString(unscaled, 10)
		return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: v, Scale: scale})
	}
	list := func(of ...batch.Value) batch.Value { return batch.ArrayValue(of) }
	one := func(key string, v batch.Value) batch.Value {
		m := &batch.MapValue{}
		m.Put(batch.StringValue(key), v)
		return batch.MapValueOf(m)
	}
	i32, bytes := batch.Int32Value, batch.BytesValue([]byte{1, 2})
	for name, v := range map[string]batch.Value{
		"i8": batch.Int8Value(-128), "n7": i32(7), "i64": batch.Int64Value(math.MaxInt64), "z": i32(0),
		"nz": batch.Float64Value(math.Copysign(0, -1)), "pz": batch.Float64Value(0), "nan": batch.Float64Value(math.NaN()),
		"fn": batch.Float32Value(float32(math.NaN())), "fz": batch.Float32Value(0), "fm": batch.Float32Value(float32(math.Copysign(0, -1))),
		"dec": decimal("1250", 2), "dz": decimal("0", 3), "d3": decimal("3", 0), "big": decimal("1", -20), "di": decimal("1", 30),
		"d6": decimal("-6", 1), "dm": decimal("-725", 2), "dh": decimal("1234567890123456789012345678905", 1),
		"by": batch.BytesValue([]byte{1, 255}), "b0": batch.BytesValue([]byte{}),
		"li": list(i32(1), batch.StringValue("x"), batch.Null()), "ll": list(batch.Int64Value(1), batch.StringValue("x"), batch.Null()),
		"l0": batch.ArrayValue([]batch.Value{}), "lz": list(bytes, decimal("10", 1)), "lz2": list(bytes, i32(1)), "lb": list(i32(1), i32(-1)),
		"m": one("a", i32(1)), "ml": one("a", batch.Int64Value(1)), "m0": batch.MapValueOf(&batch.MapValue{}),
		"mn": one("a", batch.Null()), "mb": one("b", batch.Null()),
	} {
		m.Put(batch.StringValue(name), v)
	}
	return batch.MapValueOf(m)
}

// Numbers, equality and order are those of GroovyShell.evaluate, Groovy 4.0.27: an expression, the class of its result and its
// FormatHelper.toString, or ! for an exception.
func TestExpressions_AsGroovy(t *testing.T) {
	value := valueOperand(groovyValues())
	for _, line := range lines(t, "testdata/groovy.txt") {
		text, want, _ := strings.Cut(string(line), "\t")
		e, err := parseExpression(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := "!"
		if o, err := e.eval(func(string) operand { return value }); err == nil {
			v := o.value()
			got = v.Tag().JavaClass() + " " + string(appendGroovy(nil, v, true))
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// Numbers that a few characters can make so large that they do not fit a machine are refused.
func TestExpressions_DigitsAreBounded(t *testing.T) {
	huge := &batch.MapValue{}
	huge.Put(batch.StringValue("v"), batch.DecimalValueOf(&batch.DecimalValue{Unscaled: big.NewInt(1), Scale: math.MinInt32}))
	huge.Put(batch.StringValue("w"), batch.DecimalValueOf(&batch.DecimalValue{Unscaled: new(big.Int).Lsh(big.NewInt(1), 1<<20), Scale: math.MaxInt32}))
	for _, text := range []string{"value.v + 1", "1 - value.v", "value.v % 3", "3 % value.w", "value.v * value.v", "value.v / value.w", "value.w * 1"} {
		e, err := parseExpression(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.eval(func(string) operand { return valueOperand(batch.MapValueOf(huge)) }); err == nil || !strings.Contains(err.Error(), "too many digits") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
