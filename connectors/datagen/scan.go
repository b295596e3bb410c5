package datagen

import (
	"fmt"
	"strconv"
	"strings"
)

// scanner reads the words of a shape.
type scanner struct {
	text string
	pos  int
}

// space skips blanks and line breaks.
func (s *scanner) space() {
	for s.pos < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.pos]) >= 0 {
		s.pos++
	}
}

// take skips c if it is next.
func (s *scanner) take(c byte) bool {
	s.space()
	if s.pos < len(s.text) && s.text[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// end reports whether nothing is left.
func (s *scanner) end() bool { s.space(); return s.pos == len(s.text) }

// word reads a bare word, "" if there is none.
func (s *scanner) word() string {
	s.space()
	start := s.pos
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		if c >= 0x80 || c == '_' || c == '.' || c == '-' || c == '+' || c == '$' || c == '/' || c == ':' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' {
			s.pos++
			continue
		}
		break
	}
	return s.text[start:s.pos]
}

// arg is one argument of a generator.
type arg struct {
	text   string
	quoted bool
}

// arg reads a bare word or a quoted text.
func (s *scanner) arg() (arg, error) {
	s.space()
	if s.pos < len(s.text) && s.text[s.pos] == '"' {
		q, err := strconv.QuotedPrefix(s.text[s.pos:])
		if err != nil {
			return arg{}, fmt.Errorf("a quoted text has no end or a wrong escape at %s", s.here())
		}
		s.pos += len(q)
		text, err := strconv.Unquote(q)
		return arg{text, true}, err
	}
	if w := s.word(); w != "" {
		return arg{text: w}, nil
	}
	return arg{}, fmt.Errorf("a value is missing at %s", s.here())
}

// args reads the arguments in parentheses; none without them.
func (s *scanner) args() ([]arg, error) {
	if !s.take('(') {
		return nil, nil
	}
	var out []arg
	for !s.take(')') {
		if len(out) > 0 && !s.take(',') {
			return nil, fmt.Errorf("a comma or ) is missing at %s", s.here())
		}
		a, err := s.arg()
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// here shows what comes next.
func (s *scanner) here() string {
	s.space()
	if s.pos == len(s.text) {
		return "the end"
	}
	return strconv.Quote(s.text[s.pos:min(len(s.text), s.pos+20)])
}
