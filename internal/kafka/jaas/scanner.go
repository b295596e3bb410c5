package jaas

import "strings"

// A token is a word, a quoted text, a number, a single other character, or the end.
type token struct {
	kind rune // one of the constants below, or the character itself
	text string
}

const (
	end    rune = -1
	word   rune = -2
	quoted rune = -3
	number rune = -4
)

func (t token) is(r rune) bool { return t.kind == r }

// hasText says whether Java gives the token a text: numbers have none.
func (t token) hasText() bool { return t.kind == word || t.kind == quoted }

// scanner splits text as Java's StreamTokenizer does with the settings of JaasConfig: comments of the
// three kinds that start with a slash, words of letters, digits and . - _ $.
type scanner struct {
	text []rune
	at   int
}

func (s *scanner) peek() rune {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return end
}

func (s *scanner) next() token {
	for {
		c := s.peek()
		switch {
		case c == end:
			return token{kind: end}
		case c >= 0 && c <= ' ':
			s.at++
		case c == '/':
			s.comment()
		case c == '"' || c == '\'':
			s.at++
			return token{kind: quoted, text: s.quote(c)}
		case startsNumber(c):
			return s.number()
		case inWord(c):
			return s.word()
		default:
			s.at++
			return token{kind: c}
		}
	}
}

func startsNumber(c rune) bool { return c >= '0' && c <= '9' || c == '.' || c == '-' }

func inWord(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 160 || c == '_' || c == '$' || startsNumber(c)
}

// comment passes over /* … */, or over the rest of the line: after // and, as Java has it, after a
// single slash too.
func (s *scanner) comment() {
	s.at++
	if s.peek() == '*' {
		s.at++
		for s.at < len(s.text) {
			if s.text[s.at] == '*' && s.at+1 < len(s.text) && s.text[s.at+1] == '/' {
				s.at += 2
				return
			}
			s.at++
		}
		return
	}
	for c := s.peek(); c != end && c != '\n' && c != '\r'; c = s.peek() {
		s.at++
	}
}

func (s *scanner) word() token {
	from := s.at
	for inWord(s.peek()) {
		s.at++
	}
	return token{kind: word, text: string(s.text[from:s.at])}
}

// number passes over a number. A minus sign that no digit follows is a character of its own.
func (s *scanner) number() token {
	digit := func() bool { c := s.peek(); return c >= '0' && c <= '9' }
	if s.peek() == '-' {
		s.at++
		if !digit() && s.peek() != '.' {
			return token{kind: '-'}
		}
	}
	for point := false; digit() || s.peek() == '.' && !point; s.at++ {
		point = point || s.peek() == '.'
	}
	return token{kind: number}
}

// quote reads up to the closing quote, which a line end stands for too.
func (s *scanner) quote(mark rune) string {
	var b strings.Builder
	for {
		c := s.peek()
		switch c {
		case end, '\n', '\r':
			return b.String()
		case mark:
			s.at++
			return b.String()
		case '\\':
			s.at++
			if s.peek() == end {
				return b.String()
			}
			b.WriteRune(s.escape())
		default:
			s.at++
			b.WriteRune(c)
		}
	}
}

// escape reads what follows a backslash: up to three octal digits, a letter of C's, or the character itself.
func (s *scanner) escape() rune {
	c := s.peek()
	s.at++
	if c >= '0' && c <= '7' {
		n, most := c-'0', 2
		if c > '3' {
			most = 1
		}
		for ; most > 0 && s.peek() >= '0' && s.peek() <= '7'; most-- {
			n = n*8 + s.peek() - '0'
			s.at++
		}
		return n
	}
	switch c {
	case 'a':
		return 7
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	}
	return c
}
