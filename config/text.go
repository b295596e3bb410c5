package config

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/internal/java"
)

// JavaText prints a parsed value as Java's string concatenation does: null, lists as [a, b], doubles
// by Double.toString, secrets as [hidden].
func JavaText(value any) string {
	if l, ok := value.([]string); ok {
		return "[" + strings.Join(l, ", ") + "]"
	}
	if s, ok := ConvertToString(value); ok {
		return s
	}
	return "null"
}

// ConvertToString prints a parsed value as configs and REST answers hold it: lists joined by a comma
// without spaces, secrets as [hidden]; ok is false for null. Source: ConfigDef.convertToString.
func ConvertToString(value any) (text string, ok bool) {
	switch v := value.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	case int:
		return string(java.AppendInt(nil, int64(v))), true
	case int16:
		return string(java.AppendInt(nil, int64(v))), true
	case int32:
		return string(java.AppendInt(nil, int64(v))), true
	case int64:
		return string(java.AppendInt(nil, v)), true
	case float64:
		return string(java.AppendDouble(nil, v)), true
	case []string:
		return strings.Join(v, ","), true
	case Secret:
		return Hidden, true
	case fmt.Stringer:
		return v.String(), true
	}
	return fmt.Sprint(value), true
}

// trim cuts characters up to U+0020 from both ends. Source: String.trim.
func trim(s string) string {
	i, n := 0, len(s)
	for i < n && s[i] <= ' ' {
		i++
	}
	for i < n && s[n-1] <= ' ' {
		n--
	}
	return s[i:n]
}

// splitList splits trimmed text at \s*,\s*; blank text has no elements, an empty place between commas
// is an empty element.
func splitList(trimmed string) []string {
	if trimmed == "" {
		return []string{}
	}
	out := strings.Split(trimmed, ",")
	for i, s := range out {
		out[i] = strings.Trim(s, " \t\n\v\f\r")
	}
	return out
}
