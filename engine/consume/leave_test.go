package consume

import (
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// longSession is longer than any test: who waits for a dead member's session does not come to an end.
const longSession = 30 * time.Minute

// deadMember joins group g and its first round as a process that is never heard of again.
func deadMember(t *testing.T, cl *kgo.Client) (id string) {
	t.Helper()
	join := kmsg.NewPtrJoinGroupRequest()
	join.Group, join.ProtocolType = "g", "consumer"
	join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = int32(longSession.Milliseconds()), int32(longSession.Milliseconds())
	metadata := kmsg.NewConsumerMemberMetadata()
	protocol := kmsg.NewJoinGroupRequestProtocol()
	protocol.Name, protocol.Metadata = "range", metadata.AppendTo(nil)
	join.Protocols = append(join.Protocols, protocol)
	for range 2 { // for an id, then with it
		resp, err := join.RequestWith(t.Context(), cl)
		if err != nil {
			t.Fatal(err)
		}
		join.MemberID, id = resp.MemberID, resp.MemberID
	}
	sync := kmsg.NewPtrSyncGroupRequest()
	sync.Group, sync.MemberID, sync.Generation = "g", id, 1
	if _, err := sync.RequestWith(t.Context(), cl); err != nil {
		t.Fatal(err)
	}
	return id
}

// TestClose_WhileTheGroupWaits: a member that waits for a dead one to join leaves at once, for others to see, and no
// other member is left of it.
func TestClose_WhileTheGroupWaits(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"), kfake.GroupMaxSessionTimeout(2*longSession))
	dead := deadMember(t, client(t, c))
	joins := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.JoinGroup}, Group: "g", Observe: true, Count: -1, When: func(r kmsg.Request) bool {
		return r.(*kmsg.JoinGroupRequest).MemberID != ""
	}})
	m := join(t, c, nil, nil)
	if err := joins.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	m.c.Close()
	members := func(g *kfake.GroupInfo) bool { return len(g.Members) == 1 && g.Members[0].MemberID == dead }
	if g, err := c.WaitGroupInfo(t.Context(), "g", members); err != nil {
		t.Errorf("%v: %+v", err, g)
	}
	if n := joins.Hits(); n != 1 {
		t.Errorf("%d joins", n)
	}
}

// TestClose_InstanceWhileTheGroupWaits: a static member does not leave, but it does not wait either.
func TestClose_InstanceWhileTheGroupWaits(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"), kfake.GroupMaxSessionTimeout(2*longSession))
	dead := deadMember(t, client(t, c))
	m := join(t, c, map[string]string{"group.instance.id": "i"}, nil)
	both := func(g *kfake.GroupInfo) bool { return len(g.Members) == 2 }
	if _, err := c.WaitGroupInfo(t.Context(), "g", both); err != nil {
		t.Fatal(err)
	}
	m.c.Close()
	if g := c.GroupInfo("g"); len(g.Members) != 2 || g.Members[0].MemberID != dead && g.Members[1].MemberID != dead {
		t.Errorf("%+v", g)
	}
}
