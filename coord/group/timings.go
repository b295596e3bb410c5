package group

import "time"

// Timings takes what a member's requests took, for metrics. Calls come from the member's goroutine, and do not wait.
// Source: AbstractCoordinator.GroupCoordinatorMetrics.
type Timings interface {
	BeatSent()                     // a heartbeat was sent
	Beaten(took time.Duration)     // and answered, with an error or without
	Joined(took time.Duration)     // a join was answered; without an error, as Synced
	Synced(took time.Duration)     // a sync was answered
	Rebalanced(took time.Duration) // a round succeeded; from its first try on
	RebalanceFailed()              // a try of a round failed; the first of a new member is refused and counts, as in Java
}

// untimed is for a member whose owner does not measure.
type untimed struct{}

var _ Timings = untimed{}

func (untimed) BeatSent()                {}
func (untimed) Beaten(time.Duration)     {}
func (untimed) Joined(time.Duration)     {}
func (untimed) Synced(time.Duration)     {}
func (untimed) Rebalanced(time.Duration) {}
func (untimed) RebalanceFailed()         {}
