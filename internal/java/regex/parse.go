package regex

import (
	"math"
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/java"
)

// flags are the inline modifiers.
type flags uint8

const (
	caseInsensitive flags = 1 << iota // i
	multiline                         // m
	dotAll                            // s
	unicodeCase                       // u
	unixLines                         // d
	comments                          // x
	unicodeClass                      // U
)

var flagOf = map[rune]flags{
	'i': caseInsensitive, 'm': multiline, 's': dotAll, 'u': unicodeCase, 'd': unixLines,
	'x': comments, 'U': unicodeClass | unicodeCase,
}

// parser reads an expression. cursor moves as that of the original does, past the end too, as error texts
// name it.
type parser struct {
	source string
	text   []rune
	cursor int
	flags  flags
	groups int
	names  map[string]int
}

// Compile reads an expression.
//
// Errors: PatternSyntaxException with the original's text. Source: Pattern.compile.
func Compile(expression string) (p *Pattern, err error) {
	r := parser{source: expression, text: unquoted([]rune(expression)), groups: 1, names: map[string]int{}}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *java.Exception:
			p, err = nil, e
		default:
			panic(e)
		}
	}()
	root := r.alternatives()
	if r.cursor != len(r.text) {
		if r.peek() == ')' {
			r.fail("Unmatched closing ')'")
		}
		r.fail("Unexpected internal error")
	}
	return &Pattern{text: expression, root: root, groups: r.groups, names: r.names}, nil
}

// fail ends parsing. Source: PatternSyntaxException.getMessage.
func (p *parser) fail(what string) {
	var s strings.Builder
	s.WriteString(what)
	index := p.cursor - 1
	if index >= 0 {
		s.WriteString(" near index " + strconv.Itoa(index))
	}
	s.WriteString("\n" + p.source)
	if runes := []rune(p.source); index >= 0 && index < len(runes) {
		s.WriteByte('\n')
		for _, r := range runes[:index] {
			if r == '\t' {
				s.WriteByte('\t')
			} else {
				s.WriteByte(' ')
			}
		}
		s.WriteByte('^')
	}
	panic(&java.Exception{Class: "java.util.regex.PatternSyntaxException", Message: s.String()})
}

func (p *parser) has(f flags) bool { return p.flags&f != 0 }

// at returns a character, 0 past the end.
func (p *parser) at(i int) rune {
	if i < len(p.text) {
		return p.text[i]
	}
	return 0
}

// blanks skips what the flag x leaves out.
func (p *parser) blanks() {
	if !p.has(comments) {
		return
	}
	for {
		switch c := p.at(p.cursor); {
		case spaceSet.has(c):
			p.cursor++
		case c == '#':
			for p.cursor < len(p.text) && !terminatorSet.has(p.text[p.cursor]) {
				p.cursor++
			}
		default:
			return
		}
	}
}

// peek returns the next character, read takes it, next takes the one that peek saw and returns the one after.
func (p *parser) peek() rune { p.blanks(); return p.at(p.cursor) }

func (p *parser) read() rune {
	p.blanks()
	p.cursor++
	return p.at(p.cursor - 1)
}

func (p *parser) next() rune { p.cursor++; return p.peek() }

// skip takes two characters and returns the second.
func (p *parser) skip() rune {
	p.cursor += 2
	return p.at(p.cursor - 1)
}

func (p *parser) accept(c rune, what string) {
	if p.read() != c {
		p.fail(what)
	}
}

func (p *parser) alternatives() node {
	var out choice
	for {
		out = append(out, p.sequence())
		if p.peek() != '|' {
			break
		}
		p.next()
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}

func (p *parser) sequence() node {
	out := sequence{}
	for {
		var n node
		switch c := p.peek(); c {
		case '(':
			if n = p.group(); n == nil {
				continue // an inline modifier
			}
		case '[':
			p.cursor++
			n = &one{p.class(true)}
		case '\\':
			n = p.escaped()
		case '^':
			p.next()
			n = &anchor{kind: '^', multiline: p.has(multiline), unix: p.has(unixLines)}
		case '$':
			p.next()
			n = &anchor{kind: '$', multiline: p.has(multiline), unix: p.has(unixLines)}
		case '.':
			p.next()
			n = &one{p.dot()}
		case '|', ')':
			return out
		case '?', '*', '+':
			p.next()
			p.fail("Dangling meta character '" + string(c) + "'")
		case '{':
			n = sequence{} // the quantifier of nothing
		default:
			if p.cursor >= len(p.text) {
				return out
			}
			p.read()
			n = p.literal(c)
		}
		out = append(out, p.quantified(n))
	}
}

func (p *parser) dot() runeSet {
	switch {
	case p.has(dotAll):
		return runeSet(nil).complement()
	case p.has(unixLines):
		return setOf('\n', '\n').complement()
	}
	return terminatorSet.complement()
}

func (p *parser) literal(c rune) node { return &one{p.folded(setOf(c, c))} }

// folded adds other cases where the flags ask for it.
func (p *parser) folded(s runeSet) runeSet {
	if p.has(caseInsensitive) {
		return s.folded(p.has(unicodeCase))
	}
	return s
}

// quantified reads a quantifier behind n, if there is one.
func (p *parser) quantified(n node) node {
	r := &repeat{max: math.MaxInt, body: n}
	switch p.peek() {
	case '?':
		r.max = 1
		p.next()
	case '*':
		p.next()
	case '+':
		r.min = 1
		p.next()
	case '{':
		r.min, r.max = p.counts()
	default:
		return n
	}
	switch p.peek() {
	case '?':
		p.next()
		r.greed = lazy
	case '+':
		p.next()
		r.greed = possessive
	}
	return r
}

// counts reads {n}, {n,} or {n,m}.
func (p *parser) counts() (least, most int) {
	c := p.skip()
	if !isDigit(c) {
		p.fail("Illegal repetition")
	}
	least, c = p.count(c)
	most = least
	if c == ',' {
		if c = p.read(); c == '}' {
			return least, math.MaxInt
		}
		most, c = p.count(c)
	}
	if c != '}' {
		p.fail("Unclosed counted closure")
	}
	if most < least {
		p.fail("Illegal repetition range")
	}
	return least, most
}

// count reads a number that starts with c, and the character behind it.
func (p *parser) count(c rune) (n int, behind rune) {
	for ; isDigit(c); c = p.read() {
		if n = n*10 + int(c-'0'); n > math.MaxInt32 {
			p.fail("Illegal repetition range")
		}
	}
	return n, c
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

// group reads what stands in parentheses; nil for an inline modifier alone.
func (p *parser) group() node {
	saved := p.flags
	var n node
	if p.next() == '?' {
		switch c := p.skip(); c {
		case ':':
			n = p.alternatives()
		case '=', '!':
			n = &look{not: c == '!', body: p.alternatives()}
		case '>':
			n = &atomic{p.alternatives()}
		case '<':
			if c = p.read(); c == '=' || c == '!' {
				n = &look{behind: true, not: c == '!', body: p.alternatives()}
				break
			}
			name := p.groupName(c)
			if _, dup := p.names[name]; dup {
				p.fail("Named capturing group <" + name + "> is already defined")
			}
			p.names[name] = p.groups
			n = p.capturing()
		case '$', '@':
			p.fail("Unknown group type")
		default:
			p.cursor--
			p.modifiers()
			switch p.read() {
			case ')':
				return nil
			case ':':
			default:
				p.fail("Unknown inline modifier")
			}
			n = p.alternatives()
		}
	} else {
		n = p.capturing()
	}
	p.accept(')', "Unclosed group")
	p.flags = saved
	return n
}

func (p *parser) capturing() node {
	n := &group{number: p.groups}
	p.groups++
	n.body = p.alternatives()
	return n
}

// modifiers reads flags to set and, behind a minus sign, to clear.
func (p *parser) modifiers() {
	clear := false
	for {
		c := p.peek()
		f, ok := flagOf[c]
		switch {
		case ok && clear:
			p.flags &^= f
		case ok:
			p.flags |= f
		case c == '-' && !clear:
			clear = true
		default:
			return
		}
		p.next()
	}
}

// groupName reads a name that starts with c, and the > behind it.
func (p *parser) groupName(c rune) string {
	if c|0x20 < 'a' || c|0x20 > 'z' {
		p.fail("capturing group name does not start with a Latin letter")
	}
	var name []rune
	for c < 0x80 && isNameByte(byte(c)) {
		name = append(name, c)
		c = p.read()
	}
	if c != '>' {
		p.fail("named capturing group is missing trailing '>'")
	}
	return string(name)
}

// unquoted replaces \Q…\E by escapes. Source: Pattern.RemoveQEQuoting.
func unquoted(text []rune) []rune {
	var out []rune
	quoting := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		after := rune(0)
		if i+1 < len(text) {
			after = text[i+1]
		}
		switch {
		case !quoting && c == '\\' && after == 'Q':
			quoting = true
			i++
		case !quoting && c == '\\' && i+1 < len(text):
			out = append(out, c, after)
			i++
		case quoting && c == '\\' && after == 'E':
			quoting = false
			i++
		case quoting && c < 0x80 && !isNameByte(byte(c)):
			out = append(out, '\\', c)
		default:
			out = append(out, c)
		}
	}
	return out
}
