package datagen

import "time"

const (
	// backlogMax is how much a task that was held up makes up for at most.
	backlogMax = time.Second
	// grain is the shortest time that rows are gathered for, so that a high rate does not mean small
	// batches.
	grain = 10 * time.Millisecond
)

// pace says how many rows are due. The zero value lets everything pass.
type pace struct {
	perSecond float64
	from      time.Time // when sent was 0
	sent      float64
}

// due returns how many of at most want rows may go out now; with 0 it returns how long to wait.
func (p *pace) due(now time.Time, want int) (n int, wait time.Duration) {
	if p.perSecond == 0 {
		return want, 0
	}
	if p.from.IsZero() {
		p.from = now
	}
	owed := now.Sub(p.from).Seconds()*p.perSecond - p.sent
	if most := backlogMax.Seconds() * p.perSecond; owed > most && owed > 1 {
		p.sent += owed - max(most, 1)
		owed = max(most, 1)
	}
	least := min(float64(want), max(1, grain.Seconds()*p.perSecond))
	if owed < least {
		return 0, time.Duration((least-owed)/p.perSecond*float64(time.Second)) + 1
	}
	return min(want, int(owed)), 0
}

// send counts rows that went out.
func (p *pace) send(n int) { p.sent += float64(n) }
