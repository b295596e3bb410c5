package regex

import (
	"unicode"
	"unicode/utf8"
)

// node matches at a position of the text and calls next with every position at which it may end, the
// preferred ones first, until next is content.
type node interface {
	match(m *matcher, at int, next func(int) bool) bool
}

// one is a character of a set.
type one struct{ set runeSet }

func (n *one) match(m *matcher, at int, next func(int) bool) bool {
	m.step()
	end, ok := m.read(at, n.set)
	return ok && next(end)
}

// sequence is nodes one after the other.
type sequence []node

func (n sequence) match(m *matcher, at int, next func(int) bool) bool {
	m.step()
	if len(n) == 0 {
		return next(at)
	}
	if len(n) == 1 {
		return n[0].match(m, at, next)
	}
	return n[0].match(m, at, func(end int) bool { return n[1:].match(m, end, next) })
}

// choice is alternatives, the first preferred.
type choice []node

func (n choice) match(m *matcher, at int, next func(int) bool) bool {
	for _, alternative := range n {
		if alternative.match(m, at, next) {
			return true
		}
	}
	return false
}

// group remembers what its body matched.
type group struct {
	number int
	body   node
}

func (n *group) match(m *matcher, at int, next func(int) bool) bool {
	return n.body.match(m, at, func(end int) bool {
		before := m.groups[n.number]
		m.groups[n.number] = span{at, end}
		if next(end) {
			return true
		}
		m.groups[n.number] = before
		return false
	})
}

// greed is how many repetitions a quantifier prefers.
type greed uint8

const (
	greedy greed = iota
	lazy
	possessive
)

// repeat is a body several times; a repetition that matches nothing is the last.
type repeat struct {
	min, max int
	greed    greed
	body     node
}

func (n *repeat) match(m *matcher, at int, next func(int) bool) bool {
	if c, ok := n.body.(*one); ok {
		return n.characters(m, c.set, at, next)
	}
	if n.greed == possessive {
		end := -1
		more := repeat{n.min, n.max, greedy, n.body}
		return more.times(m, at, 0, func(at int) bool { end = at; return true }) && next(end)
	}
	return n.times(m, at, 0, next)
}

func (n *repeat) times(m *matcher, at, count int, next func(int) bool) bool {
	m.step()
	if m.depth == depthMax {
		panic(spent{})
	}
	m.depth++
	defer func() { m.depth-- }()
	again := func() bool {
		return count < n.max && n.body.match(m, at, func(end int) bool {
			if end == at {
				return next(end)
			}
			return n.times(m, end, count+1, next)
		})
	}
	switch {
	case count < n.min:
		return again()
	case n.greed == lazy:
		return next(at) || again()
	}
	return again() || next(at)
}

// characters is match for a body of one character.
func (n *repeat) characters(m *matcher, set runeSet, at int, next func(int) bool) bool {
	count, start := 0, at
	for count < n.min {
		end, ok := m.read(at, set)
		if !ok {
			return false
		}
		count, at = count+1, end
	}
	if n.greed == lazy {
		for !next(at) {
			end, ok := m.read(at, set)
			if !ok || count == n.max {
				return false
			}
			count, at = count+1, end
		}
		return true
	}
	least := at
	for count < n.max {
		end, ok := m.read(at, set)
		if !ok {
			break
		}
		count, at = count+1, end
		m.step()
	}
	if n.greed == possessive {
		return next(at)
	}
	for {
		m.step()
		if next(at) {
			return true
		}
		if at <= least || at <= start {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(m.text[:at])
		at -= size
	}
}

// look is a condition on what stands ahead or behind.
type look struct {
	behind, not bool
	body        node
}

func (n *look) match(m *matcher, at int, next func(int) bool) bool {
	m.step()
	if n.holds(m, at) == n.not {
		return false
	}
	return next(at)
}

func (n *look) holds(m *matcher, at int) bool {
	if !n.behind {
		return n.body.match(m, at, func(int) bool { return true })
	}
	for start := at; ; {
		if n.body.match(m, start, func(end int) bool { return end == at }) {
			return true
		}
		if start == 0 {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(m.text[:start])
		start -= size
	}
}

// atomic is a body whose first match counts alone.
type atomic struct{ body node }

func (n *atomic) match(m *matcher, at int, next func(int) bool) bool {
	end := -1
	return n.body.match(m, at, func(at int) bool { end = at; return true }) && next(end)
}

// backReference is the text of a group again; one that matched nothing never matches.
type backReference struct {
	number     int
	fold, wide bool
}

func (n *backReference) match(m *matcher, at int, next func(int) bool) bool {
	m.step()
	if n.number >= len(m.groups) || m.groups[n.number].end < 0 {
		return false
	}
	want := m.text[m.groups[n.number].start:m.groups[n.number].end]
	for _, w := range want {
		if at >= len(m.text) {
			return false
		}
		r, size := utf8.DecodeRuneInString(m.text[at:])
		if r != w && (!n.fold || !setOf(w, w).folded(n.wide).has(r)) {
			return false
		}
		at += size
	}
	return next(at)
}

// anchor is a condition on a position.
type anchor struct {
	kind      rune // ^ $ A Z z b B G
	multiline bool
	unix      bool // only \n ends a line
	wide      bool // word characters of all scripts
}

func (n *anchor) match(m *matcher, at int, next func(int) bool) bool {
	m.step()
	return n.holds(m, at) && next(at)
}

func (n *anchor) holds(m *matcher, at int) bool {
	switch n.kind {
	case 'A', 'G': // a search begins at the start of the text
		return at == 0
	case 'z':
		return at == len(m.text)
	case 'b', 'B':
		return (n.word(m, at) != n.wordBefore(m, at)) == (n.kind == 'b')
	case '^':
		if !n.multiline {
			return at == 0
		}
		if at == len(m.text) || at == 0 {
			return at == 0 && len(m.text) > 0
		}
		before, _ := utf8.DecodeLastRuneInString(m.text[:at])
		return n.ends(before) && (before != '\r' || m.text[at] != '\n')
	}
	if at == len(m.text) {
		return true
	}
	r, size := utf8.DecodeRuneInString(m.text[at:])
	if !n.ends(r) || r == '\n' && !n.unix && at > 0 && m.text[at-1] == '\r' {
		return false
	}
	if n.multiline {
		return true
	}
	rest := m.text[at+size:]
	return rest == "" || r == '\r' && rest == "\n"
}

func (n *anchor) ends(r rune) bool {
	if n.unix {
		return r == '\n'
	}
	return terminatorSet.has(r)
}

func (n *anchor) word(m *matcher, at int) bool {
	r, _ := utf8.DecodeRuneInString(m.text[at:])
	return at < len(m.text) && n.isWord(r)
}

func (n *anchor) wordBefore(m *matcher, at int) bool {
	r, _ := utf8.DecodeLastRuneInString(m.text[:at])
	return at > 0 && n.isWord(r)
}

func (n *anchor) isWord(r rune) bool {
	return wordSet.has(r) || n.wide && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) || unicode.Is(unicode.Pc, r))
}
