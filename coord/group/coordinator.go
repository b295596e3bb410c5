package group

import (
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// groupCoordinator is the key type of a search for the coordinator of a group.
const groupCoordinator = 0

// keepCoordinator searches the coordinator while it is unknown. Source: ensureCoordinatorReady.
func (m *machine) keepCoordinator() {
	if m.coordinator != nil || m.finding != 0 || m.now.Before(m.findAt) {
		return
	}
	req := kmsg.NewPtrFindCoordinatorRequest()
	req.CoordinatorType = groupCoordinator
	req.CoordinatorKey = m.o.Group
	req.CoordinatorKeys = []string{m.o.Group}
	m.finding = m.send(nil, req)
}

// keepWork gives the work up when it may no longer be the member's. Source: WorkerCoordinator.poll.
func (m *machine) keepWork() {
	at, cause, ok := m.loseWorkAt()
	if !ok || m.now.Before(at) {
		return
	}
	m.o.Log.Info(fmt.Sprintf("%s. Revoking previous assignment %v to avoid running tasks while not being a member the group", cause, m.assignment))
	m.notify(Lost{m.assignment.Assigned})
	m.assignment = nil
	if m.joining != 0 || m.syncing != 0 { // it told the leader what is true no more
		m.forget(&m.joining)
		m.forget(&m.syncing)
		m.roundFailed("DisconnectException", cause, 0)
	}
}

// loseWorkAt is when work has to be given up, if things stay as they are: when the coordinator has been
// unknown for a heartbeat interval, as in Java, and when the session is over without a sign of life, since
// from then on the coordinator counts the member out and the next leader may hand on what it ran. Java
// goes on until it has found the coordinator and joined again. A member that left because its owner said
// so, or stalled, keeps its work: that is the owner's to decide. In an incremental group a failed assignment
// leaves the work of the round before with the member; Java's would not give that up.
func (m *machine) loseWorkAt() (at time.Time, cause string, ok bool) {
	if m.assignment == nil || m.assignment.Failed() && m.assignment.Assigned.Empty() || m.dead {
		return time.Time{}, "", false
	}
	if !m.away {
		at, ok = m.sessionFrom.Add(m.o.SessionTimeout), true
		cause = fmt.Sprintf("Broker coordinator did not answer for the session timeout of %dms", m.o.SessionTimeout.Milliseconds())
	}
	if unknown := m.unknownSince.Add(m.o.HeartbeatInterval); m.coordinator == nil && (!ok || unknown.Before(at)) {
		at, ok = unknown, true
		cause = fmt.Sprintf("Broker coordinator was unreachable for %dms", m.o.HeartbeatInterval.Milliseconds())
	}
	return at, cause, ok
}

func (m *machine) found(a answer) {
	if m.coordinator != nil {
		return
	}
	var n node
	err := a.err
	if err == nil {
		resp := a.resp.(*kmsg.FindCoordinatorResponse)
		code := resp.ErrorCode
		n = node{resp.NodeID, resp.Host, resp.Port}
		if len(resp.Coordinators) == 1 {
			c := resp.Coordinators[0]
			code, n = c.ErrorCode, node{c.NodeID, c.Host, c.Port}
		}
		if err = kerr.ErrorForCode(code); err != nil && !kerr.IsRetriable(err) {
			fatal := m.fatal("FindCoordinator", code)
			m.o.Log.Info("FindCoordinator request hit fatal exception", "err", fatal)
			m.fail(fatal)
			return
		}
	}
	if err != nil {
		m.o.Log.Debug("Coordinator discovery failed, refreshing metadata", "err", err)
		m.findAt = m.now.Add(m.backoff(m.findTries))
		m.findTries++
		return
	}
	m.coordinator, m.findTries = &n, 0
	m.foundAt, m.beatAt = m.now, m.now
	m.o.Log.Info(fmt.Sprintf("Discovered group coordinator %v", m.coordinator))
}

// lose forgets the coordinator; what is out there has no answer any more. A cause without an answer
// from the broker is a disconnect. Source: markCoordinatorUnknown.
func (m *machine) lose(cause string, disconnected bool) {
	if m.coordinator == nil {
		return
	}
	m.o.Log.Info(fmt.Sprintf("Group coordinator %v is unavailable or invalid due to cause: %s. isDisconnected: %t. Rediscovery will be attempted.",
		m.coordinator, cause, disconnected))
	m.coordinator, m.unknownSince, m.findAt = nil, m.now, m.now
	if m.beating != 0 {
		m.forget(&m.beating)
		m.beatFailed()
	}
	if m.joining != 0 || m.syncing != 0 {
		m.forget(&m.joining)
		m.forget(&m.syncing)
		m.roundFailed("DisconnectException", cause, m.o.RetryBackoff)
	}
}

// keepSession watches over the session and over the owner. Source: HeartbeatThread.run.
func (m *machine) keepSession() {
	if !m.member() {
		return
	}
	if !m.now.Before(m.polledAt.Add(m.o.RebalanceTimeout)) {
		m.notify(Expired{})
		m.leave("worker poll timeout has expired.")
		m.away = true
		return
	}
	if m.coordinator != nil && !m.now.Before(m.silenceAt()) {
		m.lose("session timed out without receiving a heartbeat response", false)
	}
}

// silenceAt is when the coordinator has been silent for so long that it is searched anew: early enough to
// be found again before the session is over, where at least two heartbeats fit into the time before.
// Java waits for the whole session timeout.
func (m *machine) silenceAt() time.Time {
	wait := m.o.SessionTimeout
	if early := wait - m.o.HeartbeatInterval; early >= 2*m.o.HeartbeatInterval {
		wait = early
	}
	at, fresh := m.sessionFrom.Add(wait), m.foundAt.Add(m.o.HeartbeatInterval)
	if fresh.After(at) {
		return fresh
	}
	return at
}
