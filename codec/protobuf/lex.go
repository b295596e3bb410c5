package protobuf

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/codec"
)

// textMax bounds the text of one schema, and depthMax how deep types and option values may stand in each other.
const (
	textMax  = 16 << 20
	depthMax = 200
)

// lexer reads the tokens of .proto text. The first thing that is wrong ends the reading. Source: SyntaxReader.
type lexer struct {
	text string
	at   int
	err  error
}

// fail keeps the first complaint and moves to the end.
func (x *lexer) fail(format string, args ...any) {
	if x.err == nil {
		line := 1 + strings.Count(x.text[:min(x.at, len(x.text))], "\n")
		x.err = &codec.Error{
			Class: illegalState, Pos: -1,
			Text: fmt.Sprintf("Syntax error in :%d: ", line) + fmt.Sprintf(format, args...),
		}
	}
	x.at = len(x.text)
}

// space skips white space and comments.
func (x *lexer) space() {
	for x.at < len(x.text) {
		rest := x.text[x.at:]
		switch c := rest[0]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			x.at++
		case strings.HasPrefix(rest, "//"):
			if n := strings.IndexByte(rest, '\n'); n >= 0 {
				x.at += n + 1
			} else {
				x.at = len(x.text)
			}
		case strings.HasPrefix(rest, "/*"):
			n := strings.Index(rest[2:], "*/")
			if n < 0 {
				x.fail("unterminated comment")
				return
			}
			x.at += n + 4
		default:
			return
		}
	}
}

// peek returns the next character that is no space, 0 at the end.
func (x *lexer) peek() byte {
	x.space()
	if x.at < len(x.text) {
		return x.text[x.at]
	}
	return 0
}

// take skips the next character if it is c.
func (x *lexer) take(c byte) bool {
	if x.peek() != c {
		return false
	}
	x.at++
	return true
}

// want skips c, which must come.
func (x *lexer) want(c byte) {
	if !x.take(c) && x.err == nil {
		x.fail("expected '%c'", c)
	}
}

// word reads letters, digits, underscores, hyphens and dots.
func (x *lexer) word() string {
	x.space()
	start := x.at
	for x.at < len(x.text) && wordByte(x.text[x.at]) {
		x.at++
	}
	if x.at == start && x.err == nil {
		x.fail("expected a word")
		return ""
	}
	return x.text[start:x.at]
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// name reads a word, or one in parentheses or brackets; custom says that it stood in parentheses.
func (x *lexer) name() (name string, custom bool) {
	switch x.peek() {
	case '(':
		x.at++
		name = x.word()
		x.want(')')
		return name, true
	case '[':
		x.at++
		name = x.word()
		x.want(']')
		return "[" + name + "]", false
	}
	return x.word(), false
}

// str reads text in quotes; neighbours are one text.
func (x *lexer) str() string {
	var out []byte
	for quote := x.peek(); quote == '"' || quote == '\''; quote = x.peek() {
		x.at++
		for {
			if x.at >= len(x.text) {
				x.fail("unterminated string")
				return ""
			}
			c := x.text[x.at]
			x.at++
			if c == quote {
				break
			}
			if c == '\\' {
				out = x.escape(out)
				continue
			}
			out = append(out, c)
		}
	}
	return string(out)
}

// escape reads what follows a backslash.
func (x *lexer) escape(out []byte) []byte {
	if x.at >= len(x.text) {
		x.fail("unexpected end of file")
		return out
	}
	c := x.text[x.at]
	x.at++
	switch c {
	case 'a':
		return append(out, 7)
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'v':
		return append(out, 11)
	case 'x', 'X':
		return x.numeric(out, 16, 2)
	}
	if c >= '0' && c <= '7' {
		x.at--
		return x.numeric(out, 8, 3)
	}
	return append(out, c)
}

// numeric reads the digits of a character.
func (x *lexer) numeric(out []byte, radix, digits int) []byte {
	v := rune(-1)
	for range digits {
		if x.at >= len(x.text) {
			break
		}
		d := strings.IndexByte("0123456789abcdef", x.text[x.at]|0x20)
		if c := x.text[x.at]; c >= '0' && c <= '9' {
			d = int(c - '0')
		}
		if d < 0 || d >= radix {
			break
		}
		v = max(v, 0)*rune(radix) + rune(d)
		x.at++
	}
	if v < 0 {
		x.fail("expected a digit after \\x or \\X")
		return out
	}
	return utf8.AppendRune(out, v)
}
