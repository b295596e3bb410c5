package cdc

import (
	"slices"
	"testing"
)

func TestLists_Match(t *testing.T) {
	for _, c := range []struct {
		include, exclude, name string
		want                   bool
	}{
		{"", "", "public.a", true},
		{"public.a,public.b", "", "public.a", true},
		{"public.a,public.b", "", "PUBLIC.B", true},
		{"public.a", "", "public.ab", false},
		{"public\\.(a|b)", "", "public.b", true},
		{"", "public.a", "public.a", false},
		{"", "public.a", "public.b", true},
		{"x{1\\,2}", "", "xx", true},
	} {
		l, err := ParseLists("i", c.include, "e", c.exclude)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := l.Match(c.name); got != c.want || err != nil {
			t.Errorf("include %q, exclude %q: %q is %v, %v", c.include, c.exclude, c.name, got, err)
		}
	}
	if _, err := ParseLists("table.include.list", "a(", "e", ""); err == nil {
		t.Error("a broken expression passes")
	}
}

func TestKeyColumns(t *testing.T) {
	k, err := ParseKeyColumns("message.key.columns", "public.a:y,x;(.*).b:z")
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string][]int{"public.a": {1, 0}, "other.b": {2}, "public.c": nil} {
		if got, err := k.Of(table, []string{"x", "y", "z"}); !slices.Equal(got, want) || err != nil {
			t.Errorf("%s: %v, %v, want %v", table, got, err, want)
		}
	}
	for _, bad := range []string{"public.a", "public.a:", "public.a: x"} {
		if _, err := ParseKeyColumns("message.key.columns", bad); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}
