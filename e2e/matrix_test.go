//go:build soak

package e2e

import (
	"flag"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

var (
	matrixSides = flag.String("matrix.sides", "millrace,java", "whose workers TestFaultMatrix disturbs, separated by commas: millrace, java")
	matrixRows  = flag.String("matrix.rows", "", "regular expression of the faults; all when empty")
	matrixSeed  = flag.Uint64("matrix.seed", 1, "first seed of TestFaultMatrix")
)

// matrixTimes is how often a row injects its fault.
const matrixTimes = 3

// TestFaultMatrix injects each fault of the lanes three times in a run of its own, at least once and exactly once, and has
// every run checked by millrace verify.
func TestFaultMatrix(t *testing.T) {
	rows, err := regexp.Compile(*matrixRows)
	if err != nil {
		t.Fatal(err)
	}
	tally := newLaneTally(t, *ledger)
	classes := []string{"alo", "eos"}
	for side := range strings.SplitSeq(*matrixSides, ",") {
		brokers := startLaneBrokers(t, *laneNodes, len(classes), "the fault matrix")
		worker := counterWorker(t, harness.Side(side))
		var lanes sync.WaitGroup
		for i, class := range classes {
			l := newLane(t, class, class, harness.Side(side), worker, brokers, brokers.Links[i*laneWorkers:(i+1)*laneWorkers], tally)
			lanes.Go(func() {
				for n, f := range laneFaults {
					if !rows.MatchString(f.name) || f.name == brokerRestarted && !brokers.restartable() {
						continue
					}
					t.Run(fmt.Sprint(side, " ", class, " ", f.name), func(t *testing.T) {
						l.run(t, "TestFaultMatrix", *matrixSeed+uint64(n), matrixTimes, func(*laneRun) laneFault { return f })
					})
				}
			})
		}
		lanes.Wait()
	}
	tally.log(t)
}
