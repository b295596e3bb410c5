package protobuf

import (
	"net/url"
	"strings"
)

// entrySuffix ends the names of messages that are entries of maps. Source: ProtobufSchema.MAP_ENTRY_SUFFIX.
const entrySuffix = "Entry"

// The fields of an entry.
const (
	keyField   = "key"
	valueField = "value"
)

// mapEntryName is the name of the message for the entries of a map. Source: ProtobufSchema.toMapEntry.
func mapEntryName(name string) string {
	if !strings.Contains(name, "_") {
		return name + entrySuffix
	}
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if word != "" {
			b.WriteString(asciiUpper(word[:1]) + asciiLower(word[1:]))
		}
	}
	return b.String() + entrySuffix
}

// mapFieldName is the name of a map by that of the message for its entries. Source: ProtobufSchema.toMapField.
func mapFieldName(name string) string {
	parts := strings.Split(name, ".")
	last := &parts[len(parts)-1]
	if cut, ok := strings.CutSuffix(*last, entrySuffix); ok {
		*last = lowerUnderscore(cut)
	}
	return strings.Join(parts, ".")
}

// lowerUnderscore is CaseFormat.UPPER_CAMEL.to(LOWER_UNDERSCORE).
func lowerUnderscore(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if i > 0 && s[i] >= 'A' && s[i] <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteString(asciiLower(s[i : i+1]))
	}
	return b.String()
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// scrubbed makes a name that Protobuf takes. Source: ProtobufData.doScrubName.
func scrubbed(name string) string {
	if name == "" {
		return name
	}
	fine := !startsBadly(name)
	for i := range len(name) {
		fine = fine && nameByte(name[i])
	}
	if fine {
		return name
	}
	encoded := []byte(url.QueryEscape(name))
	if startsBadly(string(encoded)) {
		encoded = append([]byte{'x'}, encoded...)
	}
	for i, c := range encoded {
		if !nameByte(c) {
			encoded[i] = '_'
		}
	}
	return string(encoded)
}

func startsBadly(name string) bool { return name[0] >= '0' && name[0] <= '9' || name[0] == '_' }

func nameByte(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_'
}

// lastPart is what follows the last dot.
func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
