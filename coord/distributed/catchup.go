package distributed

import (
	"context"
	"time"
)

// unsyncRetries is how often a worker that cannot read the config topic comes back before it gives up the
// work that it had. Source: DistributedHerder.BACKOFF_RETRIES.
const unsyncRetries = 5

// readToEnd reads the config topic as far as it goes, within worker.sync.timeout.ms.
func (p *proc) readToEnd() error {
	limit := p.m.o.SyncTimeout
	return p.do("reading to the end of the config topic", func(ctx context.Context, on env) error {
		ctx, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		return on.configs.ReadToEnd(ctx)
	})
}

// catchUp reads the config topic to its end in a round. Where that takes too long this worker leaves the
// group, so that others need not wait for it, and comes back when it has read.
// Source: DistributedHerder.readConfigToEnd.
func (p *proc) catchUp(round uint64) bool {
	m := p.m
	m.log.Info("reading to the end of the config topic", "offset", m.configs.Offset(), "of_assignment", m.assignment.Offset)
	err := p.readToEnd()
	if err == nil {
		m.retries = unsyncRetries
		return true
	}
	if m.round != round || m.stopping || m.away {
		return false
	}
	m.log.Warn("Didn't reach end of config log quickly enough", "err", err)
	m.away = true
	// Who takes over our work at once must not find it running: that is a new leader, or any where lost
	// work is not waited for.
	keep := m.protocol.Incremental() && !m.leads() && m.o.MaxDelay > 0
	m.assignment, m.settled, m.settledAt = nil, false, -1
	m.round++
	for {
		if !keep {
			m.revoke(m.granted())
			p.awaitStops()
		}
		m.member.Leave("taking too long to read the log")
		wait := p.backOff(&keep)
		if !p.Sleep(wait) {
			return false
		}
		if err := p.readToEnd(); err == nil {
			break
		}
	}
	m.retries = unsyncRetries
	m.away = false
	m.member.Poll()
	return false
}

// backOff is how long to stay away: longer each time, and after the last time without any work.
// Source: DistributedHerder.backoff.
func (p *proc) backOff(keep *bool) time.Duration {
	m := p.m
	if !m.protocol.Incremental() {
		return m.o.UnsyncBackoff
	}
	if m.retries == 0 {
		m.log.Info("giving up all work since the config topic could not be read", "attempts", unsyncRetries)
		*keep = false
		m.retries = unsyncRetries
		return time.Millisecond
	}
	wait := m.o.MaxDelay / 10 / time.Duration(m.retries)
	m.retries--
	return wait
}
