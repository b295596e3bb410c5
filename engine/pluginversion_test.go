package engine

import (
	"testing"

	"github.com/millrace/millrace/engine/settings"
)

// Vectors: VersionRange and DefaultArtifactVersion of maven-artifact 3.9.15.
func TestCheckVersion(t *testing.T) {
	for _, c := range []struct{ have, want, err string }{
		{"4.3.1", "", ""},
		{"4.3.1", "latest", ""},
		{"4.3.1", "4.3.1", ""},
		{"4.3.1", " 4.3.1 ", ""},
		{"4.3.1", "[4.3.1]", ""},
		{"4.3.1", "[4.0,5.0)", ""},
		{"5.0", "[4.0,5.0)", "Plugin x not found that matches the version range [4.0,5.0), available versions: [5.0]"},
		{"4.3.1", "(,4.3.1)", "Plugin x not found that matches the version range (,4.3.1), available versions: [4.3.1]"},
		{"4.3.1", "[1.0],[4.3,)", ""},
		{"4.3.0-rc1", "[4.3,)", "Plugin x not found that matches the version range [4.3,), available versions: [4.3.0-rc1]"},
		{"4.3.0", "[4.3]", ""},
		{"4.10", "[4.9,)", ""},
		{"4.3.1", "1.0", "Plugin x not found that matches the version range [1.0,1.0], available versions: [4.3.1]"},
		{"", "1.0", "Plugin x not found that matches the version range [1.0,1.0], available versions: [undefined]"},
		{"1", "[bad", "Unbounded range: [bad"},
		{"1", "(1.0)", "Single version must be surrounded by []: (1.0)"},
		{"1", "[1.0,1.0)", "Range defies version ordering: [1.0,1.0)"},
		{"1", "[2.0,1.0]", "Range defies version ordering: [2.0,1.0]"},
		{"1", "[1,3],[2,4]", "Ranges overlap: [1,3],[2,4]"},
		{"1", "[1],2", "Only fully-qualified sets allowed in multiple set scenario: [1],2"},
	} {
		got := ""
		if err := checkVersion("x", c.have, c.want); err != nil {
			got = err.Error()
		}
		if got != c.err {
			t.Errorf("%q for %q: %q, want %q", c.have, c.want, got, c.err)
		}
	}
}

// Vectors: DefaultArtifactVersion.compareTo.
func TestCompareVersions(t *testing.T) {
	order := []string{"1-alpha", "1-beta", "1-milestone", "1-rc", "1-SNAPSHOT", "1.0", "1-sp", "1-foo", "1.0.1", "1.2", "1.10", "2"}
	for i := range order {
		for k := range order {
			got, want := settings.CompareVersions(order[i], order[k]), i-k
			if (got < 0) != (want < 0) || (got > 0) != (want > 0) {
				t.Errorf("%s against %s: %d", order[i], order[k], got)
			}
		}
	}
}
