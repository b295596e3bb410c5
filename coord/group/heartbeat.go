package group

import (
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// keepBeating sends the heartbeat that is due. Java is silent while a join is out; here heartbeats go on,
// since a join may rightly take as long as a rebalance and says nothing about whether the coordinator
// is alive.
func (m *machine) keepBeating() {
	if !m.member() || m.beating != 0 || m.now.Before(m.beatAt) {
		return
	}
	req := kmsg.NewPtrHeartbeatRequest()
	req.Group = m.o.Group
	req.MemberID = m.memberID
	req.Generation = m.generation
	m.beatSent, m.beatAs = m.now, membership{m.memberID, m.generation}
	m.beatAt = m.now.Add(m.o.HeartbeatInterval)
	m.timings.BeatSent()
	m.beating = m.send(m.coordinator, req)
}

func (m *machine) beatFailed() {
	m.beatAt = m.now.Add(m.backoff(m.beatTries))
	m.beatTries++
}

// beaten takes the answer to a heartbeat. One that speaks of an older generation than the member's, as
// after a join, is no sign that the coordinator counts the member in. Source: HeartbeatResponseHandler.
func (m *machine) beaten(a answer) {
	if a.err != nil {
		m.beatFailed()
		m.lose(a.err.Error(), true)
		return
	}
	m.timings.Beaten(m.now.Sub(m.beatSent))
	err := kerr.ErrorForCode(a.resp.(*kmsg.HeartbeatResponse).ErrorCode)
	switch {
	case errors.Is(err, kerr.CoordinatorNotAvailable), errors.Is(err, kerr.NotCoordinator):
		m.o.Log.Info(fmt.Sprintf("Attempt to heartbeat failed since coordinator %v is either not started or not valid", m.coordinator))
		m.beatFailed()
		m.lose("error response "+errorName(err), false)
		return
	case errors.Is(err, kerr.GroupAuthorizationFailed):
		m.fail(m.fatal("Heartbeat", kerr.GroupAuthorizationFailed.Code))
		return
	case errors.Is(err, kerr.UnknownMemberID), errors.Is(err, kerr.FencedInstanceID):
		if m.beatAs.id == m.memberID {
			m.beatRefused(err)
		}
		return
	case errors.Is(err, kerr.IllegalGeneration):
		if m.beatAs == (membership{m.memberID, m.generation}) && m.phase != preparing {
			m.beatRefused(err)
		}
		return
	case errors.Is(err, kerr.RebalanceInProgress):
		if m.phase == stable && !m.rejoinNeeded {
			m.o.Log.Debug("Request joining group due to: group is already rebalancing")
			m.needRejoin("group is already rebalancing")
		}
	case err == nil:
	default:
		m.o.Log.Debug("unexpected error in heartbeat response; trying again", "err", err)
		m.beatFailed()
		return
	}
	m.beatTries = 0
	m.alive(m.beatSent)
}

// alive takes it that the coordinator saw the member after the given time: that of sending what it
// answered. When it saw it, only it knows.
func (m *machine) alive(sent time.Time) {
	if m.sessionFrom.Before(sent) {
		m.sessionFrom = sent
	}
}

func (m *machine) beatRefused(err error) {
	m.o.Log.Info(fmt.Sprintf("Attempt to heartbeat with %s and group instance id Optional.empty failed due to %s, resetting generation", m.generationText(), errorName(err)))
	m.reset("encountered "+errorName(err)+" from HEARTBEAT response", !errors.Is(err, kerr.IllegalGeneration))
}

// leave takes the member out of the group. Source: maybeLeaveGroup.
func (m *machine) leave(reason string) {
	if m.coordinator != nil && m.phase != unjoined && m.memberID != "" {
		m.o.Log.Info(fmt.Sprintf("Member %s sending LeaveGroup request to coordinator %v due to %s", m.memberID, m.coordinator, reason))
		req := kmsg.NewPtrLeaveGroupRequest()
		req.Group = m.o.Group
		req.MemberID = m.memberID // before version 3
		member := kmsg.NewLeaveGroupRequestMember()
		member.MemberID, member.Reason = m.memberID, shortened(reason)
		req.Members = []kmsg.LeaveGroupRequestMember{member}
		m.leaving = m.send(m.coordinator, req)
	}
	m.reset("consumer pro-actively leaving the group", true)
}

func (m *machine) left(a answer) {
	err := a.err
	if err == nil {
		resp := a.resp.(*kmsg.LeaveGroupResponse)
		err = kerr.ErrorForCode(resp.ErrorCode)
		if err == nil && len(resp.Members) == 1 {
			err = kerr.ErrorForCode(resp.Members[0].ErrorCode)
		}
	}
	if err != nil {
		m.o.Log.Error("LeaveGroup request failed; the group notices when the session ends", "err", err)
	}
}
