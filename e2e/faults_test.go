//go:build faults

package e2e

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestFaults disturbs the worker, the broker and what is between them while lines flow, and checks each time that
// every line came out, in its order.
func TestFaults(t *testing.T) {
	broker, proxy := suite.StartProxied(t, "that faults lose nothing")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for i, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			r := newRig(t, broker, proxy, rand.New(rand.NewPCG(seed, uint64(i))), f)
			for range f.times {
				f.inject(t, r)
			}
			r.finish(t)
		})
	}
	t.Run("slow-link", func(t *testing.T) { slowLink(t, broker, proxy) })
}
