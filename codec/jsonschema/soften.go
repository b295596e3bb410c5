package jsonschema

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strconv"
)

// soften rewrites what the library's metaschemas forbid and the original does not mind, without a change of what is valid: lists that have something twice,
// and lists of nothing.
func soften(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			soften(e)
		}
	case map[string]any:
		for _, keyword := range [...]string{"required", "enum", "type"} {
			if list, ok := v[keyword].([]any); ok {
				v[keyword] = distinct(list)
			}
		}
		if list, ok := v["required"].([]any); ok && len(list) == 0 {
			delete(v, "required")
		}
		if list, ok := v["enum"].([]any); ok && len(list) == 0 { // no value is valid
			delete(v, "enum")
			v["not"] = map[string]any{}
		}
		for keyword, e := range v {
			softenUnder(keyword, e)
		}
	}
}

// softenUnder softens the schemas under a keyword.
func softenUnder(keyword string, v any) {
	switch keyword {
	case "const", "enum", "default", "examples": // values
	case "properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "dependencies": // schemas by names
		members, _ := v.(map[string]any)
		for _, e := range members {
			soften(e)
		}
	default:
		soften(v)
	}
}

// distinct drops what equals something before it, as JSON Schema compares: 1 is 1.0.
func distinct(list []any) []any {
	seen := make(map[string]bool, len(list))
	out := list[:0]
	for _, v := range list {
		key := string(appendEqual(nil, v))
		if !seen[key] {
			out = append(out, v)
		}
		seen[key] = true
	}
	return out
}

// appendEqual appends a text that equal values share.
func appendEqual(dst []byte, v any) []byte {
	switch v := v.(type) {
	case json.Number:
		r, _ := new(big.Rat).SetString(string(v)) // of a bounded exponent, as plainOf has seen to
		return append(dst, r.String()...)
	case string:
		return strconv.AppendQuote(dst, v)
	case []any:
		dst = append(dst, '[')
		for _, e := range v {
			dst = append(appendEqual(dst, e), ',')
		}
		return append(dst, ']')
	case map[string]any:
		dst = append(dst, '{')
		for _, name := range slices.Sorted(maps.Keys(v)) {
			dst = append(appendEqual(append(strconv.AppendQuote(dst, name), ':'), v[name]), ',')
		}
		return append(dst, '}')
	case bool:
		return strconv.AppendBool(dst, v)
	}
	return append(dst, "null"...)
}
