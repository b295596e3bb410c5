package jsonpath

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// expressionKind is what joins the parts of a filter.
type expressionKind uint8

const (
	expressionAnd expressionKind = iota
	expressionOr
	expressionNot
	expressionRelation
)

// expression is a compiled filter. Source: LogicalExpressionNode, RelationalExpressionNode.
type expression struct {
	kind  expressionKind
	parts []*expression // and, or; one for not

	left, right operand // relation
	operator    string
}

// operand is one side of a comparison: a path, or a literal.
type operand struct {
	path *Path
	node node
}

// holds evaluates x for the element v.
func (e *evaluation) holds(x *expression, v batch.Value) (bool, error) {
	switch x.kind {
	case expressionAnd, expressionOr:
		for _, p := range x.parts {
			ok, err := e.holds(p, v)
			if err != nil || ok == (x.kind == expressionOr) {
				return ok, err
			}
		}
		return x.kind == expressionAnd, nil
	case expressionNot:
		ok, err := e.holds(x.parts[0], v)
		return !ok && err == nil, err
	}
	if x.operator == opExists || x.operator == opMissing {
		ok, err := e.exists(x.left.path, v)
		return ok == (x.operator == opExists), err
	}
	left, err := e.operand(&x.left, v)
	if err != nil {
		return false, err
	}
	right, err := e.operand(&x.right, v)
	if err != nil {
		return false, err
	}
	return compare(x.operator, &left, &right)
}

// exists reports whether a path finds anything. Source: PathNode.evaluate, existsCheck.
func (e *evaluation) exists(p *Path, v batch.Value) (bool, error) {
	require := e.require
	e.require = true
	_, err := e.list(p, v)
	e.require = require
	if is, ok := asPathError(err); ok && is.Class == PathNotFoundException {
		return false, nil
	}
	return err == nil, err
}

// operand returns the value of one side.
func (e *evaluation) operand(o *operand, v batch.Value) (node, error) {
	if o.path == nil {
		return o.node, nil
	}
	if o.path.fromRoot {
		v = e.root
	}
	require := e.require
	e.require = false
	found, err := e.list(o.path, v)
	e.require = require
	if is, ok := asPathError(err); ok && is.Class == PathNotFoundException {
		return node{kind: nodeUndefined}, nil
	}
	if err != nil {
		return node{}, err
	}
	if o.path.definite {
		return nodeOf(found[0])
	}
	return node{kind: nodeJSON, json: batch.ArrayValue(found)}, nil
}

// compare applies a relational operator. Source: EvaluatorFactory.
func compare(operator string, l, r *node) (bool, error) {
	switch operator {
	case "==":
		return equals(l, r), nil
	case "!=":
		return !equals(l, r), nil
	case "===":
		return l.kind == r.kind && equals(l, r), nil
	case "!==":
		return !(l.kind == r.kind && equals(l, r)), nil
	case "<", "<=", ">", ">=":
		return ordered(operator, l, r), nil
	case "=~":
		return matches(l, r)
	case "SIZE":
		return hasSize(l, r), nil
	case "EMPTY":
		return isEmpty(l, r)
	case "CONTAINS":
		return holdsElement(l, r)
	case "ALL", "TYPE", "MATCHES": // ask for operands that a text can not have
		return false, invalid("Expected another node for " + operator)
	}
	return compareLists(operator, l, r)
}

func equals(l, r *node) bool { return l.equal(r) }

func ordered(operator string, l, r *node) bool {
	var c int
	switch {
	case l.kind == nodeNumber && r.kind == nodeNumber:
		c = l.compareNumber(r)
	case l.kind == nodeString && r.kind == nodeString:
		c = java.CompareUTF16(l.text, r.text)
	default:
		return false
	}
	switch operator {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// matches applies a regular expression, to any element of an array.
func matches(l, r *node) (bool, error) {
	if l.kind == nodePattern {
		l, r = r, l
	} else if r.kind != nodePattern {
		return false, nil
	}
	if l.kind == nodePattern {
		return false, nil
	}
	inputs := []node{*l}
	if elements, ok, err := l.list(); ok {
		inputs = elements
	} else if _, is := asPathError(err); err != nil && !is {
		return false, err
	}
	for i := range inputs {
		ok, err := r.pattern.Matches(inputs[i].input())
		if ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func hasSize(l, r *node) bool {
	if r.kind != nodeNumber {
		return false
	}
	want := r.decimal().Int()
	switch l.kind {
	case nodeString:
		return int32(java.UTF16Len(l.text)) == want
	case nodeJSON:
		n := int32(-1)
		if l.json.Tag() == batch.TagArray {
			n = int32(size(l.json))
		}
		return n == want
	}
	return false
}

func isEmpty(l, r *node) (bool, error) {
	if l.kind != nodeString && l.kind != nodeJSON {
		return false, nil
	}
	if r.kind != nodeBoolean {
		return false, invalid("Expected boolean node")
	}
	if l.kind == nodeString {
		return (l.text == "") == r.boolean, nil
	}
	if l.json.Tag() != batch.TagArray {
		return false, broken(classCastException, "class java.util.Map cannot be cast to class java.util.Collection")
	}
	return (size(l.json) == 0) == r.boolean, nil
}

// holdsElement is CONTAINS.
func holdsElement(l, r *node) (bool, error) {
	if l.kind == nodeString && r.kind == nodeString {
		return strings.Contains(l.text, r.text), nil
	}
	if l.kind != nodeJSON {
		return false, nil
	}
	elements, ok, err := l.list()
	return ok && r.in(elements), err
}

// compareLists applies the operators whose right side is a list.
func compareLists(operator string, l, r *node) (bool, error) {
	right, ok, err := r.list()
	if err != nil {
		return false, err
	}
	negated := operator == "NIN" || operator == "NONEOF"
	if operator == "IN" || operator == "NIN" {
		return (ok && l.in(right)) != negated, nil
	}
	if !ok {
		return false, nil
	}
	left, ok, err := l.list()
	if err != nil || !ok {
		return false, err
	}
	any, all := false, true
	for i := range left {
		in := left[i].in(right)
		any, all = any || in, all && in
	}
	if operator == "SUBSETOF" {
		return all, nil
	}
	return any != negated, nil
}
