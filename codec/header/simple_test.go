package header_test

import (
	"path/filepath"
	"testing"

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

func TestClass_IsAHeaderConverterWithoutConfig(t *testing.T) {
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
