package cmd

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// growthMin is how much the heap may always grow between two collections: fewer bytes would cost more in
// collections than they save.
const growthMin = 16 << 20

// paceCollector lets the heap grow between two collections by as much as the collector has to look at, unless GOGC
// says what it may do. Most of a busy worker's heap are slabs, which have no pointers: they cost a collection nothing, and
// with Go's own pace their bytes would be there twice.
func paceCollector() {
	if os.Getenv("GOGC") != "" {
		return
	}
	newPace().await()
}

// pace is set anew after each collection. It belongs to the goroutine that runs finalizers.
type pace struct {
	percent int
	live    []metrics.Sample // what the last collection left, and what it has to look at
}

func newPace() *pace {
	return &pace{percent: 100, live: []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/heap:bytes"}}}
}

// await adjusts the pace after the next collection, and so on: the object that it waits for is garbage at once. It has a
// pointer, as small objects without one share their place with others.
func (p *pace) await() {
	runtime.SetFinalizer(&struct{ p *pace }{p}, func(*struct{ p *pace }) {
		p.adjust()
		p.await()
	})
}

func (p *pace) adjust() {
	metrics.Read(p.live)
	percent := growth(p.live[0].Value.Uint64(), p.live[1].Value.Uint64())
	if d := percent - p.percent; d*d*64 > p.percent*p.percent { // by more than an eighth: it stops the world for a moment
		p.percent = percent
		debug.SetGCPercent(percent)
	}
}

// growth is how much the heap may grow beyond what is live, in percent of that; never more than Go's default.
func growth(live, scanned uint64) int {
	return int(min(100, max(1, 100*max(scanned, growthMin)/max(live, 1))))
}
