package debezium

import (
	"errors"
	"slices"

	"github.com/millrace/millrace/batch"
)

func noMethod(name string, v batch.Value) error {
	return errors.New("no method '" + name + "' in a " + v.Tag().JavaClass())
}

// listMethod calls a method of a list; elements are looked for by their own class's equals.
func listMethod(name string, list []batch.Value, arg batch.Value) (operand, error) {
	is := func(v batch.Value) bool { return v.Equal(arg) }
	switch name {
	case "isEmpty":
		return truth(len(list) == 0), nil
	case "contains":
		return truth(slices.ContainsFunc(list, is)), nil
	case "indexOf":
		return valueOperand(batch.Int32Value(int32(slices.IndexFunc(list, is)))), nil
	}
	return operand{}, noMethod(name, batch.ArrayValue(list))
}
