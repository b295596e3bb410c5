// Package meter measures a pass over records in processor time, which counts the collector's threads too.
//
// It imports nothing, so that programs of other modules measure in the same way (bench/peers).
package meter

import (
	"runtime"
	"slices"
	"syscall"
	"time"
)

// How long a case in process runs: as bench/java does, but that a compiled program needs no long warm-up.
const (
	warmUp = 500 * time.Millisecond
	runFor = time.Second
	runs   = 5
)

// Pass is one walk over all records of a case.
type Pass func() error

// Allocations returns how many allocations a warm pass makes for each record.
func Allocations(records int, pass Pass) (float64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := pass()
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(records), err
}

// FewestAllocations returns how many allocations a warm pass makes at least, of several: what a pass itself needs, without
// what a collection between them takes from pools.
func FewestAllocations(pass Pass) (uint64, error) {
	fewest := ^uint64(0)
	var before, after runtime.MemStats
	for range runs {
		runtime.ReadMemStats(&before)
		if err := pass(); err != nil {
			return 0, err
		}
		runtime.ReadMemStats(&after)
		fewest = min(fewest, after.Mallocs-before.Mallocs)
	}
	return fewest, nil
}

// Measure runs pass until it is warm, then several times, and returns processor time and time by the clock per
// record, in nanoseconds, each the median. The processor time is the whole process's, so that the collector
// counts; nothing else may run in the process. It also says how long a run is: others may use the machine.
func Measure(records int, pass Pass) (cpu, wall float64, err error) {
	if err := Warm(records, pass); err != nil {
		return 0, 0, err
	}
	var cpus, walls []float64
	for range runs {
		cpu, wall, err := Run(runFor, records, pass)
		if err != nil {
			return 0, 0, err
		}
		cpus, walls = append(cpus, cpu), append(walls, wall)
	}
	return Median(cpus), Median(walls), nil
}

// Warm runs pass until it is warm.
func Warm(records int, pass Pass) error {
	_, _, err := Run(warmUp, records, pass)
	return err
}

// Run runs pass for that much processor time and returns what a record took, in nanoseconds of the processor and by the clock.
func Run(length time.Duration, records int, pass Pass) (cpu, wall float64, err error) {
	start, err := processTime()
	if err != nil {
		return 0, 0, err
	}
	began, used, done := time.Now(), time.Duration(0), 0
	for used < length {
		if err := pass(); err != nil {
			return 0, 0, err
		}
		now, err := processTime()
		if err != nil {
			return 0, 0, err
		}
		used = now - start
		done += records
	}
	return float64(used) / float64(done), float64(time.Since(began)) / float64(done), nil
}

// processTime is the processor time that this process has used.
func processTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// Quartiles returns the quarter and three quarters points of v, between its values where none lies there; 0 of none.
func Quartiles(v []float64) (low, high float64) {
	if len(v) == 0 {
		return 0, 0
	}
	s := slices.Sorted(slices.Values(v))
	at := func(share float64) float64 {
		x := share * float64(len(s)-1)
		i := int(x)
		if i+1 == len(s) {
			return s[i]
		}
		return s[i] + (x-float64(i))*(s[i+1]-s[i])
	}
	return at(0.25), at(0.75)
}

// Median returns the median of v, 0 of none.
func Median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	if len(s) == 0 {
		return 0
	}
	if len(s)%2 == 0 {
		return (s[len(s)/2-1] + s[len(s)/2]) / 2
	}
	return s[len(s)/2]
}
