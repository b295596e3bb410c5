package jsonpath

import (
	"fmt"
	"strconv"
	"strings"
)

// depthMax bounds how deep filters, parentheses and negations nest.
const depthMax = 100

// Compile reads a path. One that does not start with $ or @ is taken to follow `$.`.
//
// Errors: InvalidPathException. Source: PathCompiler.
func Compile(text string) (*Path, error) { return compile(text, 0) }

func compile(text string, depth int) (*Path, error) {
	if depth > depthMax {
		return nil, invalid(fmt.Sprintf("filters nest deeper than %d levels", depthMax))
	}
	t := strings.Trim(text, " ")
	if t == "" {
		return nil, invalid("the path is empty")
	}
	if t[0] != '$' && t[0] != '@' {
		t = "$." + t
	}
	if strings.HasSuffix(t, ".") {
		return nil, invalid("Path must not end with a '.' or '..'")
	}
	c := pathCompiler{text: t, at: 1, depth: depth}
	p := &Path{text: text, fromRoot: t[0] == '$'}
	if len(t) > 1 && t[1] != '.' && t[1] != '[' {
		return nil, invalid("Illegal character at position 1 expected '.' or '['")
	}
	for c.at < len(t) {
		if err := c.next(); err != nil {
			return nil, err
		}
	}
	p.steps = c.steps
	if n := len(p.steps); n > 0 && p.steps[n-1].kind == stepScan {
		return nil, invalid("Path must not end with a '.' or '..'")
	}
	p.seal()
	return p, nil
}

// pathCompiler reads a path from left to right.
type pathCompiler struct {
	text  string
	at    int
	depth int
	steps []step
}

func (c *pathCompiler) add(s step) { c.steps = append(c.steps, s) }

func (c *pathCompiler) fail() error {
	return invalid(fmt.Sprintf("Could not parse token starting at position %d. Expected ?, ', 0-9, *", c.at))
}

// next reads one step, with the dots before it.
func (c *pathCompiler) next() error {
	if n := len(c.steps); n > 0 && c.steps[n-1].kind == stepFunction {
		return invalid(fmt.Sprintf("position %d: nothing may follow a function here", c.at))
	}
	if c.text[c.at] == '.' {
		c.at++
		if c.at < len(c.text) && c.text[c.at] == '.' {
			c.add(step{kind: stepScan})
			c.at++
		}
		if c.at == len(c.text) || c.text[c.at] == '.' {
			return invalid(fmt.Sprintf("Character '.' on position %d is not valid.", c.at))
		}
	}
	switch c.text[c.at] {
	case '[':
		return c.bracket()
	case '*':
		c.at++
		c.add(step{kind: stepWildcard})
		return nil
	}
	return c.property()
}

// property reads a bare name or a function.
func (c *pathCompiler) property() error {
	start := c.at
	for ; c.at < len(c.text); c.at++ {
		switch c.text[c.at] {
		case ' ':
			return invalid(fmt.Sprintf("Use bracket notion ['my prop'] if your property contains blank characters. position: %d", start))
		case '.', '[':
			c.add(step{kind: stepProperty, names: []string{c.text[start:c.at]}})
			return nil
		case '(':
			return c.call(c.text[start:c.at])
		}
	}
	c.add(step{kind: stepProperty, names: []string{c.text[start:]}})
	return nil
}

// call reads the parentheses of a function.
func (c *pathCompiler) call(name string) error {
	if !knownFunction(name) {
		return invalid(fmt.Sprintf("Function with name: %s does not exist.", name))
	}
	if !strings.HasPrefix(c.text[c.at:], "()") {
		return invalid(fmt.Sprintf("position %d: function %s with arguments is not supported", c.at, name))
	}
	for i := range c.steps {
		if c.steps[i].kind == stepScan {
			return invalid(fmt.Sprintf("position %d: function %s behind '..' is not supported", c.at, name))
		}
	}
	c.at += 2
	c.add(step{kind: stepFunction, function: name})
	return nil
}

// bracket reads what stands in brackets.
func (c *pathCompiler) bracket() error {
	switch first := c.significant(c.at + 1); {
	case first == len(c.text):
		return c.fail()
	case c.text[first] == '\'' || c.text[first] == '"':
		return c.quoted(first)
	case c.text[first] == '*':
		end := c.significant(first + 1)
		if end == len(c.text) || c.text[end] != ']' {
			return invalid(fmt.Sprintf("Expected wildcard token to end with ']' on position %d", first+1))
		}
		c.at = end + 1
		c.add(step{kind: stepWildcard})
		return nil
	case c.text[first] == '?':
		return c.filter(first)
	}
	return c.array()
}

// significant returns the position of the first character from at that is no space.
func (c *pathCompiler) significant(at int) int { return skipSpaces(c.text, at) }

func skipSpaces(s string, at int) int {
	for at < len(s) && s[at] == ' ' {
		at++
	}
	return at
}

// quoted reads quoted names up to the closing bracket.
func (c *pathCompiler) quoted(at int) error {
	quote := c.text[at]
	var names []string
	for {
		if at = c.significant(at); at == len(c.text) || c.text[at] != quote {
			return invalid(fmt.Sprintf("Found empty property at index %d", at))
		}
		end := closingQuote(c.text, at)
		if end < 0 {
			return invalid("Property has not been closed - missing closing " + string(quote))
		}
		names = append(names, unescape(c.text[at+1:end]))
		if at = c.significant(end + 1); at == len(c.text) || c.text[at] != ']' && c.text[at] != ',' {
			return invalid(fmt.Sprintf("Property must be separated by comma or Property must be terminated close square bracket at index %d", end))
		}
		if c.text[at] == ']' {
			c.at = at + 1
			c.add(step{kind: stepProperty, names: names})
			return nil
		}
		at++
	}
}

// array reads indexes or a slice.
func (c *pathCompiler) array() error {
	n := strings.IndexByte(c.text[c.at:], ']')
	if n < 0 {
		return c.fail()
	}
	inside := strings.TrimSpace(c.text[c.at+1 : c.at+n])
	if strings.Trim(inside, "0123456789,-: ") != "" {
		return c.fail()
	}
	s := step{kind: stepIndex}
	if strings.Contains(inside, ":") {
		s.kind = stepSlice
		parts := append(strings.Split(inside, ":"), "")
		ok1, ok2 := true, true
		if s.hasFrom = parts[0] != ""; s.hasFrom {
			s.from, ok1 = number(parts[0])
		}
		if s.hasTo = parts[1] != ""; s.hasTo {
			s.to, ok2 = number(parts[1])
		}
		if !ok1 || !ok2 || !s.hasFrom && !s.hasTo {
			return invalid("Failed to parse SliceOperation: " + inside)
		}
	} else {
		for token := range strings.SplitSeq(inside, ",") {
			i, ok := number(token)
			if !ok {
				return invalid("Failed to parse token in ArrayIndexOperation: " + token)
			}
			s.indexes = append(s.indexes, i)
		}
	}
	c.at += n + 1
	c.add(s)
	return nil
}

func number(token string) (int, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(token), 10, 32)
	return int(n), err == nil
}

// filter reads `[?(…)]`; at is the position of the question mark.
func (c *pathCompiler) filter(at int) error {
	open := c.significant(at + 1)
	if open == len(c.text) || c.text[open] != '(' {
		return c.fail()
	}
	end := closing(c.text, open, '(', ')', true)
	if end < 0 {
		return c.fail()
	}
	last := c.significant(end + 1)
	if last == len(c.text) || c.text[last] != ']' {
		return c.fail()
	}
	f := filterCompiler{text: c.text[open : end+1], depth: c.depth}
	x, err := f.compile()
	if err != nil {
		return err
	}
	c.at = last + 1
	c.add(step{kind: stepFilter, filter: x})
	return nil
}

// closingQuote returns the position of the quote, or slash, that closes the one at start.
func closingQuote(s string, start int) int {
	for i := start + 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[start]:
			return i
		}
	}
	return -1
}

// closing returns the position of the bracket that closes the one at start, outside of strings and, if
// asked for, regular expressions.
func closing(s string, start int, open, end byte, regexes bool) int {
	opened := 0
	for i := start; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\'' || c == '"' || c == '/' && regexes:
			if i = closingQuote(s, i); i < 0 {
				return -1
			}
		case c == open:
			opened++
		case c == end:
			if opened--; opened == 0 {
				return i
			}
		}
	}
	return -1
}

// unescape resolves backslashes as in Java source. Source: Utils.unescape.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'u':
			if i+4 < len(s) {
				if n, err := strconv.ParseUint(s[i+1:i+5], 16, 16); err == nil {
					out.WriteRune(rune(n))
					i += 4
					continue
				}
			}
			out.WriteByte('u')
		case 'b':
			out.WriteByte('\b')
		case 'f':
			out.WriteByte('\f')
		case 'n':
			out.WriteByte('\n')
		case 'r':
			out.WriteByte('\r')
		case 't':
			out.WriteByte('\t')
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}
