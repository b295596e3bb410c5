//go:build e2e || soak

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// laneKey tells a run from others.
type laneKey struct {
	Test    string `json:"test"`
	Side    string `json:"side"`
	Class   string `json:"class"`
	Brokers int    `json:"brokers"`
	Seed    uint64 `json:"seed"`
}

// laneResult is what became of a run.
type laneResult struct {
	laneKey
	Commit    string   `json:"commit"`
	Faults    []string `json:"faults"`
	Cuts      []string `json:"cuts,omitempty"` // the requests that were cut
	Emitted   int      `json:"emitted"`
	Found     int      `json:"found"`
	Restarts  int      `json:"restarts,omitempty"`  // of failed tasks
	Anomalies []string `json:"anomalies,omitempty"` // that millrace verify names
	Known     bool     `json:"known,omitempty"`     // all of them are what the faults may leave behind
	BrokeOff  bool     `json:"broke_off,omitempty"` // it did not come to its end
	Seconds   float64  `json:"seconds"`
}

// laneTally is what the runs of some lanes were, those of earlier processes among them. Its methods may be called at once.
type laneTally struct {
	commit string

	mu      sync.Mutex
	file    *os.File // a line for each result; nil keeps none
	results map[laneKey]laneResult
}

// newLaneTally goes on with the results in a file, which holds every run that comes to an end as soon as it does; "" is
// none. What a process that was ended had begun to write there is passed over.
func newLaneTally(t *testing.T, path string) *laneTally {
	t.Helper()
	y := &laneTally{commit: commit(t), results: map[laneKey]laneResult{}}
	if path == "" {
		return y
	}
	var err error
	if y.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := y.file.Close(); err != nil {
			t.Error(err)
		}
	})
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var r laneResult
		if json.Unmarshal([]byte(line), &r) == nil {
			y.results[r.laneKey] = r
		}
	}
	return y
}

// has reports whether a run need not be made again.
func (y *laneTally) has(key laneKey) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	r, ok := y.results[key]
	return ok && !r.BrokeOff
}

// add counts a run.
func (y *laneTally) add(t *testing.T, r laneResult) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	r.Commit = y.commit
	y.results[r.laneKey] = r
	if y.file == nil {
		return
	}
	line, err := json.Marshal(r)
	if err == nil {
		_, err = y.file.Write(append(line, '\n'))
	}
	if err != nil {
		t.Error(err)
	}
}

// log writes the tables of all results to the log, and to faults.md in the cache folder.
func (y *laneTally) log(t *testing.T) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	text := faultTables(slices.Collect(maps.Values(y.results)))
	t.Log(text)
	cache, err := harness.CacheDir()
	if err == nil {
		err = os.WriteFile(filepath.Join(cache, "faults.md"), []byte(text), 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

// faultTables is a table for each test, guarantee and number of brokers, with a row for each fault and side.
func faultTables(results []laneResult) string {
	type table struct {
		test, class string
		brokers     int
	}
	tables := map[table][]laneResult{}
	for _, r := range results {
		of := table{r.Test, r.Class, r.Brokers}
		tables[of] = append(tables[of], r)
	}
	var b strings.Builder
	for _, of := range slices.SortedFunc(maps.Keys(tables), func(a, b table) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	}) {
		fmt.Fprintf(&b, "## `%s`, %s, %s\n\n", of.test, guarantees[of.class], brokersText(of.brokers))
		faultTable(&b, tables[of])
		b.WriteByte('\n')
	}
	return b.String()
}

var guarantees = map[string]string{"alo": "at least once", "eos": "exactly once"}

func brokersText(n int) string {
	if n == 1 {
		return "one broker"
	}
	return fmt.Sprintf("%d brokers", n)
}

// allFaults is the row of all runs; it sorts before any fault.
const allFaults = "all"

// faultRow is what became of runs with a fault.
type faultRow struct {
	injected, runs, anomalous, known, brokeOff, emitted, found, restarts int
	seconds                                                              float64
}

func (f *faultRow) add(r laneResult, injected int) {
	f.injected, f.runs = f.injected+injected, f.runs+1
	f.anomalous += count(len(r.Anomalies) > 0 && !r.Known)
	f.known, f.brokeOff = f.known+count(r.Known), f.brokeOff+count(r.BrokeOff)
	f.emitted, f.found, f.restarts, f.seconds = f.emitted+r.Emitted, f.found+r.Found, f.restarts+r.Restarts, f.seconds+r.Seconds
}

func faultTable(b *strings.Builder, results []laneResult) {
	type rowKey struct{ fault, side string }
	rows, cuts := map[rowKey]*faultRow{}, map[string]int{}
	seeds, commits := map[string][]uint64{}, map[string][]string{}
	for _, r := range results {
		injected := map[string]int{allFaults: len(r.Faults)}
		for _, f := range r.Faults {
			injected[f]++
		}
		for f, n := range injected {
			key := rowKey{f, r.Side}
			if rows[key] == nil {
				rows[key] = &faultRow{}
			}
			rows[key].add(r, n)
		}
		for _, api := range r.Cuts {
			cuts[r.Side+": "+api]++
		}
		seeds[r.Side] = append(seeds[r.Side], r.Seed)
		commits[r.Side] = append(commits[r.Side], r.Commit)
	}
	for _, side := range slices.Sorted(maps.Keys(seeds)) {
		fmt.Fprintf(b, "%s: seeds %d to %d, %d runs, at %s.\n", side, slices.Min(seeds[side]), slices.Max(seeds[side]), len(seeds[side]),
			strings.Join(slices.Compact(slices.Sorted(slices.Values(commits[side]))), ", "))
	}
	b.WriteString("\n| fault | workers | injected | runs | records made | found | runs with anomalies | with known ones | broken off | failed tasks started again | time of a run |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, key := range slices.SortedFunc(maps.Keys(rows), func(a, b rowKey) int {
		return strings.Compare(a.fault+"\x00"+b.side, b.fault+"\x00"+a.side) // ours before Java's
	}) {
		r := rows[key]
		spent := time.Duration(r.seconds / float64(r.runs) * float64(time.Second)).Round(100 * time.Millisecond)
		fmt.Fprintf(b, "| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d | %v |\n", key.fault, key.side, r.injected, r.runs, r.emitted, r.found, r.anomalous, r.known, r.brokeOff, r.restarts, spent)
	}
	for _, r := range slices.SortedFunc(slices.Values(results), func(a, b laneResult) int { return strings.Compare(fmt.Sprint(a.laneKey), fmt.Sprint(b.laneKey)) }) {
		if len(r.Anomalies) > 0 && !r.Known {
			fmt.Fprintf(b, "\n%s, seed %d: %s (%s).\n", r.Side, r.Seed, strings.Join(r.Anomalies, ", "), strings.Join(r.Faults, ", "))
		}
	}
	if len(cuts) > 0 {
		var parts []string
		for _, what := range slices.Sorted(maps.Keys(cuts)) {
			parts = append(parts, fmt.Sprintf("%s %d", what, cuts[what]))
		}
		fmt.Fprintf(b, "\nCuts that happened: %s.\n", strings.Join(parts, ", "))
	}
}
