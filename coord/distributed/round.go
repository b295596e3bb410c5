package distributed

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
)

// flushMax is how long a round waits for the last statuses of what was stopped. Java waits for as long as
// its producer does.
const flushMax = 5 * time.Second

// groupSaid takes an event of the member.
func (m *machine) groupSaid(e group.Event) {
	if m.stopping {
		if _, ok := e.(group.Joining); ok {
			m.member.Ready()
		}
		return
	}
	switch e := e.(type) {
	case group.Joining:
		m.joining(e)
	case group.Joined:
		m.joined(e)
	case group.Lost:
		m.lost()
	case group.Expired:
		m.log.Warn("worker poll timeout has expired: this worker has left the group and stops its work, until it joins again")
		m.lost()
	case group.Failed:
		m.fatal = e.Err
	}
}

// joining gets this worker ready for the next round. Source: RebalanceListener.onRevoked.
func (m *machine) joining(e group.Joining) {
	m.round++
	m.joins++
	m.settled = false
	joins := m.joins
	m.revoke(e.Revoke)
	m.spawn(func(p *proc) {
		p.awaitStops()
		p.flush()
		if m.joins == joins { // also where the work was lost meanwhile: the member waits for it
			m.member.Ready()
		}
	})
}

// joined takes this worker's share. Source: RebalanceListener.onAssigned.
func (m *machine) joined(e group.Joined) {
	m.round++
	was := m.protocol
	m.assignment, m.memberID, m.generation, m.protocol = e.Assignment, e.MemberID, e.Generation, e.Protocol
	m.settled = false
	m.o.Rounds.Joined(strings.ToUpper(m.protocol.String()), e.Assignment.LeaderURL, int(e.Generation),
		len(e.Assignment.Assigned.Connectors), len(e.Assignment.Assigned.Tasks))
	m.sayProtocol(was)
	m.leading = m.leading && m.leads()
	m.revoke(e.Assignment.Revoked)
	if !m.isShared(e.Assignment.Assigned) {
		m.revoke(m.granted().Minus(e.Assignment.Assigned).Sorted())
	}
	m.Cancel(&m.rejoin)
	if e.Assignment.Delay > 0 {
		m.After(&m.rejoin, e.Assignment.Delay, func() { m.member.Rejoin("the scheduled rebalance delay is over") })
	}
	round := m.round
	m.spawn(func(p *proc) { p.settle(round) })
}

// lost gives all work up at once: the group may give it to others.
func (m *machine) lost() {
	m.round++
	m.Cancel(&m.rejoin)
	m.assignment, m.settled, m.settledAt, m.leading = nil, false, -1, false
	m.o.Rounds.Lost()
	m.revoke(m.granted().Sorted())
}

// settle brings a round to its end: what was taken away is stopped, the config topic read as far as the
// leader had read it, then all work granted. It gives up when the group says something else meanwhile.
// Source: DistributedHerder.handleRebalanceCompleted.
func (p *proc) settle(round uint64) {
	m := p.m
	a := m.assignment
	p.awaitStops()
	if !a.Revoked.Empty() {
		p.flush()
	}
	if m.round != round {
		return
	}
	if m.o.Transactional && m.leads() && !m.leading {
		// Before the topic is read: a leader of the past cannot write behind what is read then.
		if err := p.claim(); err != nil {
			m.log.Error("Unable to claim write privileges for config topic after being elected leader during rebalance", "err", err)
			m.reclaim()
		}
		if m.round != round {
			return
		}
	}
	// Who begins to lead may have missed what the leader before it wrote, and nobody else may be there to tell.
	behind := m.configs.Offset() < a.Offset || m.leads() && !m.leading
	if a.Failed() {
		m.log.Warn("Join group completed, but assignment failed. Reading to end of config and retrying.")
	}
	if behind || a.Failed() && m.leads() {
		if !p.catchUp(round) {
			return
		}
	}
	switch {
	case m.round != round:
		return
	case a.Failed():
		m.member.Rejoin("the assignment failed, the configs of its leader were too old")
		return
	}
	switch {
	case !m.leads():
		clear(m.forget)
	case m.leading:
		m.forgetChanged()
	default:
		m.forgetDeleted()
	}
	m.leading = m.leads()
	m.grant(a)
	m.o.Rounds.Settled()
	if !m.joinedOnce {
		m.joinedOnce = true
		m.log.Info("Herder started")
	}
	m.release(&m.settling, nil)
	switch names, tasks := m.stray(); {
	case m.changedAt > a.Offset:
		m.member.Rejoin("the work to share has changed since this worker joined")
	case !a.Revoked.Empty():
		m.member.Rejoin("work was revoked, others may have it now")
	case names+tasks > 0 && m.strayAt != a.Offset:
		// A leader that missed a round can leave deleted work assigned; the next round takes it back.
		m.strayAt = a.Offset
		m.member.Rejoin(fmt.Sprintf("%d connectors and %d tasks are assigned and not configured", names, tasks))
	}
	m.keepKey()
}

// grant gives this worker its share and starts it. Slots whose share is as it was, and that have all of it, are in
// order: whatever else changes is seen to when it does.
func (m *machine) grant(a *group.Assignment) {
	m.settled, m.settledAt = true, a.Offset
	m.log.Info(fmt.Sprintf("Starting connectors and tasks using config offset %d", a.Offset))
	look := maps.Clone(m.lacking) // some may have waited for this round
	if !m.isShared(a.Assigned) {
		for _, name := range a.Assigned.Connectors {
			if s := m.slot(name); !s.granted {
				s.granted = true
				look[name] = s
			}
		}
		for _, id := range a.Assigned.Tasks {
			s := m.slot(id.Connector)
			if !s.has(id.Task) {
				s.grantedTasks[id.Task] = struct{}{}
				look[s.name] = s
			}
		}
		m.shared = &a.Assigned
	}
	for _, s := range byName(look) {
		m.reconcile(s)
	}
}

// isShared says whether w is what is granted now, without counting it. Most rounds change nothing of it.
func (m *machine) isShared(w assign.Work) bool {
	return m.shared != nil && slices.Equal(w.Connectors, m.shared.Connectors) && slices.Equal(w.Tasks, m.shared.Tasks)
}

// revoke takes work away and begins to stop it.
func (m *machine) revoke(w assign.Work) {
	if w.Empty() {
		return
	}
	m.shared = nil
	for _, name := range w.Connectors {
		if s := m.slots[name]; s != nil {
			s.granted = false
			m.reconcile(s)
		}
	}
	for _, id := range w.Tasks {
		if s := m.slots[id.Connector]; s != nil {
			delete(s.grantedTasks, id.Task)
			m.reconcile(s)
		}
	}
}

// granted is all that this worker may run, in no order.
func (m *machine) granted() assign.Work {
	w := assign.Work{Connectors: make([]string, 0, len(m.slots)), Tasks: make([]connectors.TaskID, 0, 2*len(m.slots))}
	for _, s := range m.slots {
		if s.granted {
			w.Connectors = append(w.Connectors, s.name)
		}
		for n := range s.grantedTasks {
			w.Tasks = append(w.Tasks, connectors.TaskID{Connector: s.name, Task: n})
		}
	}
	return w
}

// stray counts what is granted and not configured. What is not configured does not run, so its slots lack it, or are
// at work to stop it.
func (m *machine) stray() (names, tasks int) {
	count := func(s *slot) {
		if s.granted && !m.configs.Contains(s.name) {
			names++
		}
		for n := range s.grantedTasks {
			if m.configs.TaskConfig(connectors.TaskID{Connector: s.name, Task: n}) == nil {
				tasks++
			}
		}
	}
	for _, s := range m.lacking {
		count(s)
	}
	for _, s := range m.busy {
		if m.lacking[s.name] == nil {
			count(s)
		}
	}
	return names, tasks
}

// awaitStops waits until nothing runs that may not, or not as it does. Slots that are not at work are in order.
func (p *proc) awaitStops() {
	for _, s := range byName(p.m.busy) {
		for len(p.m.toStop(s)) > 0 {
			p.m.reconcile(s)
			s.stopped = append(s.stopped, p.Proc)
			_ = p.Wait()
		}
	}
}

// flush waits until the last statuses are written, so that none of them overwrites what others say after
// the round.
func (p *proc) flush() {
	err := p.do("flushing updates to the status topic", func(ctx context.Context, on env) error {
		ctx, cancel := context.WithTimeout(ctx, flushMax)
		defer cancel()
		return on.statuses.Flush(ctx)
	})
	if err != nil {
		p.m.log.Warn("statuses are not written yet, going on", "err", err)
	}
}

// settles waits until a round is over and its work granted, and no other is expected.
//
// Errors: the herder is stopping; the end of ctx, by then.
func (p *proc) settles(ctx context.Context) error {
	for !p.m.settled || p.m.changedAt > p.m.settledAt {
		if err := p.join(&p.m.settling); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// sayProtocol logs that internal requests are signed from now on, or no longer.
func (m *machine) sayProtocol(was group.Protocol) {
	switch {
	case was.Signed() == m.protocol.Signed():
	case m.protocol.Signed():
		m.log.Info("Internal request validation has been re-enabled")
	default:
		m.log.Warn("the group's protocol was downgraded, most likely by a worker with another connect.protocol: internal requests between workers are not validated now, the cluster is insecure",
			"from", was.String(), "to", m.protocol.String())
	}
}
