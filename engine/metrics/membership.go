package metrics

import (
	"sync"
	"time"
)

// Membership measures what a worker and the coordinator of its group say to each other. It is safe for concurrent use.
// Source: AbstractCoordinator.GroupCoordinatorMetrics.
type Membership struct {
	r *Registry

	mu               sync.Mutex
	beats            timed
	joins            timed
	syncs            timed
	rounds           timed
	failed           timed
	beatMs, settleMs int64 // when the last heartbeat was sent, when the last round succeeded; below 0: never
}

// timed is how long something took, in milliseconds, and how often it was.
type timed struct {
	took, count   sampled
	sum, countAll float64
}

func (t *timed) record(w window, took time.Duration, now int64) {
	ms := float64(took.Milliseconds())
	t.took.record(w, ms, now)
	t.count.record(w, 1, now)
	t.sum += ms
	t.countAll++
}

// Membership exports of connect-coordinator-metrics what every member of a group has.
func (r *Registry) Membership(clientID string) *Membership {
	m := &Membership{r: r, beatMs: -1, settleMs: -1}
	now := r.ms()
	for _, t := range []*timed{&m.beats, &m.joins, &m.syncs, &m.rounds, &m.failed} {
		t.count.begin(r.window, now) // a rate counts from here
	}
	r.Add(groupMember, []string{clientID}, m.read)
	return m
}

// BeatSent says that a heartbeat was sent.
func (m *Membership) BeatSent() {
	now := m.r.ms()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.beatMs = now
}

// Beaten says that a heartbeat was answered.
func (m *Membership) Beaten(took time.Duration) { m.record(&m.beats, took) }

// Joined says that the group took the worker's join.
func (m *Membership) Joined(took time.Duration) { m.record(&m.joins, took) }

// Synced says that the worker got its share.
func (m *Membership) Synced(took time.Duration) { m.record(&m.syncs, took) }

// Rebalanced says that a round succeeded, from its first try on.
func (m *Membership) Rebalanced(took time.Duration) {
	now := m.record(&m.rounds, took)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.settleMs = now
}

// RebalanceFailed says that a try of a round failed.
func (m *Membership) RebalanceFailed() { m.record(&m.failed, 0) }

func (m *Membership) record(t *timed, took time.Duration) (now int64) {
	now = m.r.ms()
	m.mu.Lock()
	defer m.mu.Unlock()
	t.record(m.r.window, took, now)
	return now
}

func (m *Membership) read(emit func(name string, v Value)) {
	const hour = 3600
	w, now := m.r.window, m.r.ms()
	m.mu.Lock()
	defer m.mu.Unlock()
	number := func(name string, v float64) { emit(name, Number(v)) }
	number("heartbeat-response-time-max", m.beats.took.max(w, now))
	number("heartbeat-rate", m.beats.count.rate(w, now))
	number("heartbeat-total", m.beats.countAll)
	number("join-time-avg", m.joins.took.avg(w, now))
	number("join-time-max", m.joins.took.max(w, now))
	number("join-rate", m.joins.count.rate(w, now))
	number("join-total", m.joins.countAll)
	number("sync-time-avg", m.syncs.took.avg(w, now))
	number("sync-time-max", m.syncs.took.max(w, now))
	number("sync-rate", m.syncs.count.rate(w, now))
	number("sync-total", m.syncs.countAll)
	number("rebalance-latency-avg", m.rounds.took.avg(w, now))
	number("rebalance-latency-max", m.rounds.took.max(w, now))
	number("rebalance-latency-total", m.rounds.sum)
	number("rebalance-total", m.rounds.countAll)
	number("rebalance-rate-per-hour", m.rounds.count.rate(w, now)*hour)
	number("failed-rebalance-total", m.failed.countAll)
	number("failed-rebalance-rate-per-hour", m.failed.count.rate(w, now)*hour)
	number("last-rebalance-seconds-ago", secondsAgo(m.settleMs, now))
	number("last-heartbeat-seconds-ago", secondsAgo(m.beatMs, now))
}

// secondsAgo is in whole seconds; -1 for what never was.
func secondsAgo(at, now int64) float64 {
	if at < 0 {
		return -1
	}
	return float64((now - at) / 1000)
}
