package regex

import (
	"strings"
	"unicode"
)

// The predefined classes. Source: the table of java.util.regex.Pattern.
var (
	digitSet      = setOf('0', '9')
	wordSet       = setOf('0', '9', 'A', 'Z', '_', '_', 'a', 'z')
	spaceSet      = setOf('\t', '\r', ' ', ' ')
	horizontalSet = setOf('\t', '\t', ' ', ' ', 0xA0, 0xA0, 0x1680, 0x1680, 0x180E, 0x180E, 0x2000, 0x200A, 0x202F, 0x202F, 0x205F, 0x205F, 0x3000, 0x3000)
	verticalSet   = setOf('\n', '\r', 0x85, 0x85, 0x2028, 0x2029)
	terminatorSet = setOf('\n', '\n', '\r', '\r', 0x85, 0x85, 0x2028, 0x2029)
)

// predefined returns the class of \d, \w and their like; unicoded says that UNICODE_CHARACTER_CLASS is set.
func predefined(c rune, unicoded bool) runeSet {
	s := runeSet(nil)
	switch c | 0x20 {
	case 'd':
		s = posix("digit", unicoded)
	case 'w':
		s = wordSet
		if unicoded {
			s = posix("alpha", true).union(tableSet(unicode.M, unicode.Nd, unicode.Pc, unicode.Join_Control))
		}
	case 's':
		s = posix("space", unicoded)
	case 'h':
		s = horizontalSet
	case 'v':
		s = verticalSet
	}
	if c < 'a' {
		return s.complement()
	}
	return s
}

// posix returns a POSIX class by its lower-case name, nil if there is none.
func posix(name string, unicoded bool) runeSet {
	if unicoded {
		switch name {
		case "alpha":
			return tableSet(unicode.L, unicode.Nl, unicode.Other_Alphabetic)
		case "lower":
			return tableSet(unicode.Ll, unicode.Other_Lowercase)
		case "upper":
			return tableSet(unicode.Lu, unicode.Other_Uppercase)
		case "space":
			return tableSet(unicode.White_Space)
		case "punct":
			return tableSet(unicode.P)
		case "cntrl":
			return tableSet(unicode.Cc)
		case "digit":
			return tableSet(unicode.Nd)
		case "alnum":
			return posix("alpha", true).union(tableSet(unicode.Nd))
		}
	}
	switch name {
	case "alpha":
		return setOf('A', 'Z', 'a', 'z')
	case "lower":
		return setOf('a', 'z')
	case "upper":
		return setOf('A', 'Z')
	case "digit":
		return digitSet
	case "alnum":
		return setOf('0', '9', 'A', 'Z', 'a', 'z')
	case "punct":
		return setOf('!', '/', ':', '@', '[', '`', '{', '~')
	case "graph":
		return setOf('!', '~')
	case "print":
		return setOf(' ', '~')
	case "blank":
		return setOf(' ', ' ', '\t', '\t')
	case "cntrl":
		return setOf(0, 0x1F, 0x7F, 0x7F)
	case "xdigit":
		return setOf('0', '9', 'A', 'F', 'a', 'f')
	case "space":
		return spaceSet
	}
	return nil
}

// property returns the class of \p{name}; an empty message means that there is one.
func property(name string, unicoded bool) (s runeSet, message string) {
	if key, value, ok := strings.Cut(name, "="); ok {
		switch strings.ToLower(key) {
		case "sc", "script":
			if s := scriptSet(value); s != nil {
				return s, ""
			}
		case "gc", "general_category":
			if s := categorySet(value); s != nil {
				return s, ""
			}
		case "blk", "block":
			return nil, noBlocks(value)
		}
		return nil, "Unknown Unicode property {name=<" + key + ">, value=<" + value + ">}"
	}
	if block, ok := strings.CutPrefix(name, "In"); ok {
		return nil, noBlocks(block)
	}
	if rest, ok := strings.CutPrefix(name, "Is"); ok {
		for _, s := range []runeSet{binarySet(rest), categorySet(rest), scriptSet(rest)} {
			if s != nil {
				return s, ""
			}
		}
		return nil, "Unknown character property name {" + name + "}"
	}
	if rest, ok := strings.CutPrefix(name, "java"); ok {
		if s := javaSet(rest); s != nil {
			return s, ""
		}
		return nil, "Unknown character property name {" + name + "}"
	}
	if first := name[:min(len(name), 1)]; first >= "A" && first <= "Z" {
		lower := strings.ToLower(first) + name[len(first):]
		if s := posix(lower, unicoded); s != nil && lower != name {
			return s, ""
		}
		if name == "XDigit" {
			return posix("xdigit", unicoded), ""
		}
	}
	if s := categorySet(name); s != nil {
		return s, ""
	}
	return nil, "Unknown character property name {" + name + "}"
}

func noBlocks(name string) string {
	return "blocks of characters such as {" + name + "} are not supported, name the characters by their range"
}

func categorySet(name string) runeSet {
	switch name {
	case "all":
		return setOf(0, unicode.MaxRune)
	case "ASCII":
		return setOf(0, 0x7F)
	case "L1":
		return setOf(0, 0xFF)
	case "LC":
		return tableSet(unicode.Lu, unicode.Ll, unicode.Lt)
	case "LD":
		return tableSet(unicode.L, unicode.Nd)
	case "Cn":
		return assigned().complement()
	case "C":
		return assigned().complement().union(tableSet(unicode.C))
	}
	if len(name) <= 2 {
		if t, ok := unicode.Categories[name]; ok {
			return tableSet(t)
		}
	}
	return nil
}

func assigned() runeSet {
	return tableSet(unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.C)
}

func scriptSet(name string) runeSet {
	for script, t := range unicode.Scripts {
		if strings.EqualFold(script, name) {
			return tableSet(t)
		}
	}
	return nil
}

func binarySet(name string) runeSet {
	switch strings.ToUpper(name) {
	case "ALPHABETIC":
		return posix("alpha", true)
	case "LETTER":
		return tableSet(unicode.L)
	case "IDEOGRAPHIC":
		return tableSet(unicode.Ideographic)
	case "LOWERCASE":
		return posix("lower", true)
	case "UPPERCASE":
		return posix("upper", true)
	case "TITLECASE":
		return tableSet(unicode.Lt)
	case "WHITE_SPACE", "WHITESPACE":
		return posix("space", true)
	case "CONTROL":
		return tableSet(unicode.Cc)
	case "PUNCTUATION":
		return tableSet(unicode.P)
	case "HEX_DIGIT", "HEXDIGIT":
		return tableSet(unicode.Nd, unicode.Hex_Digit)
	case "ASSIGNED":
		return assigned()
	case "NONCHARACTER_CODE_POINT", "NONCHARACTERCODEPOINT":
		return tableSet(unicode.Noncharacter_Code_Point)
	case "DIGIT":
		return tableSet(unicode.Nd)
	case "ALNUM":
		return posix("alnum", true)
	}
	return nil
}

// javaSet returns the class of a method Character.isName.
func javaSet(name string) runeSet {
	switch name {
	case "LowerCase":
		return posix("lower", true)
	case "UpperCase":
		return posix("upper", true)
	case "Alphabetic":
		return posix("alpha", true)
	case "Ideographic":
		return tableSet(unicode.Ideographic)
	case "TitleCase":
		return tableSet(unicode.Lt)
	case "Digit":
		return tableSet(unicode.Nd)
	case "Letter":
		return tableSet(unicode.L)
	case "LetterOrDigit":
		return tableSet(unicode.L, unicode.Nd)
	case "Defined":
		return assigned()
	case "SpaceChar":
		return tableSet(unicode.Z)
	case "Whitespace":
		return tableSet(unicode.Z).intersect(setOf(0xA0, 0xA0, 0x2007, 0x2007, 0x202F, 0x202F).complement()).union(setOf('\t', '\r', 0x1C, 0x1F))
	case "ISOControl":
		return setOf(0, 0x1F, 0x7F, 0x9F)
	}
	return nil
}
