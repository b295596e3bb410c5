package regex

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/java"
)

func illegalArgument(text string) error {
	return &java.Exception{Class: "java.lang.IllegalArgumentException", Message: text}
}

// expand appends a replacement with the groups of a match. Source: Matcher.appendExpandedReplacement.
func (p *Pattern) expand(dst []byte, m *matcher, replacement string) ([]byte, error) {
	for at := 0; at < len(replacement); at++ {
		switch c := replacement[at]; c {
		case '\\':
			if at++; at == len(replacement) {
				return nil, illegalArgument("character to be escaped is missing")
			}
			dst = append(dst, replacement[at])
		case '$':
			if at++; at == len(replacement) {
				return nil, illegalArgument("Illegal group reference: group index is missing")
			}
			number, end, err := p.reference(replacement, at)
			if err != nil {
				return nil, err
			}
			if g := m.groups[number]; g.end >= 0 {
				dst = append(dst, m.text[g.start:g.end]...)
			}
			at = end - 1
		default:
			dst = append(dst, c)
		}
	}
	return dst, nil
}

// reference reads a group reference behind its $.
func (p *Pattern) reference(text string, at int) (number, end int, err error) {
	if text[at] == '{' {
		return p.namedReference(text, at+1)
	}
	digit := func(at int) (int, bool) {
		if at >= len(text) || text[at] < '0' || text[at] > '9' {
			return 0, false
		}
		return int(text[at] - '0'), true
	}
	number, ok := digit(at)
	if !ok {
		return 0, 0, illegalArgument("Illegal group reference")
	}
	if number >= p.groups {
		return 0, 0, &java.Exception{Class: "java.lang.IndexOutOfBoundsException", Message: "No group " + strconv.Itoa(number)}
	}
	for at++; ; at++ {
		d, ok := digit(at)
		if !ok || number*10+d >= p.groups {
			return number, at, nil
		}
		number = number*10 + d
	}
}

func (p *Pattern) namedReference(text string, start int) (number, end int, err error) {
	at := start
	for at < len(text) && isNameByte(text[at]) {
		at++
	}
	name := text[start:at]
	switch {
	case name == "":
		return 0, 0, illegalArgument("named capturing group has 0 length name")
	case at == len(text) || text[at] != '}':
		return 0, 0, illegalArgument("named capturing group is missing trailing '}'")
	case strings.IndexByte("0123456789", name[0]) >= 0:
		return 0, 0, illegalArgument("capturing group name {" + name + "} starts with digit character")
	}
	number, ok := p.names[name]
	if !ok {
		return 0, 0, illegalArgument("No group with name {" + name + "}")
	}
	return number, at + 1, nil
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
