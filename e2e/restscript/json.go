package restscript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// parseJSON reads one JSON value, numbers as their text; false when body is anything else.
func parseJSON(body []byte) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil, false
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, false
	}
	return v, true
}

// printJSON writes v with sorted members, two spaces an indent, nothing escaped for HTML.
func printJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Sprintf("%v", v) // not reached: v came from a decoder
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// at follows an RFC 6901 pointer.
func at(v any, pointer string) (any, bool) {
	if pointer == "" {
		return v, true
	}
	for _, name := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		name = unescape.Replace(name)
		switch x := v.(type) {
		case map[string]any:
			member, ok := x[name]
			if !ok {
				return nil, false
			}
			v = member
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(x) {
				return nil, false
			}
			v = x[i]
		default:
			return nil, false
		}
	}
	return v, true
}

var (
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
)

// scalarText is what a wait step compares: a string without quotes, otherwise JSON.
func scalarText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
