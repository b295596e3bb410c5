//go:build differential || soak

package differential_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/hunt"
	"github.com/millrace/millrace/fuzz/differential/peer"
)

var (
	cases    = flag.Int("cases", 1_000_000, "cases for each kind and direction, unless the test has a number of its own")
	seed     = flag.Uint64("seed", 0, "seed of the generators; 0 leaves it to the test")
	patience = flag.Duration("patience", time.Minute, "longest wait for the answers to one trial")
)

// compare puts generated cases of the given kinds, comma-separated, to the original classes and to the built program, and fails t
// where they differ. What differs is shrunk and kept in the corpus. ofKind are numbers of cases in place of the flag's, a limit of 0
// is none, the seed is what the flag does not say.
func compare(t *testing.T, kinds string, ofKind map[string]int, limit time.Duration, unlessGiven uint64) {
	t.Helper()
	root := filepath.Join("..", "..")
	oracle, err := filepath.Abs(filepath.Join(root, "e2e", "oracle", "run.sh"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := filepath.Abs(filepath.Join(root, "bin", "millrace"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("%v: make build comes first", err)
	}
	about, err := exec.CommandContext(t.Context(), oracle, "--about").Output()
	if err != nil {
		t.Fatalf("the oracle does not start: %v", err)
	}
	if *seed == 0 {
		*seed = unlessGiven
	}
	t.Logf("seed %d; original: %s", *seed, strings.TrimSpace(string(about)))
	flows, err := generate.Flows(strings.Split(kinds, ",")...)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	schemas := codectest.NewSchemas()
	defer schemas.Close()
	h := hunt.New(hunt.Options{
		NumericText: oldJDK(string(about)),
		Dial:        func() (*peer.Pair, error) { return dial(oracle, program+" conformance", schemas.URL) },
		Flows:       flows, Cases: *cases, OfKind: ofKind, Time: limit, Seed: *seed, Corpus: "corpus", FindingMax: 20, Log: &log,
	})
	err = h.Run()
	h.Summary(&log)
	t.Log(log.String())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(h.Findings); n > 0 {
		t.Fatalf("%d kinds of difference", n)
	}
	for _, tally := range h.Tallies {
		if tally.Cases == 0 || limit == 0 && tally.Cases < h.CasesOf(tally.Flow) {
			t.Errorf("%s: %d cases were compared", tally.Flow, tally.Cases)
		}
	}
}

// dial starts both sides; requests that name a schema registry reach the one at that URL.
func dial(oracle, subject, schemas string) (*peer.Pair, error) {
	o, err := peer.Start("oracle", oracle)
	if err != nil {
		return nil, err
	}
	s, err := peer.Start("subject", subject)
	if err != nil {
		o.Kill()
		return nil, err
	}
	o.Replace(codectest.SchemasURL, schemas)
	s.Replace(codectest.SchemasURL, schemas)
	return &peer.Pair{Oracle: o, Subject: s, Patience: *patience}, nil
}

// oldJDK reports whether the oracle's JDK prints doubles in another way than JDK 19 and newer.
func oldJDK(about string) bool {
	for v := 8; v < 19; v++ {
		if strings.Contains(about, fmt.Sprintf(`"jdk":"%d`, v)) {
			return true
		}
	}
	return false
}
