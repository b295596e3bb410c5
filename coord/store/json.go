package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"
)

// parseValue reads the JSON of an internal topic: nil for null, maps with string keys, []any, string,
// bool and json.Number. As in JsonConverter no bytes are null, a byte order mark is passed over, and what
// follows the first value is ignored. Numbers with leading zeros, which no writer makes, pass there only.
func parseValue(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("not JSON: invalid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil // blank
	}
	if err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	return v, nil
}

// whole returns an integer between least and most.
func whole(v any, least, most int64) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	return i, err == nil && i >= least && i <= most
}

// countOf returns a number of things.
func countOf(v any) (int, bool) {
	n, ok := whole(v, 0, math.MaxInt32)
	return int(n), ok
}

// textMap returns a map of texts without those that are null; ok is false where v is something else.
func textMap(v any) (out map[string]string, ok bool) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	out = make(map[string]string, len(m))
	for k, v := range m {
		switch v := v.(type) {
		case nil:
		case string:
			out[k] = v
		default:
			return nil, false
		}
	}
	return out, true
}
