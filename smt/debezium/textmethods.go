package debezium

import (
	"errors"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/regex"
)

// textMethod calls a method of a string. Positions are UTF-16 units.
func textMethod(name, text string, args [2]batch.Value, n int) (operand, error) {
	switch name {
	case "toLowerCase":
		return textOperand(strings.ToLower(text)), nil
	case "toUpperCase":
		return textOperand(strings.ToUpper(text)), nil
	case "trim":
		return textOperand(java.Trim(text)), nil
	case "length":
		return valueOperand(batch.Int32Value(int32(java.UTF16Len(text)))), nil
	case "isEmpty":
		return truth(text == ""), nil
	case "substring":
		return substring(text, args, n)
	}
	if args[0].Tag() != batch.TagString {
		return operand{}, errors.New(name + " takes a text")
	}
	arg := args[0].Str()
	switch name {
	case "contains", "includes":
		return truth(strings.Contains(text, arg)), nil
	case "startsWith":
		return truth(strings.HasPrefix(text, arg)), nil
	case "endsWith":
		return truth(strings.HasSuffix(text, arg)), nil
	case "equalsIgnoreCase":
		return truth(strings.EqualFold(text, arg)), nil
	case "concat":
		if len(text)+len(arg) > textBytesMax {
			return operand{}, tooLong()
		}
		return textOperand(text + arg), nil
	case "indexOf":
		at := strings.Index(text, arg)
		if at > 0 {
			at = java.UTF16Len(text[:at])
		}
		return valueOperand(batch.Int32Value(int32(at))), nil
	case "matches":
		p, err := regex.Compile(arg)
		if err != nil {
			return operand{}, err
		}
		ok, err := p.Matches(text)
		return truth(ok), err
	}
	return operand{}, errors.New("no method '" + name + "' in a text")
}

func substring(text string, args [2]batch.Value, n int) (operand, error) {
	length := int64(java.UTF16Len(text))
	from, to := args[0].Int(), length
	if n == 2 {
		to = args[1].Int()
	}
	if !integer(args[0]) || n == 2 && !integer(args[1]) || from < 0 || to > length || from > to {
		return operand{}, errors.New("substring: positions are not in the text")
	}
	a, _ := java.UTF16Index(text, int(from))
	b, _ := java.UTF16Index(text, int(to))
	return textOperand(text[a:b]), nil
}
