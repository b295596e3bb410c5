package jsonpath

import (
	"math"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/internal/java/regex"
)

// nodeKind is the class of an operand's value. Source: ValueNodes.
type nodeKind uint8

const (
	nodeUndefined nodeKind = iota // no such path
	nodeNull
	nodeBoolean
	nodeNumber
	nodeString
	nodeJSON    // array or object
	nodePattern // regular expression
	nodeText    // an element of a list that is text of JSON or of a path: equal to nothing
)

// node is the value of an operand in a comparison.
type node struct {
	kind    nodeKind
	boolean bool
	text    string
	whole   bool // the number is small
	small   int64
	number  java.Decimal
	json    batch.Value
	literal bool // JSON written in the path: it equals nothing when compared as a whole
	pattern *regex.Pattern
}

// nodeOf is the operand for a value of the document. Source: PathNode.evaluate.
func nodeOf(v batch.Value) (node, error) {
	switch v.Tag() {
	case batch.TagNull:
		return node{kind: nodeNull}, nil
	case batch.TagBoolean:
		return node{kind: nodeBoolean, boolean: v.Bool()}, nil
	case batch.TagString:
		return node{kind: nodeString, text: v.Str()}, nil
	case batch.TagInt8, batch.TagInt16, batch.TagInt32, batch.TagInt64:
		return node{kind: nodeNumber, whole: true, small: v.Int()}, nil
	case batch.TagFloat32:
		if f := v.Float(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return numberText(string(java.AppendFloat(nil, float32(f))))
		}
		return numberText("")
	case batch.TagFloat64:
		d, err := java.DecimalFromDoubleText(v.Float())
		if err != nil {
			return numberText("")
		}
		return node{kind: nodeNumber, number: d}, nil
	case batch.TagDecimal:
		d := v.Decimal()
		return node{kind: nodeNumber, number: java.NewDecimalBig(d.Unscaled, d.Scale)}, nil
	case batch.TagArray, batch.TagMap, batch.TagStruct:
		return node{kind: nodeJSON, json: v}, nil
	}
	return node{}, broken(jsonPathException, "Could not convert class "+v.Tag().JavaClass()+" to a ValueNode")
}

// numberText reads what BigDecimal reads.
func numberText(s string) (node, error) {
	d, err := java.ParseDecimal(s)
	if err != nil {
		return node{}, broken(numberFormatException, err.Error())
	}
	if small, ok := d.Int64(); ok && d.Scale() == 0 {
		return node{kind: nodeNumber, whole: true, small: small}, nil
	}
	return node{kind: nodeNumber, number: d}, nil
}

// decimal returns the number of a number node.
func (n *node) decimal() java.Decimal {
	if n.whole {
		return java.NewDecimal(n.small, 0)
	}
	return n.number
}

// elementOf is the operand for an element of a list. Text is read again there: quotes are taken off, and
// text of JSON or of a path is no string. Source: ValueNode.toValueNode.
func elementOf(v batch.Value) (node, error) {
	switch v.Tag() {
	case batch.TagString:
	case batch.TagArray, batch.TagMap, batch.TagStruct, batch.TagBytes, batch.TagDate:
		return node{}, broken(jsonPathException, "Could not determine value type")
	default:
		return nodeOf(v)
	}
	s := v.Str()
	t := java.Trim(s)
	if len(t) > 1 && (t[0] == '[' && t[len(t)-1] == ']' || t[0] == '{' && t[len(t)-1] == '}') {
		if _, err := parseJSON(t); err == nil {
			return node{kind: nodeText}, nil
		}
	}
	if t != "" && (t[0] == '$' || t[0] == '@') {
		if _, err := Compile(t); err == nil {
			return node{kind: nodeText}, nil
		}
	}
	return node{kind: nodeString, text: unquote(s)}, nil
}

// unquote takes the quotes off a string literal and resolves its escapes.
func unquote(s string) string {
	if java.UTF16Len(s) < 2 {
		return s
	}
	if first, last := s[0], s[len(s)-1]; first == last && (first == '\'' || first == '"') {
		s = s[1 : len(s)-1]
	}
	return unescape(s)
}

// list returns the elements of an array, ok is false for other JSON.
func (n *node) list() (elements []node, ok bool, err error) {
	if n.kind != nodeJSON {
		return nil, false, invalid("Expected value list node")
	}
	if n.json.Tag() != batch.TagArray {
		return nil, false, nil
	}
	for _, v := range n.json.Array() {
		e, err := elementOf(v)
		if err != nil {
			return nil, false, err
		}
		elements = append(elements, e)
	}
	return elements, true, nil
}

// contains reports whether one of the elements equals n.
func (n *node) in(elements []node) bool {
	for i := range elements {
		if n.equal(&elements[i]) {
			return true
		}
	}
	return false
}

// equal is equals of the original's nodes: numbers and strings are compared as what the left one is.
func (n *node) equal(o *node) bool {
	switch n.kind {
	case nodeNull:
		return o.kind == nodeNull
	case nodeBoolean:
		return o.kind == nodeBoolean && n.boolean == o.boolean
	case nodeNumber:
		switch o.kind {
		case nodeNumber:
			return n.compareNumber(o) == 0
		case nodeString:
			d, err := java.ParseDecimal(o.text)
			return err == nil && n.decimal().Compare(d) == 0
		}
	case nodeString:
		switch o.kind {
		case nodeNumber:
			return n.text == o.decimal().String()
		case nodeString:
			return n.text == o.text
		}
	case nodeJSON:
		return o.kind == nodeJSON && !n.literal && sameJSON(n.json, o.json)
	}
	return false
}

func (n *node) compareNumber(o *node) int {
	if n.whole && o.whole {
		switch {
		case n.small < o.small:
			return -1
		case n.small > o.small:
			return 1
		}
		return 0
	}
	return n.decimal().Compare(o.decimal())
}

// sameJSON compares values as equals of Java's lists, maps and boxes does; objects do not depend on order.
func sameJSON(a, b batch.Value) bool {
	switch {
	case a.Tag() == batch.TagArray && b.Tag() == batch.TagArray:
		x, y := a.Array(), b.Array()
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if !sameJSON(x[i], y[i]) {
				return false
			}
		}
		return true
	case isObject(a) && isObject(b):
		if size(a) != size(b) {
			return false
		}
		x, y := keys(a).Array(), children(a)
		for i := range x {
			v, ok := batch.Value{}, false
			if x[i].Tag() == batch.TagString {
				v, ok = member(b, x[i].Str())
			}
			if !ok || !sameJSON(y[i], v) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// input is the text that a regular expression is matched against. Source: RegexpEvaluator.getInput.
func (n *node) input() string {
	switch n.kind {
	case nodeString:
		return n.text
	case nodeNumber:
		return n.decimal().String()
	case nodeBoolean:
		if n.boolean {
			return "true"
		}
		return "false"
	}
	return ""
}

// patternOf reads /expression/flags.
func patternOf(s string) (*regex.Pattern, error) {
	end := strings.LastIndexByte(s, '/')
	expression := s[1:end]
	if flags := s[end+1:]; flags != "" {
		expression = "(?" + flags + ")" + expression
	}
	return regex.Compile(expression)
}
