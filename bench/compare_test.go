//go:build bench

package bench

import (
	"flag"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

var (
	rounds = flag.Int("rounds", 3, "how often each case is measured A-B-B-A: two samples a side each time")
	times  = flag.Int("times", 5, "how many times as many records ours moves in a pass")
	only   = flag.String("only", "", "run only cases whose name matches this regular expression")
)

// TestCompare measures everything on both sides in turn, prints the table, and adds the results to a file.
func TestCompare(t *testing.T) {
	r := newReport(t)
	inProcess(t, r)
	peersInProcess(t, r)
	newLab(t, "whole workers").workerRuns(t, r)
	captureCases(t, r)
}

func wanted(name string) bool { return regexp.MustCompile(*only).MatchString(name) }

// javaVersion is the version of the Java that workers run on.
func javaVersion(t *testing.T) string {
	t.Helper()
	java, err := harness.FindJava(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), java, "-version").CombinedOutput()
	if err != nil {
		t.Fatalf("%s -version: %v", java, err)
	}
	if _, rest, ok := strings.Cut(string(out), `"`); ok {
		version, _, _ := strings.Cut(rest, `"`)
		return version
	}
	return strings.TrimSpace(string(out))
}
