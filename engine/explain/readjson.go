package explain

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
)

// jsonReader reads a connector file of JSON, token by token, for the positions.
type jsonReader struct {
	f    *File
	text []byte
	d    *json.Decoder
}

func (f *File) readJSON(text []byte) {
	if rest, ok := bytes.CutPrefix(text, []byte("\ufeff")); ok {
		f.find(Error, "", Position{1, 1}, "the file starts with a byte order mark, which is not JSON; save it without", "")
		text = rest
	}
	r := &jsonReader{f: f, text: text, d: json.NewDecoder(bytes.NewReader(text))}
	r.d.UseNumber()
	if err := r.check(); err != nil {
		r.syntax(err)
		return
	}
	if text[r.next()] != '{' {
		f.Broken = true
		f.find(Error, "", positionAt(text, r.next()), "a connector config is one JSON object of keys and values", "")
		return
	}
	r.object(r.isRequest())
	if rest := r.next(); rest < len(text) {
		f.find(Warning, "", positionAt(text, rest), "what follows the object is not read", "")
	}
}

// check reads the first value as a whole: encoding/json places syntax errors best there.
func (r *jsonReader) check() error {
	var any json.RawMessage
	return json.NewDecoder(bytes.NewReader(r.text)).Decode(&any)
}

func (r *jsonReader) syntax(err error) {
	r.f.Broken = true
	var at int
	var s *json.SyntaxError
	switch {
	case errors.As(err, &s):
		at = max(int(s.Offset)-1, 0)
	default: // the end was met, which is no place
		at = len(bytes.TrimRight(r.text, " \t\r\n"))
		s, err = nil, errors.New("the file ends before the object does")
	}
	text := err.Error()
	if s != nil && at < len(r.text) {
		switch before := lastByte(r.text[:at]); {
		case r.text[at] == '}' && before == ',':
			text = "a comma stands before the closing brace"
		case r.text[at] == '"' && (before == '"' || before >= '0' && before <= '9' || before == 'e'):
			text = "a comma is missing before this member"
		case r.text[at] == '/' || r.text[at] == '#':
			text = "JSON has no comments"
		case r.text[at] == '\'':
			text = "JSON texts stand in double quotes"
		case r.text[at] == '\n':
			text = "a text ends with its line: a closing quote is missing"
		}
	}
	r.f.find(Error, "", positionAt(r.text, at), "not JSON: "+text, "")
}

// lastByte is the last byte that is not white space.
func lastByte(b []byte) byte {
	b = bytes.TrimRight(b, " \t\r\n")
	if len(b) == 0 {
		return 0
	}
	return b[len(b)-1]
}

// next is where the next token starts, the length of the text at its end.
func (r *jsonReader) next() int {
	at := int(r.d.InputOffset())
	for at < len(r.text) && bytes.IndexByte([]byte(" \t\r\n,:"), r.text[at]) >= 0 {
		at++
	}
	return at
}

// isRequest reports whether the file is the body of POST /connectors: its member config is an object.
func (r *jsonReader) isRequest() bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimSpace(r.text[:r.end()]), &members) != nil {
		return false
	}
	return bytes.HasPrefix(members["config"], []byte("{"))
}

// end is where the first value of the text ends.
func (r *jsonReader) end() int {
	d := json.NewDecoder(bytes.NewReader(r.text))
	var any json.RawMessage
	if d.Decode(&any) != nil {
		return len(r.text)
	}
	return int(d.InputOffset())
}

// requestMembers are those of a create request. Source: CreateConnectorRequest.
var requestMembers = []string{"name", "config", "initial_state"}

// object reads the members of an object; of a create request, those of its config.
func (r *jsonReader) object(request bool) {
	r.token() // {
	seen := map[string]Position{}
	var outer *Entry
	for r.d.More() {
		at := positionAt(r.text, r.next())
		key, _ := r.token().(string)
		if earlier, twice := seen[key]; twice {
			r.f.find(Error, key, at, fmt.Sprintf("the key is given twice, first at %s; the later value counts", earlier), "")
		}
		seen[key] = at
		valueAt := positionAt(r.text, r.next())
		switch {
		case !request:
			r.member(key, at, valueAt)
		case key == "config":
			r.object(false)
		case !slices.Contains(requestMembers, key):
			r.skip()
			r.f.find(Warning, key, at, "a create request has the members name, config and initial_state; keys of the connector stand inside config", config.Nearest(key, requestMembers))
		case key == "name":
			if name, ok := r.scalar(key, at, valueAt); ok {
				outer = &Entry{Key: key, Value: name, At: at, ValueAt: valueAt}
			}
		default:
			r.state(at, valueAt)
		}
	}
	r.token() // }
	if outer == nil {
		return
	}
	if inner, ok := r.f.Get("name"); ok && inner.Value != outer.Value {
		r.f.find(Error, "name", inner.ValueAt, fmt.Sprintf("the name in config is %q, that of the request is %q", inner.Value, outer.Value), outer.Value)
		return
	}
	r.f.put(*outer)
}

func (r *jsonReader) member(key string, at, valueAt Position) {
	if value, ok := r.scalar(key, at, valueAt); ok {
		r.f.put(Entry{Key: key, Value: value, At: at, ValueAt: valueAt})
	}
}

// scalar reads a value as text; ok is false for null, which counts as absent, and for what is no scalar.
func (r *jsonReader) scalar(key string, at, valueAt Position) (string, bool) {
	start := r.next()
	switch v := r.token().(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return fmt.Sprint(v), true
	case json.Delim:
		what, nearest := "an object", ""
		depth := 1
		for depth > 0 {
			switch r.token() {
			case json.Delim('{'), json.Delim('['):
				depth++
			case json.Delim('}'), json.Delim(']'):
				depth--
			}
		}
		if v == '[' {
			what = "an array"
			nearest = listText(r.text[start:r.d.InputOffset()])
		}
		r.f.find(Error, key, valueAt, "the value is "+what+": values are texts, numbers, true or false, and lists are one text with commas", nearest)
		return "", false
	}
	r.f.drop(key)
	r.f.find(Warning, key, valueAt, "null counts as if the key were absent", "")
	return "", false
}

// listText is an array of scalars as a config writes it, "" for others.
func listText(array []byte) string {
	var items []any
	d := json.NewDecoder(bytes.NewReader(array))
	d.UseNumber()
	if d.Decode(&items) != nil {
		return ""
	}
	texts := make([]string, len(items))
	for i, v := range items {
		switch v.(type) {
		case map[string]any, []any, nil:
			return ""
		}
		texts[i] = fmt.Sprint(v)
	}
	return `"` + strings.Join(texts, ",") + `"`
}

func (r *jsonReader) state(at, valueAt Position) {
	states := []string{"RUNNING", "PAUSED", "STOPPED"}
	if v, ok := r.scalar("initial_state", at, valueAt); ok && !slices.Contains(states, strings.ToUpper(v)) {
		r.f.find(Error, "initial_state", valueAt, fmt.Sprintf("%q is none of RUNNING, PAUSED, STOPPED", v), config.Nearest(v, states))
	}
}

func (r *jsonReader) skip() {
	var any json.RawMessage
	_ = r.d.Decode(&any) // check has read it all
}

// token reads one token; check has found no syntax error.
func (r *jsonReader) token() json.Token {
	t, _ := r.d.Token()
	return t
}
