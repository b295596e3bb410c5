//go:build e2e || soak

package e2e

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// crashMax is how long a process may take to come to the point at which it is to die.
const crashMax = 60 * time.Second

// crashPoint is a point of package internal/crash at which a program that is built with the tag crashpoints dies.
type crashPoint struct {
	name string
	nth  int // passage, from 1 on
}

// env makes a process die there.
func (p crashPoint) env() string { return fmt.Sprintf("MILLRACE_CRASH=%s:%d", p.name, p.nth) }

// String names a test.
func (p crashPoint) String() string { return fmt.Sprintf("%s %d", p.name, p.nth) }

// await waits until a process has died there, and lets provoke bring it there again and again; nil is nothing. A point
// that is never passed fails t.
func (p crashPoint) await(t *testing.T, of *harness.Process, provoke func()) {
	t.Helper()
	limit := time.NewTimer(crashMax)
	defer limit.Stop()
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-of.Ended():
			if of.End() != "signal killed" {
				t.Fatalf("%s: it ended with %s:\n%s", p, of.End(), of.Tail(40))
			}
			return
		case <-limit.C:
			t.Fatalf("%s is never passed:\n%s", p, of.Tail(40))
		case <-tick.C:
			if provoke != nil {
				provoke()
			}
		}
	}
}

// crashWorker is counterWorker, built to die where it is told to.
func crashWorker(t *testing.T) harness.WorkerConfig {
	t.Helper()
	program := filepath.Join(t.TempDir(), "counter-connect")
	goTool(t, copyModule(t, counterModule), "build", "-tags", "crashpoints", "-o", program, "./cmd/counter-connect")
	return harness.WorkerConfig{Program: program}
}

// TestCrash kills the program at points in turn: workers while sources count and sinks write, replays of dead letters, and
// a registry. Each starts again, and millrace verify finds that nothing is lost, and nothing again but from what was
// committed; exactly once, nothing again at all.
func TestCrash(t *testing.T) {
	t.Parallel() // workers wait more than they work
	try := tryCrash()
	of := func(list []crashPoint) []crashPoint {
		return slices.DeleteFunc(slices.Clone(list), func(p crashPoint) bool { return !try(p) })
	}
	ofLanes := func(list []laneCrash) []laneCrash {
		return slices.DeleteFunc(slices.Clone(list), func(c laneCrash) bool { return !try(c.crashPoint) })
	}
	worker := crashWorker(t)
	broker := suite.SharedBroker(t, "that the program may die at every step")
	crashSinks(t, broker, worker, of(sinkCrashes), of(replayCrashes), of(sinkReplayCrashes))
	crashFiles(t, broker, worker, of(fileCrashes))
	crashJournals(t, worker.Program, of(journalCrashes))
	crashLanes(t, worker, ofLanes(laneCrashes), ofLanes(firstCrashes))
}

// TestCrashPoints_AllAreTried reads the list of the program: each point has a test that kills the program there.
func TestCrashPoints_AllAreTried(t *testing.T) {
	root, err := harness.Root()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "internal", "crash", "points.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.ValueSpec)
		if !ok || len(s.Values) != 1 {
			return true
		}
		if lit, ok := s.Values[0].(*ast.BasicLit); ok {
			name, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			listed = append(listed, name)
		}
		return false
	})
	var tried []string
	for _, c := range slices.Concat(laneCrashes, firstCrashes) {
		tried = append(tried, c.name)
	}
	for _, p := range slices.Concat(sinkCrashes, replayCrashes, sinkReplayCrashes, fileCrashes, journalCrashes) {
		tried = append(tried, p.name)
	}
	slices.Sort(listed)
	slices.Sort(tried)
	if tried = slices.Compact(tried); !slices.Equal(listed, tried) {
		t.Errorf("points are\n%q, those that are tried\n%q", listed, tried)
	}
}
