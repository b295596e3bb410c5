package jsonschema

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strconv"
)

// soften rewrites what the library's metaschemas forbid and the original does not mind, without a change of what is valid: lists that have something twice,
// lists of nothing, definitions that are no schemas, and in draft 4 true and false as schemas.
func soften(v any, d draft) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			soften(e, d)
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
		if definitions, ok := v["definitions"]; ok && !d.modern() {
			v["definitions"] = onlySchemas(definitions)
		}
		for keyword, e := range v {
			if d == draft4 {
				withoutBooleans(keyword, e)
				if keyword == "not" {
					v[keyword] = asObject(e)
				}
			}
			softenUnder(keyword, e, d)
		}
	}
}

// onlySchemas drops what is no schema from definitions. The original looks at those alone to which something refers.
func onlySchemas(definitions any) any {
	members, _ := definitions.(map[string]any)
	out := make(map[string]any, len(members))
	for name, e := range members {
		switch e.(type) {
		case bool, map[string]any:
			out[name] = e
		}
	}
	return out
}

// withoutBooleans makes objects of the booleans that the original takes for schemas under a keyword of draft 4.
func withoutBooleans(keyword string, v any) {
	switch keyword {
	case string(allOf), string(anyOf), string(oneOf):
		list, _ := v.([]any)
		for i := range list {
			list[i] = asObject(list[i])
		}
	case "properties", "patternProperties", "definitions", "dependencies":
		members, _ := v.(map[string]any)
		for name, e := range members {
			members[name] = asObject(e)
		}
	}
}

// asObject is the schema that draft 4 has for true or false.
func asObject(v any) any {
	switch v {
	case true:
		return map[string]any{}
	case false:
		return map[string]any{"not": map[string]any{}}
	}
	return v
}

// softenUnder softens the schemas under a keyword.
func softenUnder(keyword string, v any, d draft) {
	switch keyword {
	case "const", "enum", "default", "examples": // values
	case "properties", "patternProperties", "definitions", "$defs", "dependentSchemas", "dependencies": // schemas by names
		members, _ := v.(map[string]any)
		for _, e := range members {
			soften(e, d)
		}
	default:
		soften(v, d)
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
