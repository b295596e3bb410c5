package connectjson
import ("runtime"; "runtime/debug"; "runtime/metrics")
// peakOf returns about how many bytes of the heap are live at once while read runs.
func peakOf(read func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	runtime.GC()
	base := heapBytes()
	done, highest := make(chan struct{}), make(chan uint64)
	go func() {
		peak := base
		for {
			select {
			case <-done:
				highest <- max(peak, heapBytes())
				return
			default:
				peak = max(peak, heapBytes())
				runtime.Gosched()
			}
		}
	}()
	read()
	close(done)
	return <-highest - base
}

// heapBytes is what the collector found alive on the heap when it ran last.
func heapBytes() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
