package literal

import (
	"strings"

	"github.com/millrace/millrace/internal/java"
)

// tokens cuts text at [ ] { } , : and ", which are tokens themselves unless a backslash stands before
// them. One token may be looked at without being taken. Positions are bytes.
//
// Source: Values.Parser.
type tokens struct {
	text    string
	pos     int    // behind the last token read, the one looked at too
	ahead   string // the token looked at
	looking bool
	last    string // the token taken last
}

// mark returns where the next token starts. Blanks that were skipped to look at it do not belong to it.
func (t *tokens) mark() int {
	if t.looking {
		return t.pos - len(t.ahead)
	}
	return t.pos
}

func (t *tokens) rewind(pos int) { t.pos, t.ahead, t.looking, t.last = pos, "", false, "" }

func (t *tokens) more() bool { return t.looking || t.pos < len(t.text) }

func (t *tokens) next() string {
	if t.looking {
		t.last, t.looking = t.ahead, false
	} else {
		t.last = t.read()
	}
	return t.last
}

// nextFew takes n tokens and returns them as one text; ok is false, and nothing taken, if there are less.
func (t *tokens) nextFew(n int) (text string, ok bool) {
	start := t.mark()
	for range n {
		if !t.more() {
			t.rewind(start)
			return "", false
		}
		t.next()
	}
	return t.text[start:t.pos], true
}

func (t *tokens) read() string {
	start, escaped := t.pos, false
	for ; t.pos < len(t.text); t.pos++ {
		switch t.text[t.pos] {
		case '\\':
			escaped = !escaped
			continue
		case ':', ',', '{', '}', '[', ']', '"':
			if !escaped {
				if start == t.pos {
					t.pos++
				}
				return t.text[start:t.pos]
			}
		}
		escaped = false
	}
	return t.text[start:]
}

// take takes the next token if it is want beside blanks; tokens of blanks before it are dropped either way.
func (t *tokens) take(want string) bool {
	if !t.looking {
		if !t.more() {
			return false
		}
		t.ahead, t.looking = t.read(), true
	}
	for blank(t.ahead) && t.pos < len(t.text) {
		t.ahead = t.read()
	}
	if java.Trim(t.ahead) != want {
		return false
	}
	t.looking = false
	return true
}

// blank reports whether s has nothing but characters up to the space. Source: Utils.isBlank.
func blank(s string) bool { return strings.TrimLeft(s, blanks) == "" }

const blanks = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f" +
	"\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f "
