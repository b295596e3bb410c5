//go:build e2e || soak

package e2e

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// onceSize says how much TestExactlyOnceFaults does.
type onceSize struct {
	side    harness.Side
	first   uint64 // seed
	seeds   int
	lanes   int    // clusters that work through the seeds
	brokers int    // which all lanes share
	ledger  string // a file that has the results, "" is none
}

// counterModule has a source that tells what it makes, and its twin in Java.
const counterModule = "testdata/counter"

// TestExactlyOnceFaults lets exactly-once sources write into a topic while workers are killed, frozen and replaced,
// connections cut inside of requests and answers, tasks reconfigured and the broker restarted, as the seed says. millrace
// verify then finds every number once and in order, whole transactions, and offsets that agree with them.
func TestExactlyOnceFaults(t *testing.T) {
	t.Parallel() // clusters wait more than they work
	size := onceRuns()
	tally := newLaneTally(t, size.ledger)
	defer tally.log(t)
	if size.seeds == 0 {
		return // the tables of what the ledger has
	}
	brokers := startLaneBrokers(t, size.brokers, size.lanes, "that sources deliver exactly once under faults")
	worker := counterWorker(t, size.side)
	var seeds atomic.Int64
	var lanes sync.WaitGroup
	for i := range size.lanes {
		l := newLane(t, fmt.Sprint("lane", i), "eos", size.side, worker, brokers, brokers.Links[i*laneWorkers:(i+1)*laneWorkers], tally)
		lanes.Go(func() {
			for n := seeds.Add(1) - 1; n < int64(size.seeds); n = seeds.Add(1) - 1 {
				seed := size.first + uint64(n)
				t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { l.run(t, "TestExactlyOnceFaults", seed, 0, (*laneRun).pick) })
			}
		})
	}
	lanes.Wait()
}

// counterWorker returns what a worker with the counting source needs.
func counterWorker(t *testing.T, side harness.Side) harness.WorkerConfig {
	t.Helper()
	if side == harness.Java {
		return harness.WorkerConfig{ClassPath: javaTwins(t, counterModule), Heap: "256m"}
	}
	program := filepath.Join(t.TempDir(), "counter-connect")
	goTool(t, copyModule(t, counterModule), "build", "-o", program, "./cmd/counter-connect")
	return harness.WorkerConfig{Program: program}
}
