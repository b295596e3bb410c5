package config

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func parseText(t *testing.T, text string) *Properties {
	t.Helper()
	p, err := ParseProperties(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParseProperties_KeepsOrderAndLines(t *testing.T) {
	p := parseText(t, "# worker\r\nb=1\r\n\r\n  a = 2\\\r\n    3\r\n! end\nc\n")
	want := []Property{{"b", "1", 2}, {"a", "23", 4}, {"c", "", 7}}
	if got := p.Entries(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if p.Line("a") != 4 || p.Line("zz") != 0 {
		t.Errorf("Line: %d, %d", p.Line("a"), p.Line("zz"))
	}
	if _, ok := p.Get("zz"); ok || p.Len() != 3 {
		t.Errorf("Get or Len is wrong: %v", p)
	}
}

func TestParseProperties_LineAfterBackslashOnly(t *testing.T) {
	p := parseText(t, "\\\n\\\n# no key\na=b")
	if got := p.Entries(); !slices.Equal(got, []Property{{"a", "b", 4}}) {
		t.Errorf("got %v", got)
	}
}

func TestParseProperties_LastDuplicateWinsAndIsReported(t *testing.T) {
	p := parseText(t, "a=1\nb=2\na=3\n\na=4")
	if v, _ := p.Get("a"); v != "4" || p.Line("a") != 5 {
		t.Errorf("a is %q of line %d", v, p.Line("a"))
	}
	want := []Duplicate{{"a", 3, 1}, {"a", 5, 3}}
	if got := p.Duplicates(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if e := p.Entries(); e[0].Key != "a" {
		t.Errorf("order: %v", e)
	}
	p.Set("a", "5")
	if len(p.Duplicates()) != 2 {
		t.Error("Set is no duplicate")
	}
}

func TestParseProperties_MalformedEscapeNamesLine(t *testing.T) {
	_, err := ParseProperties(strings.NewReader("a=1\n\nb=\\u12x4\n"))
	if err == nil || err.Error() != `properties: line 3: Malformed \uxxxx encoding.` {
		t.Errorf("got %v", err)
	}
}

func TestParsePropertiesUTF8_ReadsCharactersAndRefusesOtherBytes(t *testing.T) {
	p, err := ParsePropertiesUTF8(strings.NewReader("k\u00e9=\u4e2d\U0001F600"))
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := p.Get("k\u00e9"); v != "\u4e2d\U0001F600" {
		t.Errorf("got %q", v)
	}
	if _, err := ParsePropertiesUTF8(strings.NewReader("a=\xff")); err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("got %v", err)
	}
}

func TestLoadProperties_NamesFile(t *testing.T) {
	if _, err := LoadProperties(t.TempDir() + "/none.properties"); err == nil || !strings.Contains(err.Error(), "none.properties") {
		t.Errorf("got %v", err)
	}
}

func FuzzProperties(f *testing.F) {
	for _, s := range []string{"a=b", "a\\\n b:c", "\\u00e9 \\:=\\u12", "#x\n!y\r\nk", "\\", "a=\\ud83d\\ude00", " \\ =\\ "} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := ParseProperties(bytes.NewReader(in))
		if err != nil {
			return
		}
		lines := 1 + bytes.Count(in, []byte("\n")) + bytes.Count(in, []byte("\r"))
		for _, e := range p.Entries() {
			if e.Line < 1 || e.Line > lines {
				t.Fatalf("%q: key %q at line %d", in, e.Key, e.Line)
			}
		}
		written := p.AppendTo(nil)
		again, err := ParseProperties(bytes.NewReader(written))
		if err != nil {
			t.Fatalf("%q written as %q: %v", in, written, err)
		}
		if len(again.Duplicates()) > 0 || !slices.EqualFunc(p.Entries(), again.Entries(), func(a, b Property) bool {
			return a.Key == b.Key && a.Value == b.Value
		}) {
			t.Fatalf("%q: %v was read back as %v", in, p.Entries(), again.Entries())
		}
		if twice := again.AppendTo(nil); !bytes.Equal(written, twice) {
			t.Fatalf("%q: written as %q, then %q", in, written, twice)
		}
	})
}
