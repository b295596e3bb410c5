package typemap

import (
	"bytes"
	"errors"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

var errHstore = errors.New("is no hstore")

// pair is one entry of an hstore.
type pair struct {
	key, value string
	null       bool
}

// hstore reads "key"=>"value", "key"=>NULL.
func hstore(text []byte) (pairs []pair, err error) {
	for len(text) > 0 {
		var p pair
		var ok bool
		if p.key, text, ok = quoted(text); !ok || !bytes.HasPrefix(text, []byte("=>")) {
			return nil, errHstore
		}
		text = text[2:]
		if bytes.HasPrefix(text, []byte("NULL")) {
			p.null, text = true, text[4:]
		} else if p.value, text, ok = quoted(text); !ok {
			return nil, errHstore
		}
		pairs = append(pairs, p)
		text = bytes.TrimPrefix(text, []byte(", "))
	}
	return pairs, nil
}

// quoted reads a text in double quotes, in which a backslash takes the next character.
func quoted(s []byte) (text string, rest []byte, ok bool) {
	if len(s) == 0 || s[0] != '"' {
		return "", s, false
	}
	var b []byte
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return string(b), s[i+1:], true
		case '\\':
			if i++; i == len(s) {
				return "", s, false
			}
		}
		b = append(b, s[i])
	}
	return "", s, false
}

// hashOrder puts pairs into the order of java.util.HashMap.
func hashOrder(pairs []pair) []pair {
	keys := make([]string, len(pairs))
	for i, p := range pairs {
		keys[i] = p.key
	}
	out := make([]pair, 0, len(pairs))
	for _, i := range java.HashMapOrder(keys) {
		out = append(out, pairs[i])
	}
	return out
}

// parseHstoreMap is hstore.handling.mode map.
func parseHstoreMap(text []byte) (batch.Value, error) {
	pairs, err := hstore(text)
	if err != nil {
		return batch.Value{}, err
	}
	m := &batch.MapValue{}
	for _, p := range hashOrder(pairs) {
		v := batch.StringValue(p.value)
		if p.null {
			v = batch.Null()
		}
		m.Keys, m.Values = append(m.Keys, batch.StringValue(p.key)), append(m.Values, v)
	}
	return batch.MapValueOf(m), nil
}

// parseHstoreJSON is hstore.handling.mode json.
func parseHstoreJSON(text []byte) (batch.Value, error) {
	pairs, err := hstore(text)
	if err != nil {
		return batch.Value{}, err
	}
	b := []byte{'{'}
	for i, p := range hashOrder(pairs) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSON(b, p.key), ':')
		if p.null {
			b = append(b, "null"...)
		} else {
			b = appendJSON(b, p.value)
		}
	}
	return batch.StringValue(string(append(b, '}'))), nil
}

// appendJSON appends a text as Jackson writes it.
func appendJSON(dst []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= ' ':
			dst = append(dst, c)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c == '\b':
			dst = append(dst, `\b`...)
		case c == '\f':
			dst = append(dst, `\f`...)
		default:
			dst = append(dst, `\u00`...)
			dst = append(dst, hex[c>>4], hex[c&15])
		}
	}
	return append(dst, '"')
}
