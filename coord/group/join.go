package group

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/millrace/millrace/coord/assign"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// protocolType is what the group coordinator knows Connect groups by.
const protocolType = "connect"

// reasonCharsMax is what a join or leave request tells of its reason. Source: JoinGroupRequest.
const reasonCharsMax = 255

func (m *machine) needRejoin(reason string) {
	m.rejoinNeeded, m.reason = true, reason
}

// rejoinWanted reports whether the member has to join. Source: rejoinNeededOrPending.
func (m *machine) rejoinWanted() bool {
	return m.rejoinNeeded || m.assignment == nil || m.assignment.Failed()
}

// mayJoin reports whether the next join only has to wait for its time.
func (m *machine) mayJoin() bool {
	return m.rejoinWanted() && m.joining == 0 && m.syncing == 0 && (!m.prepared || m.readyToJoin)
}

// keepJoined tells the owner that a join is coming, and joins when it may.
func (m *machine) keepJoined() {
	if !m.mayJoin() || m.now.Before(m.retryAt) {
		return
	}
	if !m.prepared {
		m.prepared, m.readyToJoin = true, false
		m.o.Log.Info("Rebalance started")
		m.led = Led{}
		var revoke assign.Work
		if !m.current.Incremental() && m.assignment != nil && !m.assignment.Failed() {
			revoke = m.assignment.Assigned
		}
		m.notify(Joining{revoke})
		return
	}
	m.o.Log.Info("(Re-)joining group")
	req, err := m.joinRequest()
	if err != nil {
		m.fail(err)
		return
	}
	m.phase, m.roundSent = preparing, m.now
	if m.roundFrom.IsZero() {
		m.roundFrom = m.now
	}
	m.joining = m.send(m.coordinator, req)
}

func (m *machine) joinRequest() (*kmsg.JoinGroupRequest, error) {
	m.configs = m.o.Configs()
	data := Metadata{URL: m.o.URL, Offset: m.configs.Offset, Allocation: m.assignment, Ours: true}
	req := kmsg.NewPtrJoinGroupRequest()
	req.Group = m.o.Group
	req.SessionTimeoutMillis = int32(m.o.SessionTimeout.Milliseconds())
	req.RebalanceTimeoutMillis = int32(m.o.RebalanceTimeout.Milliseconds())
	req.MemberID = m.memberID
	req.ProtocolType = protocolType
	req.Reason = shortened(m.reason)
	for _, p := range m.o.Protocol.Offers() {
		b, err := data.Append(nil, p)
		if err != nil {
			return nil, err
		}
		offer := kmsg.NewJoinGroupRequestProtocol()
		offer.Name, offer.Metadata = p.Name(), b
		req.Protocols = append(req.Protocols, offer)
	}
	return req, nil
}

func shortened(reason string) *string {
	if chars := []rune(reason); len(chars) > reasonCharsMax {
		reason = string(chars[:reasonCharsMax])
	}
	return &reason
}

// joined takes the answer to a join. Source: JoinGroupResponseHandler.
func (m *machine) joined(a answer) {
	if a.err != nil {
		m.broken(a.err)
		return
	}
	resp := a.resp.(*kmsg.JoinGroupResponse)
	switch err := kerr.ErrorForCode(resp.ErrorCode); {
	case err == nil:
		if resp.ProtocolType != nil && *resp.ProtocolType != protocolType {
			m.o.Log.Error(fmt.Sprintf("JoinGroup failed: Inconsistent Protocol Type, received %s but expected %s", *resp.ProtocolType, protocolType))
			m.timings.RebalanceFailed()
			m.fail(m.fatal("JoinGroup", kerr.InconsistentGroupProtocol.Code))
			return
		}
		m.timings.Joined(m.now.Sub(m.roundSent))
		m.sync(resp)
	case errors.Is(err, kerr.MemberIDRequired):
		m.timings.RebalanceFailed()
		m.generation, m.memberID, m.protocol = -1, resp.MemberID, ""
		m.phase = unjoined
		m.needRejoin("need to re-join with the given member-id: " + resp.MemberID)
	case errors.Is(err, kerr.UnknownMemberID):
		m.o.Log.Info(fmt.Sprintf("JoinGroup failed: %v Need to re-join the group. Sent generation was %s", err, m.generationText()))
		m.reset("encountered UNKNOWN_MEMBER_ID from JOIN_GROUP response", true)
		m.roundFailed("UnknownMemberIdException", err.Error(), 0)
	case errors.Is(err, kerr.CoordinatorLoadInProgress):
		m.o.Log.Info(fmt.Sprintf("JoinGroup failed: Coordinator %v is loading the group.", m.coordinator))
		m.roundFailed("CoordinatorLoadInProgressException", err.Error(), m.o.RetryBackoff)
	case errors.Is(err, kerr.CoordinatorNotAvailable), errors.Is(err, kerr.NotCoordinator):
		m.o.Log.Info(fmt.Sprintf("JoinGroup failed: %v Marking coordinator unknown. Sent generation was %s", err, m.generationText()))
		m.lose("error response "+errorName(err), false)
		m.roundFailed("NotCoordinatorException", err.Error(), m.o.RetryBackoff)
	case errors.Is(err, kerr.RebalanceInProgress):
		m.o.Log.Info("JoinGroup failed due to non-fatal error: REBALANCE_IN_PROGRESS, which could indicate a replication timeout on the broker. Will retry.")
		m.roundFailed("RebalanceInProgressException", err.Error(), m.o.RetryBackoff)
	default:
		m.o.Log.Error(fmt.Sprintf("JoinGroup failed due to fatal error: %v", err))
		m.timings.RebalanceFailed()
		m.fail(m.fatal("JoinGroup", resp.ErrorCode))
	}
}

// sync is what a member does that joined: the leader says who gets what, all ask for their share.
func (m *machine) sync(resp *kmsg.JoinGroupResponse) {
	m.phase = completing
	m.generation, m.memberID, m.protocol = resp.Generation, resp.MemberID, ""
	if resp.Protocol != nil {
		m.protocol = *resp.Protocol
	}
	m.polledAt = m.now
	if m.assignment == nil {
		m.sessionFrom, m.beatAt = m.now, m.now.Add(m.o.HeartbeatInterval)
	}
	m.alive(m.roundSent)
	m.o.Log.Info("Successfully joined group with generation " + m.generationText())

	m.lastID++
	m.syncing = m.lastID
	m.unsent = &unsent{id: m.syncing, joined: resp, until: m.now.Add(leadWait)}
	m.share()
}

// A leader that lacks configs which a member has read waits for them, for leadWait and looking every leadPoll. Readers
// are milliseconds apart. Java's ends the round without assignments, which costs another round, and since the leader
// then forgets what it had assigned, work that was deleted counts as load, and other work is moved for it.
const (
	leadWait = 250 * time.Millisecond
	leadPoll = 5 * time.Millisecond
)

// unsent is a sync that is to be sent.
type unsent struct {
	id     uint64
	joined *kmsg.JoinGroupResponse
	until  time.Time // a leader waits so long for configs
}

// share sends the sync of a round, unless the round is over or has to wait.
func (m *machine) share() {
	u := m.unsent
	if u == nil || u.id != m.syncing {
		m.unsent = nil
		return
	}
	resp := u.joined
	leads := resp.LeaderID == m.memberID
	if leads && m.now.Before(u.until) && m.behind(resp) {
		return
	}
	m.unsent = nil
	req := kmsg.NewPtrSyncGroupRequest()
	req.Group = m.o.Group
	req.Generation = m.generation
	req.MemberID = m.memberID
	req.ProtocolType = kmsg.StringPtr(protocolType)
	req.Protocol = kmsg.StringPtr(m.protocol) // a copy: the request is written elsewhere, later
	if leads {
		led, err := m.lead(resp)
		if err != nil {
			// Java's leader dies of metadata that it cannot read; here it tries again, as the
			// member that wrote it may be gone by then.
			m.o.Log.Error("the group cannot be led; trying again", "err", err)
			m.syncing = 0
			m.roundFailed("SchemaException", err.Error(), m.o.RetryBackoffMax)
			return
		}
		m.led = led
		for _, member := range resp.Members {
			share := kmsg.NewSyncGroupRequestGroupAssignment()
			share.MemberID, share.MemberAssignment = member.MemberID, led.Assignments[member.MemberID]
			req.GroupAssignment = append(req.GroupAssignment, share)
		}
	}
	m.roundSent = m.now
	m.out = append(m.out, request{u.id, m.coordinator, req})
}

// behind reports whether a member has read more of the config topic than this worker.
func (m *machine) behind(resp *kmsg.JoinGroupResponse) bool {
	have := m.o.Configs().Offset
	return slices.ContainsFunc(resp.Members, func(member kmsg.JoinGroupResponseMember) bool {
		data, err := ParseMetadata(member.ProtocolMetadata)
		return err == nil && data.Offset > have
	})
}

func (m *machine) lead(resp *kmsg.JoinGroupResponse) (Led, error) {
	protocol, err := ProtocolNamed(m.protocol)
	if err != nil {
		return Led{}, err
	}
	e := Election{Leader: m.memberID, Protocol: protocol, Generation: m.generation, LastGeneration: m.lastGeneration}
	for _, member := range resp.Members {
		e.Members = append(e.Members, JoinedMember{member.MemberID, member.ProtocolMetadata})
	}
	var stopped assign.Work
	if m.o.Stopped != nil {
		stopped = m.o.Stopped()
	}
	led, err := m.leader.Assign(e, m.configs, m.o.Configs, stopped, m.now)
	if err == nil && led.Owners == nil {
		m.o.Log.Info("Was selected to perform assignments, but do not have latest config found in sync request. Returning an empty configuration to trigger re-sync.")
	}
	return led, err
}

// synced takes the answer to a sync. Source: SyncGroupResponseHandler.
func (m *machine) synced(a answer) {
	if a.err != nil {
		m.broken(a.err)
		return
	}
	resp := a.resp.(*kmsg.SyncGroupResponse)
	switch err := kerr.ErrorForCode(resp.ErrorCode); {
	case err == nil:
		if resp.Protocol != nil && *resp.Protocol != m.protocol || resp.ProtocolType != nil && *resp.ProtocolType != protocolType {
			m.o.Log.Error("SyncGroup failed due to inconsistent Protocol Name or Type")
			m.timings.RebalanceFailed()
			m.fail(m.fatal("SyncGroup", kerr.InconsistentGroupProtocol.Code))
			return
		}
		m.timings.Synced(m.now.Sub(m.roundSent))
		m.complete(resp.MemberAssignment)
	case errors.Is(err, kerr.RebalanceInProgress):
		m.o.Log.Info("SyncGroup failed: The group began another rebalance. Need to re-join the group. Sent generation was " + m.generationText())
		m.roundFailed("RebalanceInProgressException", err.Error(), 0)
	case errors.Is(err, kerr.UnknownMemberID), errors.Is(err, kerr.IllegalGeneration):
		m.o.Log.Info(fmt.Sprintf("SyncGroup failed: %v Need to re-join the group. Sent generation was %s", err, m.generationText()))
		m.reset("encountered "+errorName(err)+" from SYNC_GROUP response", errors.Is(err, kerr.UnknownMemberID))
		m.roundFailed("UnknownMemberIdException", err.Error(), 0)
	case errors.Is(err, kerr.CoordinatorNotAvailable), errors.Is(err, kerr.NotCoordinator):
		m.o.Log.Info(fmt.Sprintf("SyncGroup failed: %v Marking coordinator unknown. Sent generation was %s", err, m.generationText()))
		m.lose("error response "+errorName(err), false)
		m.roundFailed("NotCoordinatorException", err.Error(), m.o.RetryBackoff)
	case kerr.IsRetriable(err):
		m.roundFailed("RetriableException", err.Error(), m.o.RetryBackoff)
	default:
		m.timings.RebalanceFailed()
		m.fail(m.fatal("SyncGroup", resp.ErrorCode))
	}
}

// complete takes over the member's share of a round. Source: WorkerCoordinator.onJoinComplete.
func (m *machine) complete(share []byte) {
	protocol, err := ProtocolNamed(m.protocol)
	var next *Assignment
	if err == nil {
		next, err = ParseAssignment(share)
	}
	if err != nil {
		m.o.Log.Error("the leader's assignment cannot be read; joining again", "err", err)
		m.roundFailed("SchemaException", err.Error(), m.o.RetryBackoffMax)
		return
	}
	m.o.Log.Info("Successfully synced group in generation " + m.generationText())
	m.phase = stable
	m.timings.Rebalanced(m.now.Sub(m.roundFrom))
	m.roundFrom = time.Time{}
	m.alive(m.roundSent)
	m.rejoinNeeded, m.reason, m.prepared = false, "", false
	m.current = protocol
	if protocol.Incremental() && m.assignment != nil {
		next.Assigned = next.Assigned.Plus(m.assignment.Assigned.Minus(next.Revoked))
	}
	m.assignment = next
	m.lastGeneration = m.generation
	m.o.Log.Info(fmt.Sprintf("Joined group at generation %d with protocol version %d and got assignment: %v with rebalance delay: %d",
		m.generation, int16(protocol), next, next.Delay.Milliseconds()))
	m.notify(Joined{Assignment: next.Clone(), Generation: m.generation, MemberID: m.memberID, Protocol: protocol})
	next.Revoked = assign.Work{} // told, and not part of what it holds
}

// broken takes a request of a round that the coordinator did not answer.
func (m *machine) broken(err error) {
	m.lose(err.Error(), true)
	m.roundFailed("DisconnectException", err.Error(), m.o.RetryBackoff)
}

// roundFailed asks for another join after a wait.
func (m *machine) roundFailed(class, text string, wait time.Duration) {
	m.o.Log.Info(fmt.Sprintf("Request joining group due to: rebalance failed due to '%s' (%s)", text, class))
	m.timings.RebalanceFailed()
	m.needRejoin("rebalance failed due to " + class)
	m.retryAt = m.now.Add(wait)
}

// reset leaves the generation, and with the member id all memory of being a member.
// Source: resetStateAndRejoin.
func (m *machine) reset(reason string, memberID bool) {
	if memberID {
		m.o.Log.Info("Resetting generation and member id due to: " + reason)
		m.memberID = ""
	} else {
		m.o.Log.Info("Resetting generation due to: " + reason)
	}
	m.phase, m.generation, m.protocol = unjoined, -1, ""
	m.prepared = false
	// What is out is left to be answered: to cancel a join breaks its connection, and with it the join that follows.
	// One without a member id that is lost so makes the whole group wait for the member that it would have become,
	// until that one's session is over.
	m.joining, m.syncing, m.beating = 0, 0, 0
	m.needRejoin(reason)
}

func (m *machine) generationText() string {
	protocol := "null"
	if m.protocol != "" {
		protocol = m.protocol
	}
	return fmt.Sprintf("Generation{generationId=%d, memberId='%s', protocol='%s'}", m.generation, m.memberID, protocol)
}

func errorName(err error) string {
	var e *kerr.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}
