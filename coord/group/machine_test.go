package group

import (
	"log/slog"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// script drives a machine by hand.
type script struct {
	t   *testing.T
	m   *machine
	now time.Time
	out map[int16]uint64 // the last request of each kind that was sent
}

func (s *script) step(in input) (cancelled []uint64) {
	s.t.Helper()
	for _, e := range s.m.step(s.now, in) {
		switch e := e.(type) {
		case request:
			s.out[e.req.Key()] = e.id
		case cancel:
			cancelled = append(cancelled, e.id)
		case notice:
			if _, ok := e.event.(Joining); ok {
				s.step(ready{})
			}
		}
	}
	return cancelled
}

func (s *script) answer(resp kmsg.Response) (cancelled []uint64) {
	s.t.Helper()
	return s.step(answer{id: s.out[resp.Key()], resp: resp})
}

// stableScript is a member with nothing to do whose heartbeat is out.
func stableScript(t *testing.T) *script {
	s := &script{t: t, now: time.UnixMilli(1_000_000), out: map[int16]uint64{}}
	s.m = newMachine(&Options{
		Group: "g", URL: "http://a:8083/", Protocol: Sessioned, SessionTimeout: 10 * time.Second, HeartbeatInterval: 3 * time.Second,
		RebalanceTimeout: time.Minute, RetryBackoff: 100 * time.Millisecond, RetryBackoffMax: time.Second,
		Configs: func() Configs { return Configs{Offset: 1} }, Log: slog.New(slog.DiscardHandler),
	}, func() float64 { return 0 }, s.now)
	s.step(tick{})
	s.answer(&kmsg.FindCoordinatorResponse{NodeID: 1, Host: "b", Port: 9092})
	s.answer(&kmsg.JoinGroupResponse{ErrorCode: kerr.MemberIDRequired.Code, MemberID: "a-1"})
	s.answer(&kmsg.JoinGroupResponse{Generation: 1, MemberID: "a-1", LeaderID: "z", Protocol: kmsg.StringPtr("sessioned")})
	share, err := (&Assignment{Leader: "z", LeaderURL: "http://z:8083/", Offset: 1}).Append(nil, Sessioned)
	if err != nil {
		t.Fatal(err)
	}
	s.answer(&kmsg.SyncGroupResponse{MemberAssignment: share})
	s.now = s.now.Add(4 * time.Second)
	s.step(tick{})
	if s.m.phase != stable || s.m.beating == 0 {
		t.Fatalf("phase %d, heartbeat %d", s.m.phase, s.m.beating)
	}
	return s
}

// TestMachine_LivingCoordinatorIsLetAnswer: to cancel a join breaks its connection, and the next one with it. A first
// join that is lost so makes the group wait until a session is over.
func TestMachine_LivingCoordinatorIsLetAnswer(t *testing.T) {
	s := stableScript(t)
	if cancelled := s.step(stop{}); cancelled != nil || s.m.leaving == 0 {
		t.Errorf("leaving cancels %v, leave request %d", cancelled, s.m.leaving)
	}

	s = stableScript(t)
	s.step(rejoin{"work was revoked"})
	first := s.m.joining
	if first == 0 {
		t.Fatal("no join is out")
	}
	if cancelled := s.answer(&kmsg.HeartbeatResponse{ErrorCode: kerr.UnknownMemberID.Code}); cancelled != nil {
		t.Errorf("a refused heartbeat cancels %v", cancelled)
	}
	second := s.m.joining
	if second == 0 || second == first {
		t.Fatalf("join %d after %d", second, first)
	}
	s.step(answer{id: first, resp: &kmsg.JoinGroupResponse{ErrorCode: kerr.UnknownMemberID.Code}})
	if s.m.joining != second {
		t.Errorf("the answer to the old join ended the new one: %d, not %d", s.m.joining, second)
	}
}

// TestMachine_SilentCoordinatorIsCancelled: what is out at a coordinator that was given up is not waited for.
func TestMachine_SilentCoordinatorIsCancelled(t *testing.T) {
	s := stableScript(t)
	beat := s.m.beating
	s.now = s.now.Add(4 * time.Second)
	if cancelled := s.step(tick{}); len(cancelled) != 1 || cancelled[0] != beat || s.m.finding == 0 {
		t.Errorf("cancelled %v, not heartbeat %d; search %d", cancelled, beat, s.m.finding)
	}
}

// TestMachine_LeaderWaitsForConfigs that a member has read: the round is not lost where they come in time.
func TestMachine_LeaderWaitsForConfigs(t *testing.T) {
	for name, c := range map[string]struct {
		come  bool
		error int16
	}{"they come": {true, NoError}, "they do not": {false, ConfigMismatch}} {
		s := stableScript(t)
		offset := int64(1)
		s.m.o.Configs = func() Configs { return Configs{Offset: offset} }
		s.step(rejoin{"there is other work"})
		var members []kmsg.JoinGroupResponseMember
		for id, read := range map[string]int64{"a-1": 1, "z": 2} {
			data, err := (&Metadata{URL: "http://" + id + ":8083/", Offset: read}).Append(nil, Sessioned)
			if err != nil {
				t.Fatal(err)
			}
			members = append(members, kmsg.JoinGroupResponseMember{MemberID: id, ProtocolMetadata: data})
		}
		s.answer(&kmsg.JoinGroupResponse{Generation: 2, MemberID: "a-1", LeaderID: "a-1", Protocol: kmsg.StringPtr("sessioned"), Members: members})
		sent := func() (sync *kmsg.SyncGroupRequest) {
			for _, e := range s.m.step(s.now, tick{}) {
				if r, ok := e.(request); ok && r.req.Key() == kmsg.SyncGroup.Int16() {
					sync = r.req.(*kmsg.SyncGroupRequest)
				}
			}
			return sync
		}
		if at, _ := s.m.next(); sent() != nil || !at.Equal(s.now.Add(leadPoll)) || s.m.joining != 0 {
			t.Fatalf("%s: it does not wait, or not until %v", name, at)
		}
		s.now = s.now.Add(leadWait)
		if c.come {
			s.now, offset = s.now.Add(-leadPoll), 2
		}
		sync := sent()
		if sync == nil || len(sync.GroupAssignment) != 2 {
			t.Fatalf("%s: sent %+v", name, sync)
		}
		share, err := ParseAssignment(sync.GroupAssignment[0].MemberAssignment)
		if err != nil || share.Error != c.error || sent() != nil {
			t.Errorf("%s: %+v, %v", name, share, err)
		}
	}
}
