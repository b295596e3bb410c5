//go:build e2e || soak

package e2e

import (
	"errors"
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

// laneTally is what the runs of some lanes were. Its methods may be called at once.
type laneTally struct {
	mu   sync.Mutex
	rows map[tallyKey]*tallyRow
	cuts map[string]int // that happened, by side and API
}

type tallyKey struct{ side, class, fault string }

// allFaults is the row of all runs.
const allFaults = "all"

// tallyRow is what became of runs with a fault.
type tallyRow struct {
	injected, runs, failed, known, emitted, found, restarts int
	spent                                                   time.Duration
}

func (y *laneTally) cut(l *lane, api string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.cuts == nil {
		y.cuts = map[string]int{}
	}
	y.cuts[string(l.side)+", "+api]++
}

// add counts a run.
func (y *laneTally) add(l *lane, faults []string, run tallyRow) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.rows == nil {
		y.rows = map[tallyKey]*tallyRow{}
	}
	of := func(fault string) *tallyRow {
		key := tallyKey{string(l.side), l.class, fault}
		if y.rows[key] == nil {
			y.rows[key] = &tallyRow{}
		}
		return y.rows[key]
	}
	for _, f := range faults {
		of(f).injected++
		of(allFaults).injected++
	}
	for _, f := range append(slices.Compact(slices.Sorted(slices.Values(faults))), allFaults) {
		row := of(f)
		row.runs, row.failed, row.known = row.runs+1, row.failed+run.failed, row.known+run.known
		row.emitted, row.found, row.restarts, row.spent = row.emitted+run.emitted, row.found+run.found, row.restarts+run.restarts, row.spent+run.spent
	}
}

// log appends the table to faults.md in the cache folder.
func (y *laneTally) log(t *testing.T, title string) {
	t.Helper()
	y.mu.Lock()
	defer y.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s, %s\n\n| workers | guarantee | fault | injected | runs | records made | found | runs with anomalies | with known ones | failed tasks started again | time of a run |\n|---|---|---|---|---|---|---|---|---|---|---|\n", title, time.Now().UTC().Format(time.DateTime))
	for _, key := range slices.SortedFunc(maps.Keys(y.rows), func(a, b tallyKey) int {
		return strings.Compare(a.side+a.class+a.fault, b.side+b.class+b.fault)
	}) {
		r := y.rows[key]
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %d | %d | %d | %d | %d | %d | %v |\n", key.side, key.class, key.fault, r.injected, r.runs, r.emitted, r.found, r.failed, r.known, r.restarts, (r.spent / time.Duration(r.runs)).Round(10*time.Millisecond))
	}
	for _, api := range slices.Sorted(maps.Keys(y.cuts)) {
		fmt.Fprintf(&b, "\n%d cuts happened: %s\n", y.cuts[api], api)
	}
	t.Log(b.String())
	cache, err := harness.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(cache, "faults.md"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString(b.String())
	if err := errors.Join(err, f.Close()); err != nil {
		t.Error(err)
	}
}
