package distributed

import (
	"context"
	"time"
)

// unsyncRetries is how often a worker tries to read the config topic before it leaves the group, and then how
// often it stays away for longer each time. Source: DistributedHerder.BACKOFF_RETRIES.
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

// catchUp reads the config topic to its end in a round; false means that the round is over for this worker.
//
// One that cannot read leaves the group, so that others need not wait for it, and comes back when it can: a
// leader at once, since without its configs nobody gets work; another only after some attempts, for what it
// runs meanwhile is its own. It stops all work before it leaves. Java's goes on working outside of the group,
// and counts on the others to wait for it; a leader that has lost its memory does not.
// Source: DistributedHerder.readConfigToEnd, backoff.
func (p *proc) catchUp(round uint64) bool {
	m := p.m
	m.log.Info("reading to the end of the config topic", "offset", m.configs.Offset(), "of_assignment", m.assignment.Offset)
	attempts := unsyncRetries
	if m.leads() {
		attempts = 1
	}
	for range attempts {
		err := p.readToEnd()
		if err == nil || m.round != round {
			return err == nil
		}
		m.log.Warn("Didn't reach end of config log quickly enough", "err", err)
	}
	if m.stopping || m.away {
		return false
	}
	m.away = true
	m.lost()
	p.awaitStops()
	for again := range unsyncRetries {
		m.member.Leave("taking too long to read the log")
		if !p.Sleep(m.unsyncBackoff(again)) {
			return false
		}
		if p.readToEnd() == nil {
			break
		}
	}
	m.away = false
	m.member.Poll()
	return false
}

// unsyncBackoff is how long to stay away from the group, for the time that is counted from 0.
func (m *machine) unsyncBackoff(again int) time.Duration {
	if !m.protocol.Incremental() {
		return m.o.UnsyncBackoff
	}
	return m.o.MaxDelay / 10 / time.Duration(unsyncRetries-again)
}
