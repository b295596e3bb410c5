package regex

import "unicode"

// escaped reads what starts with a backslash, outside of classes.
func (p *parser) escaped() node {
	switch p.at(p.cursor + 1) {
	case 'p', 'P':
		return &one{p.family()}
	case 0:
		if p.cursor+1 >= len(p.text) {
			p.cursor += 2
			p.fail("Unescaped trailing backslash")
		}
	}
	c := p.skip()
	switch c {
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return p.backReference(int(c - '0'))
	case 'A', 'z', 'G':
		return &anchor{kind: c}
	case 'b', 'B':
		if c == 'b' && p.peek() == '{' {
			p.fail(`\b{g} is not supported`)
		}
		return &anchor{kind: c, wide: p.has(unicodeClass)}
	case 'Z':
		return &anchor{kind: '$', unix: p.has(unixLines)}
	case 'R':
		return choice{sequence{&one{setOf('\r', '\r')}, &one{setOf('\n', '\n')}}, &one{verticalSet}}
	case 'k':
		if p.read() != '<' {
			p.fail(`\k is not followed by '<' for named capturing group`)
		}
		name := p.groupName(p.read())
		number, ok := p.names[name]
		if !ok {
			p.fail("named capturing group <" + name + "> does not exist")
		}
		return &backReference{number, p.has(caseInsensitive), p.has(unicodeCase)}
	case 'd', 'D', 'w', 'W', 's', 'S', 'h', 'H', 'v', 'V':
		return &one{predefined(c, p.has(unicodeClass))}
	}
	return p.literal(p.character(c))
}

// backReference reads further digits as long as there are so many groups.
func (p *parser) backReference(number int) node {
	for isDigit(p.peek()) && number*10+int(p.peek()-'0') < p.groups {
		number = number*10 + int(p.read()-'0')
	}
	return &backReference{number, p.has(caseInsensitive), p.has(unicodeCase)}
}

// character returns the character that c, behind a backslash, stands for.
func (p *parser) character(c rune) rune {
	switch c {
	case '0':
		return p.octal()
	case 'a':
		return 7
	case 'e':
		return 27
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'c':
		if p.cursor >= len(p.text) {
			p.fail("Illegal control escape sequence")
		}
		return p.read() ^ 64
	case 'u':
		return p.unicode()
	case 'x':
		return p.hexadecimal()
	case 'N', 'X':
		p.fail(`\` + string(c) + " is not supported")
	}
	if c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) {
		p.fail("Illegal/unsupported escape sequence")
	}
	return c
}

func (p *parser) octal() rune {
	digit := func(c rune) bool { return c >= '0' && c <= '7' }
	n := p.read()
	if !digit(n) {
		p.fail("Illegal octal escape sequence")
	}
	value := n - '0'
	for k := 0; k < 2 && digit(p.at(p.cursor)) && (k == 0 || n <= '3'); k++ {
		value = value*8 + p.read() - '0'
	}
	return value
}

// hexDigit returns the value of a digit, -1 for other characters.
func hexDigit(c rune) rune {
	switch {
	case isDigit(c):
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return -1
}

func (p *parser) hexadecimal() rune {
	n := p.read()
	if high := hexDigit(n); high >= 0 {
		if low := hexDigit(p.read()); low >= 0 {
			return high<<4 | low
		}
	} else if n == '{' && hexDigit(p.peek()) >= 0 {
		value := rune(0)
		for n = p.read(); hexDigit(n) >= 0; n = p.read() {
			if value = value<<4 | hexDigit(n); value > unicode.MaxRune {
				p.fail("Hexadecimal codepoint is too big")
			}
		}
		if n != '}' {
			p.fail("Unclosed hexadecimal escape sequence")
		}
		return value
	}
	p.fail("Illegal hexadecimal escape sequence")
	return 0
}

// unicode reads four digits, and the second half of a pair of surrogates if there is one.
func (p *parser) unicode() rune {
	unit := func() rune {
		value := rune(0)
		for range 4 {
			d := hexDigit(p.read())
			if d < 0 {
				p.fail("Illegal Unicode escape sequence")
			}
			value = value<<4 | d
		}
		return value
	}
	c := unit()
	if c >= 0xD800 && c < 0xDC00 && p.at(p.cursor) == '\\' && p.at(p.cursor+1) == 'u' {
		back := p.cursor
		p.cursor += 2
		if low := unit(); low >= 0xDC00 && low < 0xE000 {
			return (c-0xD800)<<10 + low - 0xDC00 + 0x10000
		}
		p.cursor = back
	}
	return c
}

// family reads \p{name}, \P{name} or either with one letter.
func (p *parser) family() runeSet {
	not := p.at(p.cursor+1) == 'P'
	p.cursor += 2
	name := ""
	if p.at(p.cursor) != '{' {
		name = string(p.at(p.cursor))
		p.cursor++
	} else {
		p.cursor++
		start := p.cursor
		for p.cursor < len(p.text) && p.text[p.cursor] != '}' {
			p.cursor++
		}
		p.cursor++
		if p.cursor > len(p.text) {
			p.fail("Unclosed character family")
		}
		if name = string(p.text[start : p.cursor-1]); name == "" {
			p.fail("Empty character family")
		}
	}
	set, message := property(name, p.has(unicodeClass))
	if message != "" {
		p.fail(message)
	}
	if p.has(caseInsensitive) && cased[name] {
		set = set.folded(true)
	}
	if not {
		return set.complement()
	}
	return set
}

// cased are the properties that mean letters of any case where case does not count.
var cased = map[string]bool{
	"Lu": true, "Ll": true, "Lt": true, "Lower": true, "Upper": true, "IsLowercase": true, "IsUppercase": true, "IsTitlecase": true,
}
