//go:build soak

package coordtest

import (
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	soakSeeds = flag.Uint64("cluster.seeds", 2_000_000, "histories that TestSoak_SeedsHold plays")
	soakFirst = flag.Uint64("cluster.first", 0, "seed of the first of them")
)

// What bounds a long run. One history holds less than a mebibyte and takes milliseconds.
const (
	soakMemory = 1 << 30 // bytes, of which most is garbage
	soakHeld   = 64 << 20
	soakMax    = 5 * time.Minute // of a history, on a machine that does other things too
	soakTell   = 10_000          // seeds between two lines that say where it is
)

func TestSoak_SeedsHold(t *testing.T) {
	// A cluster is small and soon garbage: with the default of 100, a third of the time went into collecting it.
	defer debug.SetGCPercent(debug.SetGCPercent(1600))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(soakMemory))
	var next, over atomic.Uint64
	next.Store(*soakFirst)
	began := time.Now()
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for !t.Failed() {
				seed := next.Add(1) - 1
				if seed >= *soakFirst+*soakSeeds {
					return
				}
				if c := playWithin(seed, soakMax); len(c.Faults()) > 0 {
					t.Errorf("seed %d: %v; TestCluster_SeedsHold tells its history", seed, c.Faults())
				}
				if n := over.Add(1); n%soakTell == 0 {
					if held := heldNow(); held > soakHeld {
						t.Errorf("seed %d: %d histories have left %d MiB behind", seed, n, held>>20)
					} else {
						t.Logf("seed %d: %d histories, %.0f a second, %d KiB held, %d goroutines", seed, n, float64(n)/time.Since(began).Seconds(), held>>10, runtime.NumGoroutine())
					}
				}
			}
		})
	}
	group.Wait()
	t.Logf("%d histories from seed %d on in %v", over.Load(), *soakFirst, time.Since(began).Round(time.Second))
}

// playWithin plays a seed. A history that does not end ends the run, for it may be in the middle of a step.
func playWithin(seed uint64, most time.Duration) *Cluster {
	defer time.AfterFunc(most, func() { panic(fmt.Sprintf("seed %d has no end within %v", seed, most)) }).Stop()
	return play(optionsOf(seed))
}

// heldNow is the memory that is in use, in bytes.
func heldNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
