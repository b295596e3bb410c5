package jsonpath

import (
	"fmt"
	"math"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

const emptyAggregation = "Aggregation function attempted to calculate value using empty array"

func knownFunction(name string) bool {
	switch name {
	case "length", "size", "keys", "first", "last", "min", "max", "avg", "stddev", "sum":
		return true
	}
	return false
}

// call applies a function to v. Source: PathFunctionFactory and its classes.
func call(name string, v batch.Value) (batch.Value, error) {
	switch name {
	case "length", "size":
		if isObject(v) || v.Tag() == batch.TagArray {
			return batch.Int32Value(int32(size(v))), nil
		}
		return batch.Null(), nil
	case "keys":
		return keys(v), nil
	case "first", "last":
		return end(name, v)
	}
	return aggregate(name, v)
}

func keys(v batch.Value) batch.Value {
	var out []batch.Value
	switch v.Tag() {
	case batch.TagMap:
		out = v.Map().Keys
	case batch.TagStruct:
		for _, f := range v.Struct().Schema.Fields() {
			out = append(out, batch.StringValue(f.Name))
		}
	default:
		return batch.Null()
	}
	return batch.ArrayValue(out)
}

// end returns the first or last element. The last one of a single element is refused, as in the original.
func end(name string, v batch.Value) (batch.Value, error) {
	if v.Tag() != batch.TagArray {
		return v, broken(jsonPathException, emptyAggregation)
	}
	list := v.Array()
	switch {
	case name == "first" && len(list) == 0:
		return v, broken("java.lang.IndexOutOfBoundsException", "Index 0 out of bounds for length 0")
	case name == "first":
		return list[0], nil
	case len(list) < 2:
		return v, broken(jsonPathException, fmt.Sprintf("Target index:-1 larger than object count:%d", len(list)))
	}
	return list[len(list)-1], nil
}

// aggregate computes over the numbers of an array. min and max start at Double.MAX_VALUE and MIN_VALUE, the
// smallest positive number, as in the original.
func aggregate(name string, v batch.Value) (batch.Value, error) {
	count, sum, squares := 0.0, 0.0, 0.0
	least, most := math.MaxFloat64, math.SmallestNonzeroFloat64
	for _, e := range children(v) {
		f, ok := float(e)
		if !ok || v.Tag() != batch.TagArray {
			continue
		}
		count++
		sum += f
		squares += f * f
		if f < least {
			least = f
		}
		if f > most {
			most = f
		}
	}
	if count == 0 {
		return v, broken(jsonPathException, emptyAggregation)
	}
	result := sum
	switch name {
	case "min":
		result = least
	case "max":
		result = most
	case "avg":
		result = sum / count
	case "stddev":
		result = math.Sqrt(squares/count - sum*sum/count/count)
	}
	return batch.Float64Value(result), nil
}

// float is doubleValue of a number.
func float(v batch.Value) (float64, bool) {
	switch v.Tag() {
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return float64(v.Int()), true
	case batch.TagFloat32, batch.TagFloat64:
		return v.Float(), true
	case batch.TagDecimal:
		d := v.Decimal()
		return java.NewDecimalBig(d.Unscaled, d.Scale).Float64(), true
	}
	return 0, false
}
