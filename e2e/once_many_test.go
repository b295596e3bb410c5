//go:build soak

package e2e

import (
	"flag"

	"github.com/millrace/millrace/e2e/harness"
)

var (
	onceSeeds = flag.Int("once.seeds", 500, "runs of TestExactlyOnceFaults; 0 writes the tables of the ledger")
	onceFirst = flag.Uint64("once.first", 1, "its first seed")
	onceLanes = flag.Int("once.lanes", 4, "its clusters")
	laneNodes = flag.Int("lane.brokers", 3, "brokers of TestExactlyOnceFaults and TestFaultMatrix; one alone is never restarted")
	ledger    = flag.String("lane.ledger", "", "file of the results of both, with which they go on: what it has is not run again")
	onceSide  = flag.String("once.side", string(harness.Millrace), "whose workers it disturbs: millrace or java")
)

func onceRuns() onceSize {
	return onceSize{side: harness.Side(*onceSide), first: *onceFirst, seeds: *onceSeeds, lanes: *onceLanes, brokers: *laneNodes, ledger: *ledger}
}
