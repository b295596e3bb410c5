package consume

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// leaveMax is how long Close waits until the coordinator has taken a member out that it keeps waiting. Without an
// answer the member stays in the group until its session is over.
const leaveMax = 5 * time.Second

// rounds knows whether the client waits in a rebalance of its group, and ends that wait when the consumer closes.
//
// The client sends its goodbye when a join or sync that is out has been answered. The coordinator does not answer
// while it waits for another member, one that died perhaps: for as long as that one's session. So Close says goodbye
// itself and ends the client then. In between the coordinator answers the join, for a member that is no more, and the
// client would join anew, as another member, which nobody would take out: it does not see the answer before it has
// been ended.
type rounds struct {
	end  context.CancelFunc // ends the client
	news chan struct{}      // holds a token when out may have become true

	mu   sync.Mutex
	out  bool          // a join or sync has not been answered
	left chan struct{} // closed once the member is out of the group and the client ended; nil before Close
}

var (
	_ kgo.HookBrokerWrite = (*rounds)(nil)
	_ kgo.HookBrokerE2E   = (*rounds)(nil)
)

func ofRounds(key int16) bool {
	return key == kmsg.JoinGroup.Int16() || key == kmsg.SyncGroup.Int16()
}

// OnBrokerWrite implements kgo.HookBrokerWrite.
func (r *rounds) OnBrokerWrite(_ kgo.BrokerMetadata, key int16, _ int, _, _ time.Duration, err error) {
	if !ofRounds(key) || err != nil {
		return
	}
	r.mu.Lock()
	r.out = true
	r.mu.Unlock()
	select {
	case r.news <- struct{}{}:
	default:
	}
}

// OnBrokerE2E implements kgo.HookBrokerE2E. It is called before the client sees the answer, by the goroutine of a
// connection on which nothing but rounds goes on.
func (r *rounds) OnBrokerE2E(_ kgo.BrokerMetadata, key int16, _ kgo.BrokerE2E) {
	if !ofRounds(key) {
		return
	}
	r.mu.Lock()
	r.out = false
	left := r.left
	r.mu.Unlock()
	if left != nil {
		<-left
	}
}

// closeClient leaves the group and closes the client.
func (c *Records) closeClient() {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		c.cl.CloseAllowingRebalance()
	}()
	for {
		select {
		case <-closed:
			c.rounds.end()
			return
		case <-c.rounds.news:
			if c.leaveRound() {
				<-closed
				return
			}
		}
	}
}

// leaveRound takes the member out of a rebalance that it waits in, and ends the client. false means that it does not
// wait, or asks for its member id first, which is answered at once. A static member stays in its group, as in Java.
func (c *Records) leaveRound() bool {
	id, _ := c.cl.GroupMetadata()
	instance, _ := c.cl.OptValue(kgo.InstanceID).(string)
	r := &c.rounds
	r.mu.Lock()
	waits := r.out && (id != "" || instance != "")
	if waits {
		r.left = make(chan struct{})
	}
	r.mu.Unlock()
	if !waits {
		return false
	}
	defer close(r.left)
	defer r.end()
	if instance != "" {
		return true
	}
	group, _ := c.cl.OptValue(kgo.ConsumerGroup).(string)
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Group, req.MemberID = group, id
	member := kmsg.NewLeaveGroupRequestMember()
	member.MemberID, member.Reason = id, kmsg.StringPtr("the consumer is being closed")
	req.Members = append(req.Members, member)
	ctx, cancel := context.WithTimeout(context.Background(), leaveMax)
	defer cancel()
	if _, err := req.RequestWith(ctx, c.cl); err != nil {
		c.opt.Logger.Warn("the group could not be left: it waits for this member until its session is over", "group", group, "member", id, "err", err)
	}
	return true
}
