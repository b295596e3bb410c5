package jsonpath

import (
	"bytes"

	"github.com/millrace/millrace/batch"
)

// Condition is a filter on the members of one object, which can be evaluated on columns: paths such as
// `$[?(@.a == 'x' && !(@.b > 5))]`, where each comparison is between a member and a literal.
type Condition struct{ root *expression }

// Condition returns p as a condition on columns; ok is false for other paths.
func (p *Path) Condition() (c *Condition, ok bool) {
	if len(p.steps) != 1 || p.steps[0].kind != stepFilter || !overMembers(p.steps[0].filter) {
		return nil, false
	}
	return &Condition{p.steps[0].filter}, true
}

// overMembers reports whether every comparison is between a member and a literal.
func overMembers(x *expression) bool {
	if x.kind != expressionRelation {
		for _, p := range x.parts {
			if !overMembers(p) {
				return false
			}
		}
		return true
	}
	if x.left.path == nil || x.right.path != nil || x.left.path.fromRoot {
		return false
	}
	names, ok := x.left.path.Names()
	return ok && len(names) == 1
}

// Match says for which rows the condition holds.
//
// Shape: field returns the column of a member, nil where no row has it; match is by position in rows. ok is
// false where a value has no columnar comparison: its row has to be evaluated alone, and match means nothing.
func (c *Condition) Match(rows batch.Selection, field func(name string) *batch.Column) (match []bool, ok bool) {
	return matchRows(c.root, rows, field)
}

func matchRows(x *expression, rows batch.Selection, field func(name string) *batch.Column) ([]bool, bool) {
	if x.kind == expressionRelation {
		out := make([]bool, len(rows))
		return out, matchColumn(x, field(x.left.path.steps[0].names[0]), rows, out)
	}
	out, ok := matchRows(x.parts[0], rows, field)
	if !ok {
		return nil, false
	}
	if x.kind == expressionNot {
		for k := range out {
			out[k] = !out[k]
		}
		return out, true
	}
	for _, p := range x.parts[1:] {
		next, ok := matchRows(p, rows, field)
		if !ok {
			return nil, false
		}
		if x.kind == expressionAnd {
			for k, m := range next {
				out[k] = out[k] && m
			}
		} else {
			for k, m := range next {
				out[k] = out[k] || m
			}
		}
	}
	return out, true
}

// matchColumn evaluates one comparison on a column.
func matchColumn(x *expression, c *batch.Column, rows batch.Selection, out []bool) bool {
	if x.operator == opExists || x.operator == opMissing {
		for k, i := range rows {
			out[k] = present(c, i) == (x.operator == opExists)
		}
		return true
	}
	equal := x.operator == "==" || x.operator == "==="
	if c != nil && c.Form() == batch.FormPlain && c.Schema().Logical() == batch.LogicalNone && x.right.node.kind == nodeString &&
		c.Schema().Kind() == batch.KindString && (equal || x.operator == "!=" || x.operator == "!==") {
		matchText(c, []byte(x.right.node.text), equal, rows, out)
		return true
	}
	return matchValues(x, c, rows, out)
}

func present(c *batch.Column, i int32) bool {
	return c != nil && (c.Form() != batch.FormDynamic || c.Dyn.Tag(int(i)) != batch.TagAbsent)
}

// matchText compares a plain STRING column with a text.
func matchText(c *batch.Column, want []byte, equal bool, rows batch.Selection, out []bool) {
	for k, i := range rows {
		out[k] = (c.Valid.Has(int(i)) && bytes.Equal(c.At(int(i)), want)) == equal
	}
}

// matchValues compares value by value; text in schemaless columns is not copied for it.
func matchValues(x *expression, c *batch.Column, rows batch.Selection, out []bool) bool {
	text := []byte(x.right.node.text)
	equal := x.operator == "==" || x.operator == "==="
	plainText := x.right.node.kind == nodeString && (equal || x.operator == "!=" || x.operator == "!==")
	for k, i := range rows {
		left := node{kind: nodeUndefined}
		if present(c, i) {
			if plainText && c.Form() == batch.FormDynamic && c.Dyn.Tag(int(i)) == batch.TagString {
				out[k] = bytes.Equal(c.ViewBytes(c.Dyn.Views()[i]), text) == equal
				continue
			}
			var err error
			if left, err = nodeOf(c.Value(int(i))); err != nil {
				return false
			}
		}
		ok, err := compare(x.operator, &left, &x.right.node)
		if err != nil {
			return false
		}
		out[k] = ok
	}
	return true
}
