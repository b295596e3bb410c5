package connectors

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// Limits of Jackson's StreamReadConstraints.
const (
	jsonDepthMax  = 1000
	jsonNumberMax = 1000 // characters
)

// appendOffsetMap appends a checked map in the member order of a HashMap.
func appendOffsetMap(dst []byte, v OffsetMap) []byte {
	m := v.Map()
	if m == nil {
		return append(dst, "null"...)
	}
	names := make([]string, len(m.Keys))
	for i, k := range m.Keys {
		names[i] = k.Str()
	}
	dst = append(dst, '{')
	for i, at := range java.HashMapOrder(names) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendJSONText(dst, names[at]), ':')
		dst = appendPrimitive(dst, m.Values[at])
	}
	return append(dst, '}')
}

func appendPrimitive(dst []byte, v batch.Value) []byte {
	switch v.Tag() {
	case batch.TagNull:
		return append(dst, "null"...)
	case batch.TagBoolean:
		return strconv.AppendBool(dst, v.Bool())
	case batch.TagString:
		return appendJSONText(dst, v.Str())
	case batch.TagBytes:
		dst = base64.StdEncoding.AppendEncode(append(dst, '"'), v.Bytes())
		return append(dst, '"')
	case batch.TagFloat32, batch.TagFloat64:
		f := v.Float()
		finite := !math.IsNaN(f) && !math.IsInf(f, 0)
		if !finite {
			dst = append(dst, '"') // JsonGenerator.Feature.QUOTE_NON_NUMERIC_NUMBERS
		}
		if v.Tag() == batch.TagFloat32 {
			dst = java.AppendFloat(dst, float32(f))
		} else {
			dst = java.AppendDouble(dst, f)
		}
		if !finite {
			dst = append(dst, '"')
		}
		return dst
	}
	return java.AppendInt(dst, v.Int())
}

// appendJSONText appends s quoted and escaped as Jackson does: what must be, and characters beyond the
// basic plane as their surrogates. Source: UTF8JsonGenerator.
func appendJSONText(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = string(java.AppendUTF8(nil, []byte(s)))
	}
	dst = append(dst, '"')
	for _, r := range s {
		if at := strings.IndexRune("\"\\\b\t\n\f\r", r); at >= 0 {
			dst = append(dst, '\\', `"\btnfr`[at])
		} else if r < ' ' {
			dst = fmt.Appendf(dst, `\u%04X`, r)
		} else if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			dst = fmt.Appendf(dst, `\u%04X\u%04X`, high, low)
		} else {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

// parseJSON reads the first value of text.
func parseJSON(text []byte) (batch.Value, error) {
	if !utf8.Valid(text) {
		return batch.Value{}, fmt.Errorf("json %.200q: invalid UTF-8", text)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := readValue(d, 0)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return batch.Value{}, fmt.Errorf("json %.200q: %w", text, err)
	}
	return v, nil
}

func readValue(d *json.Decoder, depth int) (batch.Value, error) {
	t, err := d.Token()
	if err != nil {
		return batch.Value{}, err
	}
	switch t := t.(type) {
	case json.Delim:
		if depth == jsonDepthMax {
			return batch.Value{}, fmt.Errorf("nested deeper than %d", jsonDepthMax)
		}
		if t == '{' {
			return readObject(d, depth+1)
		}
		return readList(d, depth+1)
	case string:
		return batch.StringValue(t), nil
	case bool:
		return batch.BooleanValue(t), nil
	case json.Number:
		return number(string(t))
	}
	return batch.Null(), nil
}

func readList(d *json.Decoder, depth int) (batch.Value, error) {
	list := []batch.Value{}
	for d.More() {
		v, err := readValue(d, depth)
		if err != nil {
			return v, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return batch.ArrayValue(list), err
}

// readObject reads members; the last of one name wins.
func readObject(d *json.Decoder, depth int) (batch.Value, error) {
	m := &batch.MapValue{}
	at := map[string]int{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return batch.Value{}, err
		}
		name, _ := t.(string)
		v, err := readValue(d, depth)
		if err != nil {
			return v, err
		}
		if i, ok := at[name]; ok {
			m.Values[i] = v
			continue
		}
		at[name] = len(m.Keys)
		m.Keys = append(m.Keys, batch.StringValue(name))
		m.Values = append(m.Values, v)
	}
	_, err := d.Token()
	return batch.MapValueOf(m), err
}

func number(text string) (batch.Value, error) {
	if len(text) > jsonNumberMax {
		return batch.Value{}, fmt.Errorf("number of %d characters, more than %d", len(text), jsonNumberMax)
	}
	if strings.ContainsAny(text, ".eE") {
		f, err := strconv.ParseFloat(text, 64) // out of range: an infinity, as in Java
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return batch.Value{}, err
		}
		return batch.Float64Value(f), nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		return batch.Int64Value(n), nil
	}
	if v, ok := bigInteger(text); ok {
		return v, nil
	}
	return batch.Value{}, err
}
