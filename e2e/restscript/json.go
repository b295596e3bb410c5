package restscript

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
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

// printJSON writes v with sorted members, nothing escaped for HTML; an object or list that holds only scalars stands on
// one line.
func printJSON(v any) string {
	var b strings.Builder
	printInto(&b, v, "")
	return b.String()
}

func printInto(b *strings.Builder, v any, indent string) {
	deeper, between := "\n"+indent+"  ", ","
	if flat(v) {
		deeper, between = "", ", "
	}
	switch x := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(x)) {
			if i > 0 {
				b.WriteString(between)
			}
			b.WriteString(deeper + scalarJSON(name) + ": ")
			printInto(b, x[name], indent+"  ")
		}
		closeJSON(b, '}', deeper, indent)
	case []any:
		b.WriteByte('[')
		for i, element := range x {
			if i > 0 {
				b.WriteString(between)
			}
			b.WriteString(deeper)
			printInto(b, element, indent+"  ")
		}
		closeJSON(b, ']', deeper, indent)
	default:
		b.WriteString(scalarJSON(v))
	}
}

func closeJSON(b *strings.Builder, end byte, deeper, indent string) {
	if deeper != "" {
		b.WriteString("\n" + indent)
	}
	b.WriteByte(end)
}

// flat reports whether v is a container of scalars and containers without members.
func flat(v any) bool {
	scalar := func(v any) bool {
		switch x := v.(type) {
		case map[string]any:
			return len(x) == 0
		case []any:
			return len(x) == 0
		}
		return true
	}
	switch x := v.(type) {
	case map[string]any:
		for _, member := range x {
			if !scalar(member) {
				return false
			}
		}
	case []any:
		return !slices.ContainsFunc(x, func(e any) bool { return !scalar(e) })
	}
	return true
}

func scalarJSON(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Sprint(v) // not reached: v came from a decoder
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
