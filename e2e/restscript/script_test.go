package restscript

import (
	"strings"
	"testing"
)

const sample = `# a comment
== first
GET /a?b=c

== second, with everything
lines in.txt 3
wait /a 404
wait /a/status /tasks/0/state RUNNING
PUT /a%20b
Accept: text/plain
Content-Type: none

{"a":1}
# a comment in a body
{"b":2}

`

func TestParse_ReadsStepsRequestAndBody(t *testing.T) {
	s, err := Parse("x", sample)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Cases) != 2 {
		t.Fatalf("%d cases, want 2", len(s.Cases))
	}
	if c := s.Cases[0]; c.Method != "GET" || c.Target != "/a?b=c" || c.Body != "" || c.Line != 2 {
		t.Errorf("first case: %+v", c)
	}
	c := s.Cases[1]
	if len(c.Steps) != 3 || c.Steps[0].Lines.N != 3 || c.Steps[1].Wait.Status != 404 || c.Steps[2].Wait.Value != "RUNNING" {
		t.Errorf("steps: %+v", c.Steps)
	}
	if len(c.Headers) != 2 || c.Body != "{\"a\":1}\n{\"b\":2}" {
		t.Errorf("headers %q, body %q", c.Headers, c.Body)
	}
}

func TestParse_ABodyNeedsNoHeader(t *testing.T) {
	s, err := Parse("x", "== a\nPOST /c\n{\"a\":1}\n\n== b\nGET /\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.Cases[0].Body != `{"a":1}` {
		t.Errorf("body %q", s.Cases[0].Body)
	}
}

func TestParse_ErrorsNameTheLine(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"GET /", "line 1: \"GET /\" before the first case"},
		{"== a\n== b\nGET /", "line 1: case \"a\" has no request"},
		{"== a\nGET /\n== a\nGET /", "line 3: case \"a\" stands at line 1 already"},
		{"== a\nfetch /", "line 2: \"fetch /\" is neither a step"},
		{"== a\nlines f many", "line 2: lines: \"many\" is not a number"},
		{"== a\nwait /a soon", "line 2: wait: \"soon\" is not a status"},
	} {
		if _, err := Parse("x", c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q", c.text, err, c.want)
		}
	}
}
