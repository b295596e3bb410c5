package debezium

import (
	"fmt"
	"math"
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// expression is one in the language that Groovy and JavaScript have in common: fields, comparison, logic,
// arithmetic, a conditional, methods of strings. It can neither loop nor reach anything but its record.
type expression struct {
	op   string // ( literal, name, . member, ?. member of what may be null, [ member by value, call, ?: or an operator
	name string
	args []*expression
	lit  batch.Value
}

// expressionDepthMax bounds how deep expressions nest.
const expressionDepthMax = 200

// parseExpression reads an expression. Errors say what stands where.
func parseExpression(text string) (*expression, error) {
	p := &expressionParser{text: text}
	p.next()
	e := p.conditional()
	if p.err == nil && p.token != "" {
		p.fail("expected the end")
	}
	return e, p.err
}

type expressionParser struct {
	text  string
	at    int         // behind the token
	start int         // of the token
	token string      // "" at the end; texts, numbers and names by kind
	kind  byte        // of the token: s text, 0 number, a name, . anything else
	lit   batch.Value // of a text or number
	depth int
	err   error
}

func (p *expressionParser) fail(what string) {
	if p.err == nil {
		found := "the end"
		if p.token != "" {
			found = "'" + p.token + "'"
		}
		p.err = fmt.Errorf("character %d: %s, found %s", java.UTF16Len(p.text[:p.start])+1, what, found)
	}
	p.token, p.at, p.kind = "", len(p.text), '.'
}

// operators, longer ones first.
var operators = []string{"&&", "||", "==", "!=", "<=", ">=", "?.", "(", ")", "[", "]", ".", ",", "!", "<", ">", "+", "-", "*", "/", "%", "?", ":"}

func (p *expressionParser) next() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
	p.start = p.at
	rest := p.text[p.at:]
	if rest == "" {
		p.token, p.kind = "", '.'
		return
	}
	switch c := rest[0]; {
	case isNameByte(c):
		p.take('a', spanOf(rest, func(c byte) bool { return isNameByte(c) || c >= '0' && c <= '9' }))
	case c >= '0' && c <= '9':
		p.number(rest)
	case c == '\'' || c == '"':
		p.quoted(rest)
	default:
		p.operator(rest)
	}
}

func (p *expressionParser) take(kind byte, n int) {
	p.kind, p.token = kind, p.text[p.at:p.at+n]
	p.at += n
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c >= 0x80
}

func spanOf(s string, in func(byte) bool) (n int) {
	for n < len(s) && in(s[n]) {
		n++
	}
	return n
}

func (p *expressionParser) number(rest string) {
	digit := func(c byte) bool { return c >= '0' && c <= '9' }
	n := spanOf(rest, digit)
	fraction := n+1 < len(rest) && rest[n] == '.' && digit(rest[n+1])
	if fraction {
		n += 1 + spanOf(rest[n+1:], digit)
	}
	p.take('0', n)
	if fraction {
		d, err := java.ParseDecimal(p.token)
		if err != nil {
			p.fail("expected a number")
		}
		p.lit = batch.DecimalValueOf(&batch.DecimalValue{Unscaled: d.Unscaled(), Scale: d.Scale()})
		return
	}
	v, err := java.ParseLong(p.token, 10)
	if err != nil || n > 1 && p.token[0] == '0' {
		p.fail("expected a decimal number of at most 64 bits")
	}
	if p.lit = batch.Int64Value(v); v <= math.MaxInt32 {
		p.lit = batch.Int32Value(int32(v))
	}
}

func (p *expressionParser) quoted(rest string) {
	var out strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == rest[0]:
			p.take('s', i+1)
			p.lit = batch.StringValue(out.String())
			return
		case c == '$' && rest[0] == '"':
			p.fail("a text in double quotes may have no $, which one language takes for a variable; use single quotes")
			return
		case c == '\\' && i+1 < len(rest) && strings.IndexByte(`\'"`, rest[i+1]) >= 0:
			i++
			out.WriteByte(rest[i])
		case c == '\\' || c == '\n':
			p.fail(`a text may have the escapes \\, \' and \" alone`)
			return
		default:
			out.WriteByte(c)
		}
	}
	p.token = rest
	p.fail("expected the end of the text")
}

func (p *expressionParser) operator(rest string) {
	for _, o := range operators {
		if strings.HasPrefix(rest, o) {
			p.take('.', len(o))
			if o != ")" && o != "]" && strings.HasPrefix(p.text[p.at:], "=") {
				p.fail("this operator is not one that both languages have")
			}
			return
		}
	}
	p.token = rest[:1]
	p.fail("expected an operand or operator")
}

func (p *expressionParser) is(token string) bool {
	return p.kind == '.' && p.token == token && token != ""
}

func (p *expressionParser) accept(token string) bool {
	if !p.is(token) {
		return false
	}
	p.next()
	return true
}

func (p *expressionParser) expect(token string) {
	if !p.accept(token) {
		p.fail("expected '" + token + "'")
	}
}

func (p *expressionParser) conditional() *expression {
	if p.depth++; p.depth > expressionDepthMax {
		p.fail("nested too deep")
	}
	defer func() { p.depth-- }()
	e := p.binary(0)
	if p.accept("?") {
		then := p.conditional()
		p.expect(":")
		return &expression{op: "?:", args: []*expression{e, then, p.conditional()}}
	}
	return e
}

// precedence are the binary operators, those that bind least first.
var precedence = [][]string{{"||"}, {"&&"}, {"==", "!="}, {"<", "<=", ">", ">="}, {"+", "-"}, {"*", "/", "%"}}

func (p *expressionParser) binary(level int) *expression {
	if level == len(precedence) {
		return p.unary()
	}
	e := p.binary(level + 1)
	for {
		found := ""
		for _, o := range precedence[level] {
			if p.is(o) {
				found = o
			}
		}
		if found == "" {
			return e
		}
		p.next()
		e = &expression{op: found, args: []*expression{e, p.binary(level + 1)}}
	}
}

func (p *expressionParser) unary() *expression {
	if p.depth++; p.depth > expressionDepthMax {
		p.fail("nested too deep")
	}
	defer func() { p.depth-- }()
	for _, o := range [...]string{"!", "-"} {
		if p.accept(o) {
			e := &expression{op: "unary" + o, args: []*expression{p.unary()}}
			if o == "-" && e.args[0].op == "(" && e.args[0].lit.Equal(batch.Int64Value(1<<31)) {
				return &expression{op: "(", lit: batch.Int32Value(math.MinInt32)} // the sign belongs to a number
			}
			return e
		}
	}
	return p.postfix(p.primary())
}

func (p *expressionParser) primary() *expression {
	e := &expression{op: "(", lit: p.lit, name: p.token}
	switch {
	case p.kind == 's' || p.kind == '0':
	case p.kind == 'a' && (p.token == "true" || p.token == "false"):
		e.lit = batch.BooleanValue(p.token == "true")
	case p.kind == 'a' && p.token == "null":
		e.lit = batch.Null()
	case p.kind == 'a':
		e.op = "name"
		switch p.token {
		case "key", "value", "keySchema", "valueSchema", "topic", "header", "headers":
		default:
			p.fail("expected key, value, keySchema, valueSchema, topic or headers")
		}
	case p.accept("("):
		e = p.conditional()
		p.expect(")")
		return e
	default:
		p.fail("expected an operand")
		return e
	}
	p.next()
	return e
}

func (p *expressionParser) postfix(e *expression) *expression {
	for {
		switch {
		case p.is(".") || p.is("?."):
			op := p.token
			p.next()
			name := p.token
			if p.kind != 'a' {
				p.fail("expected the name of a field or method")
			}
			start := p.start
			p.next()
			m := &expression{op: op, name: name, args: []*expression{e}}
			if p.accept("(") {
				p.call(m, start)
			}
			e = m
		case p.accept("["):
			e = &expression{op: "[", args: []*expression{e, p.conditional()}}
			p.expect("]")
		default:
			return e
		}
	}
}

// methods are those that may be called, with how many arguments they take.
var methods = map[string][2]int{
	"get": {1, 1}, "equals": {1, 1}, "contains": {1, 1}, "includes": {1, 1}, "startsWith": {1, 1}, "endsWith": {1, 1}, "matches": {1, 1},
	"equalsIgnoreCase": {1, 1}, "indexOf": {1, 1}, "substring": {1, 2}, "concat": {1, 1},
	"toLowerCase": {0, 0}, "toUpperCase": {0, 0}, "trim": {0, 0}, "length": {0, 0}, "isEmpty": {0, 0}, "toString": {0, 0},
	"name": {0, 0}, "version": {0, 0}, "value": {0, 0}, "schema": {0, 0},
}

func (p *expressionParser) call(m *expression, start int) {
	if m.op == "?." {
		m.op = "?call"
	} else {
		m.op = "call"
	}
	arity, ok := methods[m.name]
	if !ok && p.err == nil {
		p.start, p.token = start, m.name
		p.fail("expected a method that there is")
		return
	}
	for !p.is(")") && p.err == nil {
		m.args = append(m.args, p.conditional())
		if !p.is(")") {
			p.expect(",")
		}
	}
	p.expect(")")
	if n := len(m.args) - 1; (n < arity[0] || n > arity[1]) && p.err == nil {
		p.start, p.token = start, m.name
		p.fail(fmt.Sprintf("%s takes %d to %d arguments", m.name, arity[0], arity[1]))
	}
}
