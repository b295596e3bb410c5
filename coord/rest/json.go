package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// depthMax is how deep a body may nest.
const depthMax = 1000

// kind is what a JSON value is.
type kind uint8

const (
	kindNull kind = iota
	kindBoolean
	kindNumber
	kindText
	kindList
	kindObject
)

// String is the name in error texts.
func (k kind) String() string {
	return [...]string{"null", "a boolean", "a number", "text", "a list", "an object"}[k]
}

// value is a JSON value as a client wrote it.
type value struct {
	kind    kind
	text    string // of text; of a number and a boolean, as it is written
	items   []value
	members []member // in their order; of a name given twice both
}

type member struct {
	name  string
	value value
}

// scalar is the text that Jackson makes of a value for a String: numbers and booleans as they are written.
func (v *value) scalar() (text string, ok bool) {
	return v.text, v.kind == kindBoolean || v.kind == kindNumber || v.kind == kindText
}

// parseJSON reads one JSON value that is the whole body. A byte order mark before it is passed over.
func parseJSON(body []byte) (value, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(body) {
		return value{}, badRequest("The request body is not JSON: it is not UTF-8 text.")
	}
	// The whole body is checked first: only so errors say where they stand.
	var whole json.RawMessage
	err := json.Unmarshal(body, &whole)
	if err == nil {
		p := jsonParser{dec: json.NewDecoder(bytes.NewReader(body))}
		p.dec.UseNumber()
		var v value
		if v, err = p.value(0); err == nil {
			return v, nil
		}
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		line, column := position(body, int(syntax.Offset))
		return value{}, badRequest("The request body is not JSON: line %d, column %d: %v", line, column, err)
	}
	return value{}, badRequest("The request body: %v", err)
}

// position is the line and the column of byte n of body, all counted from 1.
func position(body []byte, n int) (line, column int) {
	before := body[:max(0, min(n, len(body))-1)]
	return 1 + bytes.Count(before, []byte("\n")), len(before) - bytes.LastIndexByte(before, '\n')
}

type jsonParser struct{ dec *json.Decoder }

func (p *jsonParser) value(depth int) (value, error) {
	token, err := p.dec.Token()
	if err != nil {
		return value{}, err
	}
	switch t := token.(type) {
	case nil:
		return value{}, nil
	case bool:
		return value{kind: kindBoolean, text: fmt.Sprint(t)}, nil
	case json.Number:
		return value{kind: kindNumber, text: t.String()}, nil
	case string:
		return value{kind: kindText, text: t}, nil
	}
	if depth == depthMax {
		return value{}, fmt.Errorf("it has more than %d values inside of each other", depthMax)
	}
	if token == json.Delim('[') {
		return p.list(depth + 1)
	}
	return p.object(depth + 1)
}

func (p *jsonParser) list(depth int) (value, error) {
	v := value{kind: kindList}
	for p.dec.More() {
		item, err := p.value(depth)
		if err != nil {
			return v, err
		}
		v.items = append(v.items, item)
	}
	_, err := p.dec.Token()
	return v, err
}

func (p *jsonParser) object(depth int) (value, error) {
	v := value{kind: kindObject}
	for p.dec.More() {
		name, err := p.dec.Token()
		if err != nil {
			return v, err
		}
		of, err := p.value(depth)
		if err != nil {
			return v, err
		}
		v.members = append(v.members, member{name.(string), of}) // the decoder lets no other token stand here
	}
	_, err := p.dec.Token()
	return v, err
}
