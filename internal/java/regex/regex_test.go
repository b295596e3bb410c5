package regex

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/java"
)

//go:embed testdata/vectors.jsonl
var vectors []byte

// vector is what java.util.regex answers to one expression, and to one text where it has a result.
type vector struct {
	Pattern string  `json:"p"`
	T       *string `json:"t"`
	With    string
	Matches bool
	Result  *string
	Error   *string
}

func TestPattern_AnswersOfTheOriginal(t *testing.T) {
	lines := bufio.NewScanner(bytes.NewReader(vectors))
	lines.Scan() // names the JDK
	for lines.Scan() {
		var v vector
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		p, err := Compile(v.Pattern)
		if v.T == nil {
			if text := errorText(err); v.Error == nil && err != nil || v.Error != nil && text != *v.Error {
				t.Errorf("%q: error %q, want %q", v.Pattern, text, deref(v.Error))
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", v.Pattern, err)
			continue
		}
		if got, err := p.Matches(*v.T); err != nil || got != v.Matches {
			t.Errorf("%q on %q: matches %v %v, want %v", v.Pattern, *v.T, got, err, v.Matches)
		}
		got, err := p.ReplaceFirst(*v.T, v.With)
		if v.Result == nil {
			var e *java.Exception
			if !errors.As(err, &e) || e.String() != *v.Error {
				t.Errorf("%q on %q with %q: error %v, want %s", v.Pattern, *v.T, v.With, err, *v.Error)
			}
			continue
		}
		if err != nil || got != *v.Result {
			t.Errorf("%q on %q with %q: %q %v, want %q", v.Pattern, *v.T, v.With, got, err, *v.Result)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return "none"
	}
	return err.Error()
}

func deref(s *string) string {
	if s == nil {
		return "none"
	}
	return *s
}

func TestPattern_EndsAtItsLimit(t *testing.T) {
	p, err := Compile("(a*)*(a*)*(a*)*(a*)*b")
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Matches(strings.Repeat("a", 200))
	var e *java.Exception
	if !errors.As(err, &e) || e.Class != "org.apache.kafka.connect.errors.ConnectException" {
		t.Fatalf("%v, want a ConnectException", err)
	}
}

func TestCompile_RefusesByName(t *testing.T) {
	for pattern, want := range map[string]string{
		`\p{InGreek}`: "blocks of characters such as {Greek} are not supported",
		`\X`:          `\X is not supported`,
		`\b{g}`:       `\b{g} is not supported`,
		`\N{DOT}`:     `\N is not supported`,
	} {
		if _, err := Compile(pattern); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", pattern, err, want)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("(a|b)*?[^c&&[d]]", "ab", "$1")
	f.Add(`(?<n>\p{L}++)\.\k<n>`, "a.a", "${n}")
	f.Fuzz(func(t *testing.T, pattern, text, with string) {
		if len(pattern) > 60 || len(text) > 60 {
			return
		}
		p, err := Compile(pattern)
		if err != nil {
			return
		}
		whole, err := p.Matches(text)
		if err != nil {
			return
		}
		m, found, err := p.find(text)
		if err == nil && whole && !found {
			t.Fatalf("%q matches the whole of %q and is not found in it", pattern, text)
		}
		if found && (m.groups[0].start < 0 || m.groups[0].end > len(text) || m.groups[0].start > m.groups[0].end) {
			t.Fatalf("%q on %q: found %v", pattern, text, m.groups[0])
		}
		if out, err := p.ReplaceFirst(text, with); err == nil && !found && out != text {
			t.Fatalf("%q is not in %q, replaced to %q", pattern, text, out)
		}
	})
}
