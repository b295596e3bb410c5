package metrics

// State is what a connector or task is doing. Source: AbstractStatus.State.
type State uint8

// The states.
const (
	Unassigned State = iota
	Running
	Paused
	Stopped
	Failed
	Destroyed
	Restarting
	states // how many there are
)

var stateNames = [states]string{"unassigned", "running", "paused", "stopped", "failed", "destroyed", "restarting"}

// String returns the text of the status attribute.
func (s State) String() string { return stateNames[s] }

// stateTimer adds up how long something was in which state. Source: StateTracker.
type stateTimer struct {
	known bool
	now   State
	since int64 // ms
	spent [states]int64
}

func (t *stateTimer) change(s State, now int64) {
	if !t.known {
		t.known, t.now, t.since = true, s, now
		return
	}
	if s == t.now {
		return
	}
	t.spent[t.now] += now - t.since
	t.now, t.since = s, now
}

// ratio is the share of time spent in s.
func (t *stateTimer) ratio(s State, now int64) float64 {
	if !t.known {
		return 0
	}
	current := now - t.since
	in, all := t.spent[s], current
	if s == t.now {
		in += current
	}
	for _, n := range t.spent {
		all += n
	}
	if all == 0 {
		return 0
	}
	return float64(in) / float64(all)
}
