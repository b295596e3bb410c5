//go:build e2e || soak

package e2e

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// onceSize says how much TestExactlyOnceFaults does.
type onceSize struct {
	side     harness.Side
	first    uint64 // seed
	seeds    int
	lanes    int  // clusters that work through the seeds
	restarts bool // of the broker, which all lanes share
}

// counterModule has a source that tells what it makes, and its twin in Java.
const counterModule = "testdata/counter"

// onceWorkers is how many workers a cluster has.
const onceWorkers = 2

// TestExactlyOnceFaults lets exactly-once sources write into a topic while workers are killed, frozen and replaced,
// connections cut inside of requests and answers, tasks reconfigured and the broker restarted, as the seed says. millrace
// verify then finds every number once and in order, whole transactions, and offsets that agree with them.
func TestExactlyOnceFaults(t *testing.T) {
	t.Parallel() // clusters wait more than they work
	size := onceRuns()
	// A killed producer's transaction need not be waited for; a busy machine must not be taken for a dead broker.
	broker, proxies := suite.StartProxiedEach(t, size.lanes*onceWorkers, harness.Properties{
		"transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
		"broker.session.timeout.ms":                                   "18000",
	}, "that sources deliver exactly once under faults")
	worker := onceWorker(t, size.side)
	tally := &onceTally{side: size.side, injected: map[string]int{}, records: map[string]int{}}
	shared := &onceBroker{Broker: broker, restarts: size.restarts}
	var seeds atomic.Int64
	var lanes sync.WaitGroup
	for i := range size.lanes {
		lane := newOnceLane(t, i, size.side, worker, shared, proxies[i*onceWorkers:(i+1)*onceWorkers], tally)
		lanes.Go(func() {
			for n := seeds.Add(1) - 1; n < int64(size.seeds); n = seeds.Add(1) - 1 {
				seed := size.first + uint64(n)
				t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { lane.run(t, seed, rand.New(rand.NewPCG(seed, 0))) })
			}
		})
	}
	lanes.Wait()
	tally.log(t)
}

// onceWorker returns what a worker with the counting source needs.
func onceWorker(t *testing.T, side harness.Side) harness.WorkerConfig {
	t.Helper()
	if side == harness.Java {
		return harness.WorkerConfig{ClassPath: javaTwins(t, counterModule), Heap: "256m"}
	}
	program := filepath.Join(t.TempDir(), "counter-connect")
	goTool(t, copyModule(t, counterModule), "build", "-o", program, "./cmd/counter-connect")
	return harness.WorkerConfig{Program: program}
}
