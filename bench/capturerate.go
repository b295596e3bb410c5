package bench

import (
	"slices"
	"time"
)

// Drain is what was seen while a program worked off a backlog: the count, the processor time it had used by then, and
// when, from the first event on.
type Drain struct {
	count []int64
	cpu   []time.Duration
	at    []time.Time
}

// Saw takes a count. Those of a program that has not begun are left out: it connects meanwhile.
func (d *Drain) Saw(count int64, cpu time.Duration, at time.Time) {
	if count > 0 {
		d.count, d.cpu, d.at = append(d.count, count), append(d.cpu, cpu), append(d.at, at)
	}
}

// Rate returns events a second and processor nanoseconds for each, between the first count and the last; zeros where
// they are the same.
func (d *Drain) Rate() (perSecond, cpuNs float64) {
	last := len(d.count) - 1
	if last < 1 {
		return 0, 0
	}
	events := float64(d.count[last] - d.count[0])
	return events / d.at[last].Sub(d.at[0]).Seconds(), float64(d.cpu[last]-d.cpu[0]) / events
}

// LagOf sums single lags up, which it sorts; nil for none.
func LagOf(lags []time.Duration) *Lag {
	if len(lags) == 0 {
		return nil
	}
	slices.Sort(lags)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return &Lag{P50: ms(lags[len(lags)/2]), P99: ms(lags[len(lags)*99/100]), Max: ms(lags[len(lags)-1])}
}
