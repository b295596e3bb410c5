// Package classic is a made-up group coordinator of the classic protocol, for simulations: no clock, no
// goroutine, no network.
package classic

import (
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// World is what a Coordinator lives in.
type World struct {
	After func(d time.Duration, do func()) // calls do once d has passed
	Logf  func(format string, args ...any) // tells the history what happened
}

// brokers is how many brokers there are; each may coordinate.
const brokers = 3

// Coordinator coordinates one group. It belongs to one goroutine.
type Coordinator struct {
	world              World
	session, rebalance time.Duration // timeouts

	node       int32 // which broker coordinates
	generation int32
	members    map[string]*participant
	order      []string
	leader     string
	protocol   string
	state      roundState
	round      int
	ids        int
}

// roundState is how far a round is.
type roundState int

const (
	empty roundState = iota
	preparing
	completing
	stable
)

// participant is a member as the coordinator knows it.
type participant struct {
	id      string
	join    *kmsg.JoinGroupRequest
	joined  func(kmsg.Response) // waits for the round
	synced  func(kmsg.Response)
	share   []byte
	session int // of its timer
}

// New returns the coordinator of an empty group, with the timeouts of its members.
func New(w World, session, rebalance time.Duration) *Coordinator {
	return &Coordinator{world: w, session: session, rebalance: rebalance, members: map[string]*participant{}}
}

// Move makes another broker the coordinator, which knows the group as it was.
func (c *Coordinator) Move() {
	c.node = (c.node + 1) % brokers
	c.world.Logf("broker %d coordinates", c.node)
	for _, id := range slices.Clone(c.order) {
		seat := c.members[id]
		c.answerJoin(seat, kerr.NotCoordinator.Code)
		c.answerSync(seat, kerr.NotCoordinator.Code)
		c.touch(seat)
	}
	if c.state != empty {
		c.prepare()
	}
}

// Serve answers a request that was sent to a broker, -1 for any; some answers come only when others have asked.
func (c *Coordinator) Serve(broker int32, request kmsg.Request, reply func(kmsg.Response)) {
	if broker >= 0 && broker != c.node {
		switch request.(type) {
		case *kmsg.JoinGroupRequest:
			reply(&kmsg.JoinGroupResponse{ErrorCode: kerr.NotCoordinator.Code})
		case *kmsg.SyncGroupRequest:
			reply(&kmsg.SyncGroupResponse{ErrorCode: kerr.NotCoordinator.Code})
		case *kmsg.HeartbeatRequest:
			reply(&kmsg.HeartbeatResponse{ErrorCode: kerr.NotCoordinator.Code})
		case *kmsg.LeaveGroupRequest:
			reply(&kmsg.LeaveGroupResponse{ErrorCode: kerr.NotCoordinator.Code})
		}
		return
	}
	switch req := request.(type) {
	case *kmsg.FindCoordinatorRequest:
		resp := &kmsg.FindCoordinatorResponse{}
		resp.Coordinators = []kmsg.FindCoordinatorResponseCoordinator{{Key: "g", NodeID: c.node, Host: "b"}}
		reply(resp)
	case *kmsg.JoinGroupRequest:
		c.join(req, reply)
	case *kmsg.SyncGroupRequest:
		c.sync(req, reply)
	case *kmsg.HeartbeatRequest:
		reply(&kmsg.HeartbeatResponse{ErrorCode: c.beat(req)})
	case *kmsg.LeaveGroupRequest:
		id := req.Members[0].MemberID
		if seat := c.members[id]; seat != nil {
			c.remove(seat)
		}
		reply(&kmsg.LeaveGroupResponse{})
	}
}

func (c *Coordinator) join(req *kmsg.JoinGroupRequest, reply func(kmsg.Response)) {
	seat := c.members[req.MemberID]
	switch {
	case req.MemberID == "":
		c.ids++
		id := fmt.Sprintf("m%d", c.ids)
		c.members[id] = &participant{id: id}
		c.order = append(c.order, id)
		c.touch(c.members[id])
		reply(&kmsg.JoinGroupResponse{ErrorCode: kerr.MemberIDRequired.Code, MemberID: id})
		return
	case seat == nil:
		reply(&kmsg.JoinGroupResponse{ErrorCode: kerr.UnknownMemberID.Code})
		return
	}
	c.answerJoin(seat, kerr.RebalanceInProgress.Code) // an older join of the same member
	seat.join, seat.joined = req, reply
	c.touch(seat)
	if c.state != preparing {
		c.prepare()
	}
	c.tryComplete(false)
}

// prepare begins a round, which ends when all have joined or the rebalance timeout is over.
func (c *Coordinator) prepare() {
	for _, id := range c.order {
		c.answerSync(c.members[id], kerr.RebalanceInProgress.Code)
	}
	c.state = preparing
	c.round++
	round := c.round
	c.world.After(c.rebalance, func() {
		if round == c.round && c.state == preparing {
			c.tryComplete(true)
		}
	})
}

func (c *Coordinator) tryComplete(late bool) {
	if c.state != preparing {
		return
	}
	for _, id := range slices.Clone(c.order) {
		if seat := c.members[id]; seat.joined == nil {
			switch {
			case late:
				c.drop(seat)
			case seat.join != nil:
				return // a member of the last round has yet to come
			}
		}
	}
	var in []string
	for _, id := range c.order {
		if c.members[id].joined != nil {
			in = append(in, id)
		}
	}
	if len(in) == 0 {
		c.state = empty
		return
	}
	c.generation++
	c.state = completing
	c.round++
	if !slices.Contains(in, c.leader) {
		c.leader = in[0]
	}
	c.protocol = c.members[c.leader].join.Protocols[0].Name
	var list []kmsg.JoinGroupResponseMember
	for _, id := range in {
		for _, p := range c.members[id].join.Protocols {
			if p.Name == c.protocol {
				list = append(list, kmsg.JoinGroupResponseMember{MemberID: id, ProtocolMetadata: p.Metadata})
			}
		}
	}
	for _, id := range in {
		seat := c.members[id]
		resp := &kmsg.JoinGroupResponse{Generation: c.generation, Protocol: kmsg.StringPtr(c.protocol), LeaderID: c.leader, MemberID: id}
		if id == c.leader {
			resp.Members = list
		}
		joined := seat.joined
		seat.joined, seat.share = nil, nil
		c.touch(seat)
		joined(resp)
	}
	round := c.round
	c.world.After(c.rebalance, func() { // whoever does not sync is out
		if round == c.round && c.state == completing {
			for _, id := range slices.Clone(c.order) {
				if c.members[id].synced == nil {
					c.drop(c.members[id])
				}
			}
			c.prepare()
			c.tryComplete(false)
		}
	})
}

func (c *Coordinator) sync(req *kmsg.SyncGroupRequest, reply func(kmsg.Response)) {
	seat := c.members[req.MemberID]
	switch {
	case seat == nil:
		reply(&kmsg.SyncGroupResponse{ErrorCode: kerr.UnknownMemberID.Code})
		return
	case req.Generation != c.generation:
		reply(&kmsg.SyncGroupResponse{ErrorCode: kerr.IllegalGeneration.Code})
		return
	case c.state == preparing:
		reply(&kmsg.SyncGroupResponse{ErrorCode: kerr.RebalanceInProgress.Code})
		return
	}
	c.touch(seat)
	seat.synced = reply
	if c.state == completing && req.MemberID == c.leader {
		c.state = stable
		for _, a := range req.GroupAssignment {
			if to := c.members[a.MemberID]; to != nil {
				to.share = a.MemberAssignment
			}
		}
	}
	if c.state == stable {
		for _, id := range c.order {
			c.answerSync(c.members[id], 0)
		}
	}
}

func (c *Coordinator) beat(req *kmsg.HeartbeatRequest) int16 {
	seat := c.members[req.MemberID]
	switch {
	case seat == nil:
		return kerr.UnknownMemberID.Code
	case req.Generation != c.generation:
		return kerr.IllegalGeneration.Code
	}
	c.touch(seat)
	if c.state == preparing {
		return kerr.RebalanceInProgress.Code
	}
	return 0
}

// touch starts a member's session anew. A member that waits for a round is alive.
func (c *Coordinator) touch(seat *participant) {
	seat.session++
	session := seat.session
	c.world.After(c.session, func() {
		if seat.session != session || c.members[seat.id] != seat {
			return
		}
		if seat.joined != nil || seat.synced != nil {
			c.touch(seat)
			return
		}
		c.world.Logf("the session of %s is over", seat.id)
		c.remove(seat)
	})
}

func (c *Coordinator) remove(seat *participant) {
	joined := seat.join != nil
	c.drop(seat)
	if joined && (c.state == stable || c.state == completing) {
		c.prepare()
	}
	c.tryComplete(false)
}

func (c *Coordinator) drop(seat *participant) {
	delete(c.members, seat.id)
	c.order = slices.DeleteFunc(c.order, func(id string) bool { return id == seat.id })
	c.answerJoin(seat, kerr.UnknownMemberID.Code)
	c.answerSync(seat, kerr.UnknownMemberID.Code)
}

func (c *Coordinator) answerJoin(seat *participant, code int16) {
	if reply := seat.joined; reply != nil {
		seat.joined = nil
		reply(&kmsg.JoinGroupResponse{ErrorCode: code})
	}
}

func (c *Coordinator) answerSync(seat *participant, code int16) {
	if reply := seat.synced; reply != nil {
		seat.synced = nil
		reply(&kmsg.SyncGroupResponse{ErrorCode: code, Protocol: kmsg.StringPtr(c.protocol), MemberAssignment: seat.share})
	}
}
