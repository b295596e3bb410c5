package store

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/millrace/millrace/internal/java"
)

const upperHex = "0123456789ABCDEF"

// appendProperties appends a config in the order of a HashMap that was filled with its keys in their own
// order. Java's order is that of the map which the config came in; readers take any.
func appendProperties(dst []byte, config map[string]string) []byte {
	names := slices.Sorted(maps.Keys(config))
	dst = append(dst, `{"properties":{`...)
	for i, at := range java.HashMapOrder(names) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, names[at]), ':')
		dst = appendText(dst, config[names[at]])
	}
	return append(dst, "}}"...)
}

// appendText appends s quoted and escaped as Jackson does: what must be, and characters beyond the basic
// plane as their surrogates. Bytes that are no UTF-8 become U+FFFD. Source: UTF8JsonGenerator.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch at := strings.IndexRune("\"\\\b\t\n\f\r", r); {
		case at >= 0:
			dst = append(dst, '\\', `"\btnfr`[at])
		case r < ' ':
			dst = appendEscape(dst, uint16(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = appendEscape(appendEscape(dst, uint16(high)), uint16(low))
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

func appendEscape(dst []byte, u uint16) []byte {
	return append(dst, '\\', 'u', upperHex[u>>12], upperHex[u>>8&15], upperHex[u>>4&15], upperHex[u&15])
}
