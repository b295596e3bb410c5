package cmd

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestGrowth(t *testing.T) {
	const mb = 1 << 20
	for name, c := range map[string]struct {
		live, scanned uint64
		want          int
	}{
		"nothing yet":            {0, 0, 100},
		"an idle worker":         {4 * mb, 2 * mb, 100},
		"slabs of one task":      {64 * mb, 8 * mb, 25},
		"slabs of many tasks":    {4000 * mb, 80 * mb, 2},
		"nothing but slabs":      {4000 * mb, 0, 1},
		"objects of connectors":  {1000 * mb, 900 * mb, 90},
		"more to scan than live": {1000 * mb, 1200 * mb, 100},
	} {
		if n := growth(c.live, c.scanned); n != c.want {
			t.Errorf("%s: %d %%, want %d", name, n, c.want)
		}
	}
}

// TestPaceCollector has many slabs live, beyond which the heap may grow but a little.
func TestPaceCollector(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	slabs := make([][]byte, 128)
	for i := range slabs {
		slabs[i] = make([]byte, 1<<20)
	}
	p := newPace()
	runtime.GC()
	p.adjust()
	if p.percent > 30 {
		t.Errorf("128 MiB of slabs: the heap may grow by %d %%", p.percent)
	}
	if now := debug.SetGCPercent(100); now != p.percent {
		t.Errorf("Go has %d %%, not %d", now, p.percent)
	}
	runtime.KeepAlive(slabs)
}
