package jsonpath

import (
	"fmt"
	"testing"
)

func TestPath_Reads(t *testing.T) {
	for path, want := range map[string]string{
		"$":                        "[[]]",
		"$.a":                      "[[a]]",
		"$['a'].b[0].c":            "[[a b]]",
		"$.a.length()":             "[[a]]",
		"$.a..b":                   "[[a]]",
		"$.*":                      "[[]]",
		"$..a":                     "[[]]",
		"$['a','b']":               "[[]]",
		"$[?(@.a == 1)]":           "[[a]]",
		"$[?(@.a.b && !(@.c))]":    "[[a b] [c]]",
		"$[?(@.a == @.b[1])]":      "[[a] [b]]",
		"$[?(@.a == $.b)]":         "[[]]",
		"$[?(@ == 1)]":             "[[]]",
		"$.a[?(@.b == 1)].c":       "[[a]]",
		"$.a[?(@.b == $.c)]":       "[[]]",
		"$.a[?(@.b[?(@ == $.c)])]": "[[]]",
	} {
		p, err := Compile(path)
		if err != nil {
			t.Fatal(path, err)
		}
		if got := fmt.Sprint(p.Reads()); got != want {
			t.Errorf("%s reads %s, want %s", path, got, want)
		}
	}
}
