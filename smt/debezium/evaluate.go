package debezium

import (
	"errors"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/internal/java"
)

// operand is what an expression works on: a cell of a column, a value, a schema, headers or one of them.
type operand struct {
	column  *batch.Column // with row: a cell that was not read yet
	row     int
	v       batch.Value
	schema  *batch.Schema
	what    byte // 0 value or cell, s schema, h a header, H all headers
	headers []batch.Header
}

func valueOperand(v batch.Value) operand { return operand{v: v} }

func textOperand(s string) operand { return operand{v: batch.StringValue(s)} }

func truth(b bool) operand { return operand{v: batch.BooleanValue(b)} }

// value reads the operand; schemas and headers count as not null.
func (o *operand) value() batch.Value {
	if o.column != nil {
		return o.column.Value(o.row)
	}
	return o.v
}

func (o *operand) isNull() bool {
	switch {
	case o.what == 's':
		return o.schema == nil
	case o.what != 0:
		return false
	case o.column != nil:
		return o.column.IsNull(o.row)
	}
	return o.v.IsNull()
}

// member returns a field of a struct, an entry of a map, a header or a part of one.
func (o *operand) member(name string) (operand, error) {
	switch o.what {
	case 'H':
		for i := len(o.headers) - 1; i >= 0; i-- {
			if h := o.headers[i]; h.Key == name {
				return operand{what: 'h', v: h.Value, schema: h.Schema}, nil
			}
		}
		return operand{}, nil
	case 'h', 's':
		return o.part(name)
	}
	if o.isNull() {
		return operand{}, errors.New("cannot get '" + name + "' of null")
	}
	if c := o.column; c != nil && c.Form() == batch.FormPlain && c.Schema().Kind() == batch.KindStruct {
		child := c.Child(name)
		if child == nil {
			return operand{}, noSuchField(name)
		}
		if child.IsNull(o.row) {
			return valueOperand(child.Schema().Default()), nil
		}
		return operand{column: child, row: o.row}, nil
	}
	switch v := o.value(); v.Tag() {
	case batch.TagStruct:
		out, err := v.Struct().Get(name)
		return valueOperand(out), err
	case batch.TagMap:
		out, _ := v.Map().Get(batch.StringValue(name))
		return valueOperand(out), nil
	case batch.TagArray:
		return membersOf(v.Array(), name)
	case batch.TagString:
		if name == "length" {
			return valueOperand(batch.Int64Value(int64(java.UTF16Len(v.Str())))), nil
		}
	}
	v := o.value()
	return operand{}, errors.New("no field '" + name + "' in a " + v.Tag().JavaClass())
}

// membersOf returns a member of each element of a list, as Groovy does; null has none.
func membersOf(list []batch.Value, name string) (operand, error) {
	out := []batch.Value{}
	for _, v := range list {
		if v.IsNull() {
			continue
		}
		element := valueOperand(v)
		m, err := element.member(name)
		if err != nil {
			return operand{}, err
		}
		out = append(out, m.value())
	}
	return valueOperand(batch.ArrayValue(out)), nil
}

// part returns the value or schema of a header, or a property of a schema.
func (o *operand) part(name string) (operand, error) {
	if o.isNull() {
		return operand{}, errors.New("cannot get '" + name + "' of null")
	}
	switch {
	case o.what == 'h' && name == "value":
		return valueOperand(o.v), nil
	case o.what == 'h' && name == "schema":
		return operand{what: 's', schema: o.schema}, nil
	case o.what == 's' && name == "name":
		if !o.schema.HasName() {
			return operand{}, nil
		}
		return textOperand(o.schema.Name()), nil
	case o.what == 's' && name == "version":
		if !o.schema.HasVersion() {
			return operand{}, nil
		}
		return valueOperand(batch.Int64Value(int64(o.schema.Version()))), nil
	}
	return operand{}, errors.New("no '" + name + "' in a schema or header")
}

// scope gives the variables of one record.
type scope func(name string) operand

// eval evaluates e. Where the languages differ, truth and order are Groovy's: null, false, zero and empty
// texts are false, && and || give a boolean, null is less than anything.
func (e *expression) eval(s scope) (operand, error) {
	switch e.op {
	case "(":
		return valueOperand(e.lit), nil
	case "name":
		return s(e.name), nil
	}
	left, err := e.args[0].eval(s)
	if err != nil {
		return operand{}, err
	}
	switch e.op {
	case ".", "?.":
		if e.op == "?." && left.isNull() {
			return operand{}, nil
		}
		return left.member(e.name)
	case "call", "?call":
		if e.op == "?call" && left.isNull() {
			return operand{}, nil
		}
		return e.callOn(left, s)
	case "?:":
		if truthy(&left) {
			return e.args[1].eval(s)
		}
		return e.args[2].eval(s)
	case "unary!":
		return truth(!truthy(&left)), nil
	case "unary-":
		return arithmetic("-", batch.Int64Value(0), left.value())
	}
	if left, done := e.short(&left); done {
		return left, nil
	}
	right, err := e.args[1].eval(s)
	if err != nil {
		return operand{}, err
	}
	switch e.op {
	case "&&", "||":
		return truth(truthy(&right)), nil
	case "==", "!=":
		return truth(same(&left, &right) == (e.op == "==")), nil
	case "[":
		if name := right.value(); name.Tag() == batch.TagString {
			return left.member(name.Str())
		}
		return operand{}, errors.New("a field is named by a text")
	case "<", "<=", ">", ">=":
		return ordered(e.op, &left, &right)
	}
	return arithmetic(e.op, left.value(), right.value())
}

// short returns what the left side alone decides.
func (e *expression) short(left *operand) (operand, bool) {
	return truth(e.op == "||"), e.op == "&&" && !truthy(left) || e.op == "||" && truthy(left)
}

func truthy(o *operand) bool {
	if o.isNull() {
		return false
	}
	switch v := o.value(); v.Tag() {
	case batch.TagBoolean:
		return v.Bool()
	case batch.TagString:
		return v.Str() != ""
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return v.Int() != 0
	case batch.TagFloat32, batch.TagFloat64:
		return v.Float() != 0
	}
	return true
}

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
	return x.Equal(y)
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
		return compareInts(x.Int(), y.Int()), true
	case x.Tag() == batch.TagString && y.Tag() == batch.TagString:
		return java.CompareUTF16(x.Str(), y.Str()), true
	case x.Tag() == batch.TagBoolean && y.Tag() == batch.TagBoolean:
		return compareInts(truthNumber(x), truthNumber(y)), true
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
	return batch.Int64Value(int64(r))
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
		return compareInts(int64(truthOf(a != a)), int64(truthOf(b != b)))
	}
	return compareInts(int64(truthOf(math.Signbit(b))), int64(truthOf(math.Signbit(a))))
}

func truthOf(b bool) int {
	if b {
		return 1
	}
	return 0
}

func truthNumber(v batch.Value) int64 { return int64(truthOf(v.Bool())) }

func compareInts(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func ordered(op string, left, right *operand) (operand, error) {
	x, y := left.value(), right.value()
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

// arithmetic computes in 64-bit integers where both are integers and the result is one, otherwise in doubles;
// + joins a text with anything, and null or a number with a text, - takes one out of a text, as in Groovy.
func arithmetic(op string, x, y batch.Value) (operand, error) {
	if op == "+" && (x.Tag() == batch.TagString || y.Tag() == batch.TagString && (x.IsNull() || isNumber(x))) {
		text := literal.JavaText{}.Append(nil, x)
		return textOperand(string(literal.JavaText{}.Append(text, y))), nil
	}
	if op == "-" && x.Tag() == batch.TagString {
		return textOperand(strings.Replace(x.Str(), string(literal.JavaText{}.Append(nil, y)), "", 1)), nil
	}
	if !isNumber(x) || !isNumber(y) {
		return operand{}, errors.New("cannot compute " + x.Tag().JavaClass() + " " + op + " " + y.Tag().JavaClass())
	}
	if integer(x) && integer(y) {
		switch i, j := x.Int(), y.Int(); op {
		case "+":
			return valueOperand(batch.Int64Value(i + j)), nil
		case "-":
			return valueOperand(batch.Int64Value(i - j)), nil
		case "*":
			return valueOperand(batch.Int64Value(i * j)), nil
		default:
			if j == 0 {
				return operand{}, errors.New("division by zero")
			}
			if op == "%" {
				return valueOperand(batch.Int64Value(i % j)), nil
			}
		}
	}
	f, g := double(x), double(y)
	if (op == "/" || op == "%") && g == 0 && !floating(x) && !floating(y) {
		return operand{}, errors.New("division by zero")
	}
	switch op {
	case "+":
		f += g
	case "-":
		f -= g
	case "*":
		f *= g
	case "/":
		f /= g
	case "%":
		f = math.Mod(f, g)
	}
	return valueOperand(batch.Float64Value(f)), nil
}

func (e *expression) callOn(o operand, s scope) (operand, error) {
	var args [2]batch.Value
	for i, a := range e.args[1:] {
		v, err := a.eval(s)
		if err != nil {
			return v, err
		}
		args[i] = v.value()
	}
	switch {
	case e.name == "get":
		if args[0].Tag() != batch.TagString {
			return operand{}, errors.New("a field is named by a text")
		}
		return o.member(args[0].Str())
	case o.what != 0:
		return o.part(e.name)
	case e.name == "toString" && !o.isNull():
		return textOperand(string(literal.JavaText{}.Append(nil, o.value()))), nil
	case e.name == "equals":
		right := valueOperand(args[0])
		return truth(same(&o, &right)), nil
	}
	v := o.value()
	if v.Tag() != batch.TagString {
		return operand{}, errors.New("no method '" + e.name + "' in a " + v.Tag().JavaClass())
	}
	return textMethod(e.name, v.Str(), args, len(e.args)-1)
}
