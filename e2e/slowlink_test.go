//go:build faults || soak

package e2e

import (
	"os"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
	"github.com/millrace/millrace/e2e/history"
)

const (
	// slowLines of slowWidth bytes are two hundred times what the link carries in a second.
	slowLines, slowWidth = 200_000, 1000
	slowRate, slowTime   = 1 << 20, 4 * time.Second

	// slowMemoryMax is what a worker may hold meanwhile: a task's 64 MiB, what the collector has not taken back of
	// them, and the program. 100 MiB were measured, for any number of lines.
	slowMemoryMax = 150 << 20
)

// slowLink gives a worker more to do than a link can carry: what waits stays in the file.
func slowLink(t *testing.T, broker *harness.Broker, proxy *harness.Proxy) {
	proxy.Heal()
	s := newSite(t, broker, plain)
	s.boot, s.stream = proxy.Address, history.Stream{Name: harness.Unique(t, "slow"), Width: slowWidth}
	w := s.worker(t, harness.Millrace, "")
	w.StartReady(t)
	proxy.Rate(slowRate)
	s.add(t, slowLines)
	over := time.NewTimer(slowTime)
	defer over.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var peak int64
	for slow := true; slow; {
		select {
		case <-over.C:
			slow = false
		case <-tick.C:
			m, err := harness.MemoryOf(w.PID())
			if err != nil {
				t.Fatal(err)
			}
			peak = max(peak, m.Anonymous)
		}
	}
	if size := s.size(s.pipes[0].out); size > s.lineBytes()*slowLines/2 {
		t.Errorf("%d bytes came out meanwhile: the link was not slow", size)
	}
	proxy.Heal()
	s.waitDone(t, w)
	w.Stop(t)
	s.check(t, 0)
	t.Logf("%d MiB in memory at most", peak>>20)
	limit := int64(slowMemoryMax)
	if os.Getenv("MILLRACE_RACE") == "1" {
		limit *= 4 // the race detector keeps its notes beside all memory
	}
	if peak > limit {
		t.Errorf("%d bytes in memory, at most %d are expected", peak, limit)
	}
}
