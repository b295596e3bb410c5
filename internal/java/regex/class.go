package regex

// classBuilder is a character class in work.
type classBuilder struct {
	set  runeSet
	some bool // not empty: a first ] stands for itself
}

func (b *classBuilder) add(s runeSet) { b.set, b.some = b.set.union(s), true }

// class reads a character class behind its bracket. close says that the closing bracket belongs to it; the
// right side of && leaves it. Source: Pattern.clazz.
func (p *parser) class(closing bool) runeSet {
	var b classBuilder
	not := false
	if closing && p.peek() == '^' {
		not = true
		p.next()
	}
	for {
		switch c := p.peek(); {
		case c == '[':
			p.cursor++
			b.add(p.class(true))
			continue
		case c == '&' && p.at(p.cursor+1) == '&':
			p.cursor += 2
			p.intersection(&b)
			continue
		case c == 0 && p.cursor >= len(p.text):
			p.fail("Unclosed character class")
		case c == ']' && b.some:
			if closing {
				p.next()
			}
			if not {
				return b.set.complement()
			}
			return b.set
		}
		b.add(p.classRange())
	}
}

// intersection reads the right side of && and narrows b to it.
func (p *parser) intersection(b *classBuilder) {
	var right classBuilder
	for c := p.peek(); c != ']' && c != '&'; c = p.peek() {
		if c == '[' {
			p.cursor++
			right.add(p.class(true))
		} else {
			right.add(p.class(false))
		}
	}
	switch {
	case right.some && b.some:
		b.set = b.set.intersect(right.set)
	case right.some:
		*b = right
	case !b.some:
		p.fail("Bad class syntax")
	}
}

// classRange reads a character, a range or an escape. Source: Pattern.range.
func (p *parser) classRange() runeSet {
	low, set, ok := p.classItem()
	if !ok {
		return set
	}
	if p.peek() == '-' {
		if end := p.at(p.cursor + 1); end != '[' && end != ']' {
			p.next()
			high := rune(-1)
			if p.peek() == '\\' {
				if c, _, ok := p.classItem(); ok {
					high = c
				}
			} else {
				high = p.peek()
				p.next()
			}
			if high < low {
				p.fail("Illegal character range")
			}
			return p.folded(setOf(low, high))
		}
	}
	return p.folded(setOf(low, low))
}

// classItem reads one character, or an escape that stands for a class: ok is false then.
func (p *parser) classItem() (c rune, set runeSet, ok bool) {
	if p.peek() != '\\' {
		return p.read(), nil, true
	}
	switch p.at(p.cursor + 1) {
	case 'p', 'P':
		return 0, p.family(), false
	}
	switch c = p.skip(); c {
	case 'd', 'D', 'w', 'W', 's', 'S', 'h', 'H', 'v', 'V':
		return 0, predefined(c, p.has(unicodeClass)), false
	}
	return p.character(c), nil, true
}
