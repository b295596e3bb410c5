package judge

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

func TestKnownDifferences_AreTheDocumentsTable(t *testing.T) {
	text, err := os.ReadFile("../../../docs/compatibility.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, listed []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z0-9-]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		documented = append(documented, m[1])
	}
	for _, k := range KnownDifferences() {
		listed = append(listed, k.Name)
	}
	if !slices.Equal(documented, listed) {
		t.Fatalf("docs/compatibility.md has %q, KnownDifferences has %q", documented, listed)
	}
}

func TestNameOf(t *testing.T) {
	plain := &trial.Trial{Op: trial.FromConnect}
	old := &trial.Trial{Op: trial.Apply, Plugins: []trial.Plugin{{
		Class:  "org.apache.kafka.connect.transforms.ReplaceField$Value",
		Config: []protocol.Pair{{Key: "blacklist", Text: "a"}},
	}}}
	for _, c := range []struct {
		trial *trial.Trial
		d     Difference
		want  string
	}{
		{plain, Difference{Part: "bytes", Want: `"[B@1b2c3d"`, Got: `"[B@0"`}, "object-identity-text"},
		{plain, Difference{Part: "bytes", Want: `"a"`, Got: `"b"`}, ""},
		{old, Difference{Part: "record value value"}, "replacefield-old-names"},
		{plain, Difference{Part: "error type", Want: "StackOverflowError: ", Got: "DataException: nested too deep"}, "deep-nesting"},
		{plain, Difference{Part: "error type", Want: "DataException: ", Got: "StackOverflowError: "}, ""},
		{plain, Difference{Part: "error type", Want: "no error", Got: `ConnectException: regular expression "(a+)+": time limit of 50ms passed`}, "regex-time-limit"},
	} {
		if got := NameOf(c.trial, c.d); got != c.want {
			t.Errorf("NameOf(%v) = %q, want %q", c.d, got, c.want)
		}
	}
}
