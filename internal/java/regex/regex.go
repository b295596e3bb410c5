package regex

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/millrace/millrace/internal/java"
)

// Pattern is a compiled regular expression.
type Pattern struct {
	text   string
	root   node
	groups int // with group 0
	names  map[string]int
}

// String returns the expression.
func (p *Pattern) String() string { return p.text }

// TimeLimit is how long one match may take.
const TimeLimit = 50 * time.Millisecond

// depthMax bounds how many repetitions a match nests; the original overflows its stack earlier.
const depthMax = 50_000

type span struct{ start, end int }

// matcher is the state of one match.
type matcher struct {
	text   string
	groups []span
	steps  int
	depth  int // repetitions under way
	start  time.Time
}

// spent ends a match that takes too long.
type spent struct{}

// step counts work and ends the match at its limit.
func (m *matcher) step() {
	m.steps++
	if m.steps&0xFFF == 0 {
		if m.start.IsZero() {
			m.start = time.Now()
		} else if time.Since(m.start) > TimeLimit {
			panic(spent{})
		}
	}
}

// read returns the position behind the character at, if it is in set.
func (m *matcher) read(at int, set runeSet) (end int, ok bool) {
	if at >= len(m.text) {
		return 0, false
	}
	r, size := rune(m.text[at]), 1
	if r >= utf8.RuneSelf {
		r, size = utf8.DecodeRuneInString(m.text[at:])
	}
	return at + size, set.has(r)
}

// run matches from a position; whole asks that the match reaches the end.
func (p *Pattern) run(text string, at int, whole bool) (m matcher, ok bool, err error) {
	m = matcher{text: text, groups: make([]span, p.groups)}
	for i := range m.groups {
		m.groups[i].end = -1
	}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case spent:
			err = &java.Exception{
				Class:   "org.apache.kafka.connect.errors.ConnectException",
				Message: "regular expression " + strconv.Quote(p.text) + " did not come to an end on " + strconv.Quote(text) + " within " + TimeLimit.String() + ": make it less ambiguous",
			}
		default:
			panic(e)
		}
	}()
	ok = p.root.match(&m, at, func(end int) bool {
		m.groups[0] = span{at, end}
		return !whole || end == len(text)
	})
	return m, ok, nil
}

// Matches reports whether the whole of text matches. Source: Matcher.matches.
//
// Errors: ConnectException where the match takes longer than TimeLimit.
func (p *Pattern) Matches(text string) (bool, error) {
	_, ok, err := p.run(text, 0, true)
	return ok, err
}

// find returns the first match.
func (p *Pattern) find(text string) (m matcher, ok bool, err error) {
	for at := 0; at <= len(text); {
		if m, ok, err = p.run(text, at, false); ok || err != nil {
			return m, ok, err
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		at += max(size, 1)
	}
	return m, false, nil
}

// ReplaceFirst returns text with its first match replaced: $1 and ${name} stand for groups, a backslash
// takes the next character as it is. Source: Matcher.replaceFirst.
//
// Errors: IndexOutOfBoundsException `No group 3`, IllegalArgumentException for a replacement that is none,
// ConnectException as Matches.
func (p *Pattern) ReplaceFirst(text, replacement string) (string, error) {
	m, ok, err := p.find(text)
	if err != nil || !ok {
		return text, err
	}
	out := append([]byte(nil), text[:m.groups[0].start]...)
	if out, err = p.expand(out, &m, replacement); err != nil {
		return "", err
	}
	return string(append(out, text[m.groups[0].end:]...)), nil
}
