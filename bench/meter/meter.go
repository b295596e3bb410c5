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

// Measure runs pass until it is warm, then several times, and returns processor time and time by the clock per
// record, in nanoseconds, each the median. The processor time is the whole process's, so that the collector
// counts; nothing else may run in the process. It also says how long a run is: others may use the machine.
func Measure(records int, pass Pass) (cpu, wall float64, err error) {
	if _, _, err := runOf(warmUp, records, pass); err != nil {
		return 0, 0, err
	}
	var cpus, walls []float64
	for range runs {
		cpu, wall, err := runOf(runFor, records, pass)
		if err != nil {
			return 0, 0, err
		}
		cpus, walls = append(cpus, cpu), append(walls, wall)
	}
	return Median(cpus), Median(walls), nil
}

// runOf runs pass for that much processor time and returns what a record took.
func runOf(length time.Duration, records int, pass Pass) (cpu, wall float64, err error) {
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
