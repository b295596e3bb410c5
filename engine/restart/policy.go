package restart

import "time"

// Unlimited as Policy.Max never gives up.
const Unlimited = -1

// jitter is by how much a wait differs at most from what it is on average, so that tasks that failed together
// do not come back together.
const jitter = 0.2

// Policy says how failed tasks are restarted. The zero value never does.
type Policy struct {
	Enabled          bool
	Max              int           // restarts of a task in a row, or Unlimited
	First, Most      time.Duration // wait before the first restart in a row; it doubles up to Most
	Healthy          time.Duration // a task that ran this long has recovered: what follows is a new row
	FailuresUntilOff int           // failures in a row of a connector's tasks after which one alone tries
}

// Wait returns how long to wait before the n-th restart in a row, counted from 1, or with an open circuit.
// chance is in [0, 1).
func (p Policy) Wait(n int, open bool, chance float64) time.Duration {
	wait := p.First
	for i := 1; i < n && wait < p.Most; i++ {
		wait *= 2
	}
	if open {
		wait = p.Most
	}
	return time.Duration(float64(min(wait, p.Most)) * (1 - jitter + 2*jitter*chance))
}

// Refuses says why a task that failed with err after n restarts in a row stays as it is, "" where it is
// restarted.
func (p Policy) Refuses(n int, err error) string {
	switch {
	case !p.Enabled:
		return "restarts are off"
	case !Transient(err):
		return "the failure would come again"
	case p.Max != Unlimited && n >= p.Max:
		return "it was restarted too often"
	}
	return ""
}
