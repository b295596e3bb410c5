package codectest

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// What reading any bytes may take at most: as many times their size and a mebibyte of memory.
const (
	memoryFactor = 16
	memoryFree   = 1 << 20
)

// CheckBounds reads rows with a new decoder of conv, and fails t where that takes more memory than rows of any content may.
//
// What is allocated in all bounds the memory from above; only where that is too much, the peak is measured.
func CheckBounds(t TB, conv codec.Converter, rows Rows) {
	t.Helper()
	raw := batch.NewPool(mem.NewPool()).New(len(rows.Raw))
	defer raw.Release()
	raw.RawValue = layOut(raw, rows.Raw)
	read := func() {
		dst := batch.NewPool(mem.NewPool()).New(len(rows.Raw))
		defer dst.Release()
		in := codec.Input{Topic: rows.topic(), Headers: &batch.Headers{}, Values: raw.RawValue, Sel: rows.Sel}
		decodeInto(t, conv.NewDecoder(), dst, &in, rows.Want, func(*batch.Column, batch.Selection) {})
	}
	bytes := 0
	for _, r := range rows.Raw {
		bytes += len(r)
	}
	CheckUse(t, bytes, read)
}

// CheckUse is CheckBounds for whatever reads that many bytes.
func CheckUse(t TB, bytes int, read func()) {
	t.Helper()
	limit := uint64(memoryFactor*bytes + memoryFree)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read()
	runtime.ReadMemStats(&after)
	if after.TotalAlloc-before.TotalAlloc <= limit {
		return
	}
	// A collection counts what is allocated while it runs, also what nobody holds any more: the least of some peaks is nearest.
	least := peakOf(read)
	for try := 1; try < peakTries && least > limit; try++ {
		least = min(least, peakOf(read))
	}
	if least > limit {
		t.Errorf("codectest: reading %d bytes took %d bytes of memory, more than %d", bytes, least, limit)
	}
}

// peakTries is how often a peak beyond the limit is measured again.
const peakTries = 5

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
