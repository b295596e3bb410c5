package restscript

import (
	"strings"
	"testing"
)

func answer(body string) Expected {
	v, _ := parseJSON([]byte(body))
	return Expected{Case: "c", Status: 200, Type: "application/json", Body: printJSON(v)}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct{ name, rules, want, have, parts string }{
		{"equal in another order of members", "", `{"a":1,"b":2}`, `{"b":2,"a":1}`, ""},
		{"number text counts", "", `{"a":1}`, `{"a":1.0}`, "/a"},
		{"null is not absent", "", `{"a":null}`, `{}`, "/a"},
		{"further member", "", `{}`, `{"a":1}`, "/a"},
		{"escaped name", "", `{"a/b~":1}`, `{"a/b~":2}`, "/a~1b~0"},
		{"list order counts", "", `[1,2]`, `[2,1]`, "/0 /1"},
		{"list length", "", `[1]`, `[1,2]`, "body"},
		{"unordered", "*/* | body | unordered | why", `[1,2]`, `[2,1]`, ""},
		{"more elements", "s/c | body | more | why", `[1,3]`, `[1,2,3]`, ""},
		{"more is not fewer", "s/c | body | more | why", `[1,3]`, `[1,2]`, "body"},
		{"more members", "s/c | /a | more | why", `{"a":{"x":1}}`, `{"a":{"x":1,"y":2}}`, ""},
		{"any", "s/* | /*/v | any | why", `{"a":{"v":1}}`, `{"a":{"v":[]}}`, ""},
		{"any also missing", "s/* | /*/v | any | why", `{"a":{"v":1}}`, `{"a":{}}`, ""},
		{"kind", "s/* | /v | kind | why", `{"v":1}`, `{"v":2}`, ""},
		{"kind differs", "s/* | /v | kind | why", `{"v":1}`, `{"v":"1"}`, "/v"},
		{"rule of another case", "x/* | body | any | why", `1`, `2`, "body"},
		{"first rule decides", "*/c | /a | or 3 | why\n*/* | /a | any | why", `{"a":1}`, `{"a":2}`, "/a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules, err := ParseRules(c.rules)
			if err != nil {
				t.Fatal(err)
			}
			var parts []string
			for _, d := range Compare("s", answer(c.want), answer(c.have), rules) {
				parts = append(parts, d.Part)
			}
			if got := strings.Join(parts, " "); got != c.parts {
				t.Errorf("differs in %q, want %q", got, c.parts)
			}
		})
	}
}

func TestCompare_StatusTypeAndLocation(t *testing.T) {
	want := Expected{Case: "c", Status: 500, Type: "application/json", Location: "http://a", Body: "x"}
	have := Expected{Case: "c", Status: 400, Type: "-", Location: "", Body: "y"}
	if d := Compare("s", want, have, nil); len(d) != 4 {
		t.Errorf("%v", d)
	}
	rules, err := ParseRules("s/c | status | or 400 | why\ns/c | type location | any | why\ns/c | body | any | why\ns/d | body | any | why")
	if err != nil {
		t.Fatal(err)
	}
	if d := Compare("s", want, have, rules); len(d) != 0 {
		t.Errorf("%v", d)
	}
	needed, others := rules.Needed()
	if len(needed) != 4 || len(others) != 1 || others[0].Line != 4 {
		t.Errorf("needed %d, others %v", len(needed), others)
	}
}

func TestParseRules_Errors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a | b", "line 1: 2 fields"},
		{"a | body | maybe | why", `line 1: "maybe" is not one of`},
		{"\n# x\na | body | any |", "line 3: a rule needs its reason"},
		{"a | head | any | why", `line 1: part "head"`},
		{"[ | body | any | why", `line 1: case "["`},
	} {
		if _, err := ParseRules(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

func TestGolden_RoundTrip(t *testing.T) {
	g := Golden{
		{Case: "a", Status: 201, Type: "application/json", Location: "http://x", Body: "{\n  \"a\": 1\n}"},
		{Case: "b", Status: 204, Type: "-"},
		{Case: "c", Status: 400, Type: "text/html", Body: "<p>\n\n== no case"},
	}
	back, err := ParseGolden(g.String())
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != len(g) {
		t.Fatalf("%d answers, want %d", len(back), len(g))
	}
	for i := range g {
		if back[i] != g[i] {
			t.Errorf("got  %+v\nwant %+v", back[i], g[i])
		}
	}
	for _, text := range []string{"== a", "== a\nx y", "what"} {
		if _, err := ParseGolden(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestRules_WithoutACase(t *testing.T) {
	rules, err := ParseRules("s/a* | body | any | why\ns/b | body | any | why\nx/a | body | any | why")
	if err != nil {
		t.Fatal(err)
	}
	alone := rules.Without([]Script{{Name: "s", Cases: []Case{{Name: "abc"}}}})
	if len(alone) != 2 || alone[0].Case != "s/b" || alone[1].Case != "x/a" {
		t.Errorf("%v", alone)
	}
}

func TestGolden_WithAndWithout(t *testing.T) {
	base := Golden{{Case: "a", Status: 200, Body: "1"}, {Case: "b", Status: 200, Body: "2"}, {Case: "c", Status: 200, Body: "3"}}
	have := Golden{{Case: "a", Status: 200, Body: "1"}, {Case: "b", Status: 409, Body: "2"}, {Case: "c", Status: 200, Body: "4"}, {Case: "d", Status: 200}}
	rules, err := ParseRules("s/c | body | any | why")
	if err != nil {
		t.Fatal(err)
	}
	other := have.Without("s", base, rules)
	if len(other) != 2 || other[0].Case != "b" || other[1].Case != "d" {
		t.Errorf("differ: %v", other)
	}
	if again := base.With(other); len(again) != 4 || again[1].Status != 409 || again[2].Body != "3" || again[3].Case != "d" || base[1].Status != 200 {
		t.Errorf("together: %v", again)
	}
}
