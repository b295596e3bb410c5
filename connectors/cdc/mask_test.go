package cdc

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

func TestMaskings(t *testing.T) {
	all, err := ParseMaskings(map[string]string{
		"column.mask.with.3.chars":                  "public.a.stars,public.a.both",
		"column.truncate.to.2.chars":                "public.a.cut,public.a.both",
		"column.mask.hash.SHA-256.with.salt.pepper": "public.a.hash1",
		"column.mask.hash.v2.SHA-256.with.salt.s.1": "public.a.hash2",
		"table.include.list":                        "public.a",
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := func(s string) string {
		h := sha256.Sum256([]byte(s))
		return hex.EncodeToString(h[:])
	}
	for _, c := range []struct {
		column, text string
		width        int
		want         string
	}{
		{"public.a.stars", "secret", 0, "***"},
		{"public.a.cut", "secret", 0, "se"},
		{"public.a.cut", "s", 0, "s"},
		{"public.a.cut", "x\U0001F600", 0, "x?"},
		{"public.a.both", "secret", 0, "se"},
		{"public.a.hash1", "ab\x00é", 0, sum("pepper\xac\xed\x00\x05t\x00\x06ab\xc0\x80\xc3\xa9")},
		{"public.a.hash2", "abc", 0, sum("s.1abc")},
		{"public.a.hash2", "abc", 10, sum("s.1abc")[:10]},
	} {
		m, err := all.Of(c.column)
		if err != nil || m == nil {
			t.Fatalf("%s: %v, %v", c.column, m, err)
		}
		if got := string(m.Append(nil, []byte(c.text), c.width)); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", c.column, c.text, got, c.want)
		}
	}
	if m, _ := all.Of("public.a.free"); m != nil {
		t.Error("a column that no key names is masked")
	}
	if m, _ := all.Of("public.a.both"); m.Param().Key != "truncateLength" || m.Param().Value != "2" {
		t.Errorf("parameter %v", m.Param())
	}
	for _, bad := range []string{"column.mask.with.x.chars", "column.truncate.to.1", "column.mask.hash.CRC.with.salt.x", "column.mask.hash.MD5"} {
		if _, err := ParseMaskings(map[string]string{bad: "a"}); err == nil {
			t.Errorf("%s passes", bad)
		}
	}
}
