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
		{plain, Difference{Part: "bytes", Want: `"{a=[B@1b2c3d}"`, Got: `"{a=[B@0}"`}, "object-identity-text"},
		{plain, Difference{Part: "bytes", Want: `"{a=[B@1b2c3d}"`, Got: `"{b=[B@0}"`}, ""},
		{plain, Difference{Part: "bytes", Want: `"\xfe\xff\x00[\x00B\x00@\x003"`, Got: `"\xfe\xff\x00[\x00B\x00@\x005"`}, "object-identity-text"},
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

func TestSameNumbers(t *testing.T) {
	for _, c := range []struct {
		want, got string
		same      bool
	}{
		{`{"a":8.41E21}`, `{"a":8.409999999999999E21}`, true},
		{`2.671409E9`, `2.6714089E9`, true},
		{`1.5`, `1.6`, false},
		{`{"a":1.5}`, `{"b":1.5}`, false},
	} {
		if got := SameNumbers(Difference{Want: c.want, Got: c.got}); got != c.same {
			t.Errorf("%s and %s: %v, want %v", c.want, c.got, got, c.same)
		}
	}
}
