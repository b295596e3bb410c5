package jsonschema

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/internal/jsonscan"
)

// TestValidator: the report names the place and the rule, in the same words every time.
func TestValidator(t *testing.T) {
	const strict = `{"type":"object","required":["id"],"properties":{"id":{"type":"integer","minimum":1},"mail":{"type":"string","format":"email"},"code":{"type":"string","pattern":"^[A-Z]{2}(?=\\d)"},` +
		`"other":{"$ref":"other.json#/definitions/O"}},"additionalProperties":false}`
	references := []named{{"other.json", `{"definitions":{"O":{"enum":["x"]}}}`}}
	v, err := newValidator(strict, references)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{"id":1,"mail":"a@b.c","code":"AB1","other":"x"}`: "",
		`{}`:                     "#/: missing property 'id'",
		`{"id":0}`:               "#/id: minimum: got 0, want 1",
		`{"id":"x"}`:             "#/id: got string, want integer",
		`{"id":1,"code":"ab"}`:   `#/code: 'ab' does not match pattern '^[A-Z]{2}(?=\\d)'`,
		`{"id":1,"mail":"no"}`:   "#/mail: 'no' is not valid email: missing @",
		`{"id":1,"other":"y"}`:   "#/other: value must be 'x'",
		`{"id":1,"b":1,"a":2}`:   "#/: additional properties 'a', 'b' not allowed",
		`{"id":1e999999999}`:     "a number has an exponent beyond 5000",
		`{"id":0,"other":"y"}`:   "#/id: minimum: got 0, want 1; #/other: value must be 'x'",
		`[1]`:                    "#/: got array, want object",
		`{"id":1,"mail":"a@b",}`: "unexpected",
	} {
		got := ""
		n, err := jsonscan.Parse([]byte(text))
		if err == nil {
			err = v.check(&n)
		}
		if err != nil {
			got = err.Error()
		}
		if got != want && !(want == "unexpected" && got != "") {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// TestCompletion_References: what is referred to in another text is completed with that text's defaults.
func TestCompletion_References(t *testing.T) {
	references := []named{{"other.json", `{"$id":"other.json","definitions":{"O":{"properties":{"p":{"$ref":"#/definitions/P"}}},"P":{"properties":{"q":{"default":[1]}}}}}`}}
	v, err := newValidator(`{"properties":{"o":{"$ref":"other.json#/definitions/O"},"r":{"$ref":"#/properties/o","default":1}}}`, references)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{}`:                              `{}`,
		`{"o":{"p":{}}}`:                  `{"o":{"p":{"q":[1]}}}`,
		`{"o":{"q":{},"p":{"q":null}}}`:   `{"o":{"q":{},"p":{"q":null}}}`,
		`{"r":{"p":{"z":1}},"o":[{},[]]}`: `{"r":{"p":{"z":1,"q":[1]}},"o":[{},[]]}`,
	} {
		n, err := jsonscan.Parse([]byte(text))
		if err == nil {
			err = v.check(&n)
		}
		if err != nil {
			t.Fatal(err)
		}
		v.complete(&n)
		if got := string(appendNode(nil, &n)); got != want {
			t.Errorf("%s became %s, want %s", text, got, want)
		}
	}
}

// TestReferences_NothingIsFetched: what a schema refers to by a URL is no reason to ask anybody.
func TestReferences_NothingIsFetched(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	for _, ref := range []string{server.URL, server.URL + "/x.json#/definitions/A", "file:///etc/passwd", "./other.json", "classpath:/x.json"} {
		for _, text := range []string{`{"$ref":"REF"}`, `{"$id":"http://example.com/a.json","type":"object","properties":{"a":{"$ref":"REF"}}}`, `{"$schema":"REF","type":"string","not":{"$ref":"REF"}}`,
			`{"$schema":"https://json-schema.org/draft/2020-12/schema","$dynamicRef":"REF"}`} {
			text = strings.ReplaceAll(text, "REF", ref)
			_, mapErr := mapped(t, &data{}, text)
			_, err := newValidator(text, nil)
			if err == nil || mapErr == nil && !strings.Contains(text, "not") && !strings.Contains(text, "dynamic") {
				t.Errorf("%s: mapped %v, validator %v", text, mapErr, err)
			}
		}
	}
	if asked {
		t.Error("a schema made us ask a server")
	}
}

// TestReferences_Registered: names are found as they stand, relative to the schema's own, and from one reference to another.
func TestReferences_Registered(t *testing.T) {
	for _, c := range []struct{ text, name string }{
		{`{"$ref":"a.json"}`, "a.json"}, {`{"$ref":"./a.json"}`, "a.json"}, {`{"$ref":"a.json"}`, "./a.json"},
		{`{"$id":"http://x.y/z/root.json","$ref":"a.json"}`, "http://x.y/z/a.json"}, {`{"$ref":"http://x.y/a.json"}`, "http://x.y/a.json"},
	} {
		references := []named{{"b.json", `{"definitions":{"B":{"type":"integer"}}}`}, {c.name, `{"type":"object","title":"A","properties":{"b":{"$ref":"b.json#/$defs/B"}}}`}}
		s, err := mapped(t, &data{}, c.text, references...)
		if err != nil || s.Name() != "A" || s.Field("b").Schema.Kind().String() != "INT64" {
			t.Errorf("%s with %s: %v, %v", c.text, c.name, s, err)
		}
	}
}

// TestConverter_Validates: rows that are not valid fail alone, on the way in and out.
func TestConverter_Validates(t *testing.T) {
	const text = `{"type":"object","properties":{"a":{"type":"integer","maximum":5,"connect.type":"int32","connect.index":0}}}`
	c := opened(t, text, map[string]string{"json.fail.invalid.schema": "true"})
	rows := [][]byte{[]byte(frame7 + `{"a":1}`), []byte(frame7 + `{"a":9}`), []byte(frame7 + `{"a":5,"b":[]}`), []byte(frame7)}
	failed := 0
	for i, d := range codectest.CheckDecoder(t, c, codectest.Rows{Raw: rows}) {
		if d.Err != nil {
			failed++
			if got := codectest.ErrorText(d.Err); !strings.Contains(got, "Error deserializing JSON message for id SchemaId{schemaType='JSON', id=7") {
				t.Errorf("row %d: %s", i, got)
			}
		}
	}
	if failed != 2 {
		t.Errorf("%d rows failed", failed)
	}
}

// TestPatterns_TakeBoundedTime: a pattern that backtracks for ever matches nothing, soon.
func TestPatterns_TakeBoundedTime(t *testing.T) {
	v, err := newValidator(`{"type":"string","pattern":"^(a+)+$"}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.check(&jsonscan.Node{Kind: jsonscan.String, Text: strings.Repeat("a", 40) + "!"}) == nil {
		t.Error("it matches")
	}
}

// TestValidator_RefusesWhatTakesForEver: references that double what they refer to.
func TestValidator_RefusesWhatTakesForEver(t *testing.T) {
	text := `{"allOf":[{"$ref":"#/$defs/0"}],"$defs":{`
	for i := range 40 {
		text += fmt.Sprintf(`"%d":{"allOf":[{"$ref":"#/$defs/%d"},{"$ref":"#/$defs/%d"}]},`, i, i+1, i+1)
	}
	text += `"40":{"type":"string"}}}`
	if _, err := newValidator(text, nil); err == nil || !strings.Contains(codectest.ErrorText(err), "parts") {
		t.Errorf("it is used: %v", err)
	}
}
