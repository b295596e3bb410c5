package verifiable

import (
	"context"
	"time"

	"github.com/millrace/millrace/connectors"
)

// pollWait is how long a Poll that must not send waits at most: acknowledgements are told between polls.
const pollWait = 100 * time.Millisecond

// rowsMax bounds the records of a poll, which the original makes one by one.
const rowsMax = 512

// throttle keeps the average rate since its start below a bound.
//
// The original sends and then looks whether it was too fast, so one record goes out at once, also at a rate
// of 0. Source: ThroughputThrottler.
type throttle struct {
	perSecond int64 // below 0: no bound
	start     time.Time
}

// due returns how many of at most want records may go out at now, when sent did; with 0 it returns how long
// until the next may.
func (t *throttle) due(now time.Time, sent, want int64) (n int64, wait time.Duration) {
	if t.perSecond < 0 {
		return want, 0
	}
	elapsed := now.Sub(t.start)
	allowed := int64(elapsed.Seconds()*float64(t.perSecond)) + 1
	if n = min(want, allowed-sent); n > 0 || want == 0 {
		return n, 0
	}
	if t.perSecond == 0 {
		return 0, pollWait
	}
	return 0, time.Duration(float64(sent)/float64(t.perSecond)*float64(time.Second)) - elapsed + 1
}

// take waits until records may go out, for a while, and returns how many, at most want.
func (t *throttle) take(ctx context.Context, sent, want int64) int64 {
	for end := time.Now().Add(pollWait); ; {
		now := time.Now()
		n, wait := t.due(now, sent, min(want, rowsMax))
		if n > 0 {
			return n
		}
		if want == 0 {
			wait = pollWait
		}
		if rest := end.Sub(now); rest <= 0 || !connectors.Wait(ctx, min(wait, rest)) {
			return 0
		}
	}
}
