package primitive_test

import (
	"flag"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/internal/java"
)

// identity is the text of a byte array, an address in Java.
var identity = regexp.MustCompile(`\[B@[0-9a-f]+`)

// sameText compares the texts that bytes encode, addresses aside.
func sameText(v *codectest.Vector) func(want, got []byte) bool {
	name, ok := v.Config["converter.encoding"]
	if !ok {
		name = "UTF-8"
	}
	charset, err := java.CharsetForName(name)
	if err != nil {
		return nil
	}
	text := func(b []byte) string { return identity.ReplaceAllString(string(charset.Append(nil, b)), "[B@") }
	return func(want, got []byte) bool {
		return identity.MatchString(string(charset.Append(nil, want))) && text(want) == text(got)
	}
}

// malformed says that the text of a case has U+FFFD in it: of how many bytes one stands for, the tables
// behind Shift_JIS, EUC-JP and GBK know another answer than Java's.
func malformed(c codectest.Case) bool { return strings.Contains(c.Value.Str(), "\ufffd") }

var rewrite = flag.Bool("rewrite", false, "ask the original for the answers in testdata anew")

func TestAnswersOfTheOriginal(t *testing.T) {
	if *rewrite {
		codectest.Rewrite(t.Context(), t, "testdata/curated.jsonl", "../../e2e/oracle/run.sh")
	}
	set := codec.NewSet(primitive.Classes()...)
	files, err := filepath.Glob("testdata/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"string", "bytes", "number", "header"} {
		files = append(files, "../../fuzz/differential/corpus/"+kind+"/seed.jsonl")
	}
	seen := map[string]int{}
	for _, file := range files {
		for _, v := range codectest.ReadVectors(t, file) {
			class, err := set.Find(v.Class)
			if err != nil {
				continue // of another package
			}
			seen[class.Name] += max(len(v.Cases), 1)
			switch v.Config["converter.encoding"] {
			case "Big5":
				// Not one of ours: refused like any unknown charset.
				v.Setup = &codectest.Failure{Type: "SerializationException", Message: "Unsupported encoding Big5"}
			case "Shift_JIS", "EUC-JP", "GBK":
				v.Cases = slices.DeleteFunc(v.Cases, malformed)
			}
			v.Run(t, class, sameText(&v))
		}
	}
	for _, name := range set.Names() {
		if seen[name] < 50 {
			t.Errorf("%s: %d answers", name, seen[name])
		}
	}
}
