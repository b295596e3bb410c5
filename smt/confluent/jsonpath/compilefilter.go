package jsonpath

import (
	"fmt"
	"strings"
)

// The operators that a path alone stands for: it is there, or with ! before it, it is not.
const (
	opExists  = "EXISTS"
	opMissing = "!EXISTS"
)

// filterCompiler reads the expression of a filter. Source: FilterCompiler.
type filterCompiler struct {
	text  string
	at    int
	depth int
}

func (c *filterCompiler) fail() error {
	return invalid(fmt.Sprintf("Failed to parse filter: [?%s], error on position: %d", c.text, c.at+2))
}

// compile reads the whole text.
func (c *filterCompiler) compile() (*expression, error) {
	x, err := c.or()
	if err != nil {
		return nil, err
	}
	if c.peek() != 0 {
		return nil, invalid("Expected end of filter expression instead of: " + c.text[c.at:])
	}
	return x, nil
}

// peek skips spaces and returns the next character, 0 at the end.
func (c *filterCompiler) peek() byte {
	c.at = skipSpaces(c.text, c.at)
	if c.at == len(c.text) {
		return 0
	}
	return c.text[c.at]
}

func (c *filterCompiler) or() (*expression, error)  { return c.joined("||", expressionOr, c.and) }
func (c *filterCompiler) and() (*expression, error) { return c.joined("&&", expressionAnd, c.part) }

// joined reads one or more expressions with the given operator between them.
func (c *filterCompiler) joined(operator string, kind expressionKind, read func() (*expression, error)) (*expression, error) {
	x, err := read()
	if err != nil {
		return nil, err
	}
	parts := []*expression{x}
	for c.peek() != 0 && strings.HasPrefix(c.text[c.at:], operator) {
		c.at += len(operator)
		if x, err = read(); err != nil {
			return nil, err
		}
		parts = append(parts, x)
	}
	if len(parts) == 1 {
		return x, nil
	}
	return &expression{kind: kind, parts: parts}, nil
}

// part reads a negation, an expression in parentheses or a comparison.
func (c *filterCompiler) part() (*expression, error) {
	if c.depth++; c.depth > depthMax {
		return nil, invalid(fmt.Sprintf("filters nest deeper than %d levels", depthMax))
	}
	defer func() { c.depth-- }()
	switch c.peek() {
	case '!':
		next := skipSpaces(c.text, c.at+1)
		if next < len(c.text) && c.text[next] != '@' && c.text[next] != '$' {
			c.at = next
			x, err := c.part()
			return &expression{kind: expressionNot, parts: []*expression{x}}, err
		}
	case '(':
		c.at++
		x, err := c.or()
		if err != nil {
			return nil, err
		}
		if c.peek() != ')' {
			return nil, invalid("Expected character: )")
		}
		c.at++
		return x, nil
	}
	return c.relation()
}

// relation reads a comparison, or a path alone.
func (c *filterCompiler) relation() (*expression, error) {
	missing := c.peek() == '!'
	left, err := c.operand()
	if err != nil {
		return nil, err
	}
	start := c.at
	if operator, ok := c.operator(); ok {
		right, err := c.operand()
		if err == nil {
			return &expression{kind: expressionRelation, left: left, operator: operator, right: right}, nil
		}
		if left.path == nil {
			return nil, err
		}
	}
	c.at = start
	if left.path == nil {
		return nil, c.fail()
	}
	x := &expression{kind: expressionRelation, left: left, operator: opExists}
	if missing {
		x.operator = opMissing
	}
	return x, nil
}

// operator reads a relational operator in upper case.
func (c *filterCompiler) operator() (string, bool) {
	c.peek()
	start := c.at
	for c.at < len(c.text) && isOperatorChar(c.text[c.at]) {
		c.at++
	}
	if c.at == start {
		for c.at < len(c.text) && c.text[c.at] != ' ' {
			c.at++
		}
	}
	switch o := strings.ToUpper(c.text[start:c.at]); o {
	case ">=", "<=", "==", "===", "!=", "!==", "<", ">", "=~", "IN", "NIN", "CONTAINS", "SIZE", "EMPTY", "SUBSETOF", "ANYOF", "NONEOF", "ALL", "TYPE", "MATCHES":
		return o, true
	}
	return "", false
}

func isOperatorChar(b byte) bool { return b == '<' || b == '>' || b == '=' || b == '~' || b == '!' }

// operand reads a path or a literal.
func (c *filterCompiler) operand() (operand, error) {
	first := c.peek()
	if first == '!' {
		c.at++
		if first = c.peek(); first != '@' && first != '$' {
			return operand{}, invalid("Unexpected character: !")
		}
	}
	switch first {
	case '@', '$':
		p, err := c.path()
		return operand{path: p}, err
	case '\'', '"':
		s, err := c.until(closingQuote(c.text, c.at))
		return operand{node: node{kind: nodeString, text: unquote(s)}}, err
	case '[', '{':
		s, err := c.until(closing(c.text, c.at, first, first+2, false)) // ] and } stand two behind
		if err != nil {
			return operand{}, err
		}
		v, err := parseJSON(s)
		if err != nil {
			return operand{}, c.fail()
		}
		return operand{node: node{kind: nodeJSON, json: v, literal: true}}, nil
	case '/':
		return c.regex()
	case 't', 'f', 'n':
		return c.word()
	}
	return c.number()
}

// until takes the text up to and including position end.
func (c *filterCompiler) until(end int) (string, error) {
	if end < 0 {
		return "", invalid("String literal does not have matching quotes or brackets in " + c.text)
	}
	s := c.text[c.at : end+1]
	c.at = end + 1
	return s, nil
}

func (c *filterCompiler) word() (operand, error) {
	for _, w := range []struct {
		text string
		node node
	}{{"true", node{kind: nodeBoolean, boolean: true}}, {"false", node{kind: nodeBoolean}}, {"null", node{kind: nodeNull}}} {
		if strings.HasPrefix(c.text[c.at:], w.text) {
			c.at += len(w.text)
			return operand{node: w.node}, nil
		}
	}
	return operand{}, invalid("Expected boolean literal or <null> value")
}

func (c *filterCompiler) number() (operand, error) {
	start := c.at
	for c.at < len(c.text) && strings.IndexByte("0123456789-.eE", c.text[c.at]) >= 0 {
		c.at++
	}
	n, err := numberText(c.text[start:c.at])
	if err != nil {
		return operand{}, c.fail()
	}
	return operand{node: n}, nil
}

func (c *filterCompiler) regex() (operand, error) {
	start := c.at
	if _, err := c.until(closingQuote(c.text, c.at)); err != nil {
		return operand{}, err
	}
	for c.at < len(c.text) && strings.IndexByte("dixmsuU", c.text[c.at]) >= 0 {
		c.at++
	}
	p, err := patternOf(c.text[start:c.at])
	if err != nil {
		return operand{}, invalid("filter [?" + c.text + "]: " + err.Error())
	}
	return operand{node: node{kind: nodePattern, pattern: p}}, nil
}

// path reads a path up to a space, an operator or a parenthesis that is not its own.
func (c *filterCompiler) path() (*Path, error) {
	start := c.at
	c.at++
	for c.at < len(c.text) {
		b := c.text[c.at]
		if b == '[' {
			end := closing(c.text, c.at, '[', ']', false)
			if end < 0 {
				return nil, invalid("Square brackets does not match in filter " + c.text)
			}
			c.at = end + 1
			continue
		}
		if b == ' ' || isOperatorChar(b) || b == ')' && c.text[c.at-1] != '(' {
			break
		}
		c.at++
	}
	return compile(c.text[start:c.at], c.depth+1)
}
