//go:build soak

package coordtest

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
)

// soakSeeds is how many histories a long run plays.
const soakSeeds = 2_000_000

func TestSoak_SeedsHold(t *testing.T) {
	// A cluster is small and soon garbage: with the default of 100, a third of the time went into collecting it.
	defer debug.SetGCPercent(debug.SetGCPercent(1600))
	var next atomic.Uint64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for !t.Failed() {
				seed := next.Add(1) - 1
				if seed >= soakSeeds {
					return
				}
				if seed%10_000 == 0 {
					t.Logf("seed %d", seed)
				}
				if c := play(optionsOf(seed)); len(c.Faults()) > 0 {
					t.Errorf("seed %d: %v; TestCluster_SeedsHold tells its history", seed, c.Faults())
				}
			}
		})
	}
	group.Wait()
}
