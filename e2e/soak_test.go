//go:build soak

package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

var (
	soakFor  = flag.Duration("soak.for", time.Hour, "start rounds for this long")
	soakSeed = flag.Uint64("soak.seed", 0, "order of faults; 0 takes the time")
)

// soakFaults is how many faults a round has at most.
const soakFaults = 6

// TestSoak does random faults in random order, round after round: each has topics, files and a worker of its own, and
// every line of it is checked at its end. The row for docs/verification.md is logged and appended to soak.md in the
// cache folder.
func TestSoak(t *testing.T) {
	broker, proxy := suite.StartProxied(t, "that hours of faults lose nothing")
	seed := *soakSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	began, rounds, lines := time.Now(), 0, 0
	done := map[string]int{}
	for ; time.Since(began) < *soakFor && !t.Failed(); rounds++ {
		random := rand.New(rand.NewPCG(seed, uint64(rounds)))
		t.Run(fmt.Sprintf("round %d", rounds), func(t *testing.T) {
			where := faults[random.IntN(len(faults))] // decides which pipes there are and what is on the small disk
			r := newRig(t, broker, proxy, random, where)
			for range 1 + random.IntN(soakFaults) {
				f := faults[random.IntN(len(faults))]
				if f.disk != "" && f.disk != where.disk {
					continue
				}
				t.Logf("%v %s", time.Since(began).Round(time.Second), f.name)
				f.inject(t, r)
				done[f.name]++
			}
			r.finish(t)
			lines += r.lines
			for _, p := range r.pipes {
				r.kafka.DeleteTopic(p.topic)
			}
		})
	}
	row := soakRow(t, began, seed, rounds, lines, done)
	t.Log(row)
	cache, err := harness.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(cache, "soak.md"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(f, row); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// soakRow is the row for docs/verification.md.
func soakRow(t *testing.T, began time.Time, seed uint64, rounds, lines int, done map[string]int) string {
	t.Helper()
	result := fmt.Sprintf("nothing lost, reordered or corrupt: %d lines in %d rounds", lines, rounds)
	if t.Failed() {
		result = fmt.Sprintf("FAILED in round %d", rounds-1)
	}
	var counts []string
	for _, f := range faults {
		if n := done[f.name]; n > 0 {
			counts = append(counts, fmt.Sprintf("%s %d", f.name, n))
		}
	}
	return fmt.Sprintf("| %s | %s | `make soak SOAK='-soak.for=%v -soak.seed=%d'` | %d | %d cores, %s/%s, broker on the same machine | %v | %s; %s |",
		began.UTC().Format(time.DateOnly), commit(t), *soakFor, seed, seed, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
		time.Since(began).Round(time.Second), result, strings.Join(counts, ", "))
}
