package header_test

import (
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/header"
)

func TestAnswersOfTheOriginal(t *testing.T) {
	set := codec.NewSet(header.Classes()...)
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range append(files, "../../fuzz/differential/corpus/header/seed.jsonl") {
		for _, v := range codectest.ReadVectors(t, file) {
			if class, err := set.Find(v.Class); err == nil {
				seen += len(v.Cases)
				v.Run(t, class, nil)
			}
		}
	}
	if seen < 500 {
		t.Errorf("%d answers", seen)
	}
}

func TestClass_ShowsNoConfig(t *testing.T) {
	for _, name := range []string{"SimpleHeaderConverter", "Simple", "org.apache.kafka.connect.storage.SimpleHeaderConverter"} {
		c, err := codec.NewSet(header.Classes()...).Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if c.New != nil || c.NewHeader == nil || len(c.Def.Names()) != 0 || c.Version != "4.3.1" {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// TestLossless: what is read as a value would be written as the same text again.
func TestLossless(t *testing.T) {
	class := header.Classes()[0]
	java, err := class.NewHeader(map[string]string{"millrace.lossless": "false"})
	if err != nil {
		t.Fatal(err)
	}
	lossless, err := class.NewHeader(map[string]string{"millrace.lossless": "true"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text           string
		java, lossless batch.Kind
	}{
		{"1,2", batch.KindInt8, batch.KindString},
		{"007", batch.KindInt8, batch.KindString},
		{"1.10", batch.KindFloat32, batch.KindString},
		{`"a"`, batch.KindString, batch.KindString},
		{"[1, 2]", batch.KindArray, batch.KindString},
		{"7", batch.KindInt8, batch.KindInt8},
		{"1.5", batch.KindFloat32, batch.KindFloat32},
		{"[1,2]", batch.KindArray, batch.KindArray},
		{"true", batch.KindBoolean, batch.KindBoolean},
		{"a,b", batch.KindString, batch.KindString},
	} {
		for _, of := range []struct {
			c    codec.HeaderConverter
			want batch.Kind
		}{{java, c.java}, {lossless, c.lossless}} {
			s, v, err := of.c.ToConnect("t", "h", []byte(c.text))
			if err != nil || s.Kind() != of.want {
				t.Errorf("%s: %s, %v, want %s", c.text, batch.AppendLiteral(nil, s, v), err, of.want)
			}
		}
	}
	if s, v, err := lossless.ToConnect("t", "h", nil); s != nil || !v.IsNull() || err != nil {
		t.Errorf("null: %s, %v", batch.AppendLiteral(nil, s, v), err)
	}
	if _, err := class.NewHeader(map[string]string{"millrace.lossless": "maybe"}); err == nil {
		t.Error("maybe is taken for a boolean")
	}
}

// FuzzLossless: text comes back byte for byte.
func FuzzLossless(f *testing.F) {
	for _, s := range []string{"", "null", "1,2", "[1,300]", `{"a":[true,"x"]}`, "2019-08-23", `["a\"b"]`, "1e3", " 1", "-0.0", "{}", "[]"} {
		f.Add(s)
	}
	c, err := header.Classes()[0].NewHeader(map[string]string{"millrace.lossless": "true"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		s, v, err := c.ToConnect("t", "h", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		out, null, err := c.FromConnect(nil, "t", "h", s, v)
		if null || err != nil || string(out) != text {
			t.Fatalf("%q became %q: null %t, %v", text, out, null, err)
		}
	})
}

// FuzzToConnect: every header has a value, null only for the text null, and a string is written as the
// text that reads as this string.
func FuzzToConnect(f *testing.F) {
	for _, s := range []string{"", "null", "1", "[1,300]", `{"a":[true,"x"]}`, "2019-08-23", "\xff[", `["a\"b"]`, "\xed\xa0\x80"} {
		f.Add([]byte(s))
	}
	class := header.Classes()[0]
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := class.NewHeader(nil)
		if err != nil {
			t.Fatal(err)
		}
		codectest.CheckUse(t, len(raw), func() { _, _, _ = c.ToConnect("t", "h", raw) })
		s, v, err := c.ToConnect("t", "h", raw)
		if err != nil || (s == nil) != v.IsNull() {
			t.Fatalf("%q became %s: %v", raw, batch.AppendLiteral(nil, s, v), err)
		}
		text, null, err := c.FromConnect([]byte{}, "t", "h", s, v)
		if err != nil || null != v.IsNull() {
			t.Fatalf("%s: null %t, %v", batch.AppendLiteral(nil, s, v), null, err)
		}
		if null || s.Kind() != batch.KindString {
			return
		}
		s2, v2, err := c.ToConnect("t", "h", text)
		if err != nil || !s2.Equal(s) || !v2.Equal(v) {
			t.Fatalf("%q became %q, and that %q", raw, v.Str(), v2.Str())
		}
	})
}
