package kafka

import (
	"math"
	"math/rand/v2"
	"time"
)

// backoff grows from first by doubling up to most, each value spread by a fifth either way.
// Source: ExponentialBackoff with CommonClientConfigs.RETRY_BACKOFF_EXP_BASE and RETRY_BACKOFF_JITTER.
type backoff struct {
	first, most time.Duration
}

// after returns the wait after the given number of failures in a row, from 1.
func (b backoff) after(failures int) time.Duration {
	if b.first <= 0 {
		return 0
	}
	most := max(b.first, b.most)
	exp := math.Min(float64(failures-1), math.Log2(float64(most)/float64(b.first)))
	wait := float64(b.first) * math.Exp2(math.Max(0, exp))
	return min(time.Duration(wait*(0.8+0.4*rand.Float64())), most)
}
