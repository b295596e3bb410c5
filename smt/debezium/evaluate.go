package debezium

import (
	"errors"
	"slices"

	"github.com/millrace/millrace/batch"
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
	hashed  bool // maps iterate as a HashMap, not in their own order
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
		return operand{v: out, hashed: o.hashed}, err
	case batch.TagMap:
		out, _ := v.Map().Get(batch.StringValue(name))
		return operand{v: out, hashed: o.hashed}, nil
	case batch.TagArray:
		out, err := membersOf(v.Array(), name)
		out.hashed = o.hashed
		return out, err
	case batch.TagString:
		if name == "length" {
			return valueOperand(batch.Int32Value(int32(java.UTF16Len(v.Str())))), nil
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
		return valueOperand(batch.Int32Value(int32(o.schema.Version()))), nil
	}
	return operand{}, errors.New("no '" + name + "' in a schema or header")
}

// scope gives the variables of one record.
type scope func(name string) operand

// samePlace reports whether two expressions name the same part of the record.
func (e *expression) samePlace(o *expression) bool {
	switch e.op {
	case "name":
		return o.op == "name" && e.name == o.name
	case ".", "?.":
		return (o.op == "." || o.op == "?.") && e.name == o.name && e.args[0].samePlace(o.args[0])
	}
	return false
}

// eval evaluates e. Where the languages differ, truth, order and the classes of numbers are Groovy's: null, false,
// zero and empty texts, lists and maps are false, && and || give a boolean, null is less than anything.
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
		return negated(left.value())
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
		if e.args[0].samePlace(e.args[1]) && !floating(left.value()) {
			return truth(len(e.op) == 2), nil // an object is equal to itself, also where its class has no order
		}
		return ordered(e.op, &left, &right)
	}
	return arithmetic(e.op, &left, &right)
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
		return v.Float() != 0 && v.Float() == v.Float() // NaN is false
	case batch.TagDecimal:
		return v.Decimal().Unscaled.Sign() != 0
	case batch.TagBytes:
		return len(v.Bytes()) > 0
	case batch.TagArray:
		return len(v.Array()) > 0
	case batch.TagMap:
		return len(v.Map().Keys) > 0
	}
	return true
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
	case e.name == "toString":
		return textOperand(string(appendGroovy(nil, o.value(), o.hashed))), nil
	case e.name == "equals":
		return truth(equal(o.value(), args[0])), nil
	}
	switch v := o.value(); v.Tag() {
	case batch.TagString:
		return textMethod(e.name, v.Str(), args, len(e.args)-1)
	case batch.TagArray:
		return listMethod(e.name, v.Array(), args[0])
	case batch.TagBytes:
		if e.name == "contains" {
			return truth(slices.ContainsFunc(numbersOf(v).Array(), func(b batch.Value) bool { return sameValue(args[0], b) })), nil
		}
	case batch.TagMap:
		if e.name == "isEmpty" {
			return truth(len(v.Map().Keys) == 0), nil
		}
	}
	return operand{}, noMethod(e.name, o.value())
}
