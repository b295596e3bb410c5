package consume

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
)

// both polls members in turn until cond holds.
func both(t *testing.T, what string, cond func() bool, members ...*member) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !cond() {
		if time.Now().After(deadline) {
			for _, m := range members {
				t.Logf("log %v, rows %v", m.log, counts(m.rows))
			}
			t.Fatalf("%s: waited in vain", what)
		}
		for _, m := range members {
			if err := m.poll(5 * time.Millisecond); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
	}
}

// commitOnRevoke commits what was delivered of the partitions that go.
func (m *member) commitOnRevoke() {
	m.onRevoked = func(list []connectors.TopicPartition) error {
		o := offsets{}
		for _, at := range list {
			if n, ok := m.next[at]; ok {
				o[at] = n
			}
		}
		return m.c.Commit(m.t.Context(), o)
	}
}

// TestRebalance_NothingLostNothingTwice: a second member comes and goes while rows flow; committing
// what was delivered when partitions are revoked, every row is delivered once, in order.
func TestRebalance_NothingLostNothingTwice(t *testing.T) {
	for _, strategy := range []string{rangeAssignor, roundAssignor, stickyAssignor, cooperativeAssignor, ""} {
		t.Run(strategy[strings.LastIndex(strategy, ".")+1:], func(t *testing.T) {
			c := cluster(t, kfake.SeedTopics(4, "t"))
			cl := client(t, c)
			props := map[string]string{}
			if strategy != "" {
				props["partition.assignment.strategy"] = strategy
			}
			small := func(o *Options) { o.RowsMax, o.PollRowsMax = 7, 7 }
			const n = 300
			for p := range int32(4) {
				produce(t, cl, tp(p), 0, n/2)
			}
			m1 := join(t, c, props, small)
			m1.commitOnRevoke()
			m1.until("first rows", m1.has(tp(0), 10))
			m2 := join(t, c, props, small)
			m2.commitOnRevoke()
			held := func(m *member) int { return len(m.c.Assignment()) }
			both(t, "two members", func() bool { return held(m1) == 2 && held(m2) == 2 }, m1, m2)
			for p := range int32(4) { // the first may have had all others by now
				produce(t, cl, tp(p), n/2, n/2)
			}
			both(t, "rows of the second", func() bool { return len(m2.rows) == 2 }, m1, m2)
			// The second one leaves as a task does: it commits, then closes.
			done := offsets{}
			for _, at := range m2.c.Assignment() {
				if o, ok := m2.next[at]; ok {
					done[at] = o
				}
			}
			if err := m2.c.Commit(t.Context(), done); err != nil {
				t.Fatal(err)
			}
			m2.c.Close()
			both(t, "one member", func() bool { return held(m1) == 4 }, m1)
			total := func() int {
				n := 0
				for _, m := range []*member{m1, m2} {
					for _, l := range m.rows {
						n += len(l)
					}
				}
				return n
			}
			both(t, "all rows", func() bool { return total() >= 4*n }, m1)
			for p := range int32(4) {
				all := slices.Concat(m1.rows[tp(p)], m2.rows[tp(p)])
				if !slices.IsSorted(m1.rows[tp(p)]) || !slices.IsSorted(m2.rows[tp(p)]) {
					t.Errorf("partition %d: out of order", p)
				}
				slices.Sort(all)
				for i, v := range all {
					if v != fmt.Sprintf("%06d", i) {
						t.Fatalf("partition %d: row %d is %s, of %d", p, i, v, len(all))
					}
				}
			}
			if strategy == cooperativeAssignor {
				for _, l := range m1.log {
					if strings.HasPrefix(l, "revoked") && strings.Count(l, "t-") != 2 {
						t.Errorf("a cooperative assignor took more than it had to: %s", l)
					}
				}
			}
		})
	}
}

// TestRebalance_ServerSide: group.protocol=consumer, where the broker assigns.
func TestRebalance_ServerSide(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	cl := client(t, c)
	produce(t, cl, tp(0), 0, 10)
	produce(t, cl, tp(1), 0, 10)
	m := join(t, c, map[string]string{"group.protocol": "consumer", "heartbeat.interval.ms": "", "session.timeout.ms": ""}, nil)
	m.until("rows", func() bool { return len(m.rows[tp(0)]) == 10 && len(m.rows[tp(1)]) == 10 })
	if err := m.c.Commit(t.Context(), offsets{tp(0): 10}); err != nil {
		t.Fatal(err)
	}
	if got := committed(t, cl, "g"); got[tp(0)] != 10 {
		t.Errorf("%v", got)
	}
}

// TestRebalance_Lost: a member that the group does not know any more loses its partitions, without a
// commit, and starts again where the group stands.
func TestRebalance_Lost(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	cl := client(t, c)
	produce(t, cl, tp(0), 0, 20)
	m := join(t, c, nil, func(o *Options) { o.RowsMax, o.PollRowsMax = 5, 5 })
	m.until("rows", m.has(tp(0), 5))
	if err := m.c.Commit(t.Context(), offsets{tp(0): 5}); err != nil {
		t.Fatal(err)
	}
	m.until("more rows", m.has(tp(0), 10))
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: "g", Err: kerr.UnknownMemberID})
	m.onLost = func([]connectors.TopicPartition) error { m.rows[tp(0)] = nil; return nil }
	m.until("the loss", func() bool { return len(m.log) >= 3 })
	if want := []string{"assigned [t-0@0]", "lost [t-0]", "assigned [t-0@5]"}; !slices.Equal(m.log, want) {
		t.Fatalf("log %v, want %v", m.log, want)
	}
	m.until("rows again", m.has(tp(0), 15))
	m.inOrder(tp(0), 5, 19)
}

// TestRebalance_PauseEndsWithTheAssignment, as in Java: who gets a partition again starts without one.
func TestRebalance_PauseEndsWithTheAssignment(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	cl := client(t, c)
	m := join(t, c, nil, nil)
	m.until("assignment", func() bool { return len(m.log) == 1 })
	m.c.Pause([]connectors.TopicPartition{tp(0)})
	produce(t, cl, tp(0), 0, 5)
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: "g", Err: kerr.UnknownMemberID})
	m.until("rows", m.has(tp(0), 5))
}

// TestRebalance_CallbackErrors come out of Poll.
func TestRebalance_CallbackErrors(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	m := join(t, c, nil, nil)
	m.onAssigned = func(offsets) error { return errTest }
	if err := m.fails(); !errors.Is(err, errTest) {
		t.Errorf("%v", err)
	}
	m.c.Close()

	m = join(t, c, nil, nil)
	m.until("assignment", func() bool { return len(m.log) == 1 })
	m.onLost = func([]connectors.TopicPartition) error { return errTest }
	c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Heartbeat}, Group: "g", Err: kerr.UnknownMemberID})
	if err := m.fails(); !errors.Is(err, errTest) {
		t.Errorf("%v", err)
	}
}

// TestClose_WithoutPolling: whatever waits for the task (an assignment, rows, a commit) is let go, and
// the group learns that the member left.
func TestClose_WithoutPolling(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(2, "t"))
	cl := client(t, c)
	produce(t, cl, tp(0), 0, 1000)
	fetched := c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.OffsetFetch}, Group: "g", Observe: true, Count: -1})

	m := join(t, c, nil, nil) // closes with the assignment pending
	if err := fetched.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	m.c.Close()

	m = join(t, c, nil, func(o *Options) { o.RowsMax, o.PollRowsMax = 10, 10 })
	m.until("rows", m.has(tp(0), 10))
	eventually(t, "rows in the lanes", func() bool { return m.c.Stats().BufferedBytes > 0 })
	m.c.CommitAsync(offsets{tp(0): 10}, func(error) { t.Error("a callback after Close") })
	log := len(m.log)
	m.c.Close()
	m.c.Close() // once more does nothing
	if len(m.log) != log {
		t.Errorf("callbacks while closing: %v", m.log[log:])
	}
	if _, err := c.WaitGroupInfo(t.Context(), "g", func(g *kfake.GroupInfo) bool { return len(g.Members) == 0 }); err != nil {
		t.Error(err)
	}
}

// TestTopic_MadeAgain: a topic that is deleted and made anew is read from its beginning.
func TestTopic_MadeAgain(t *testing.T) {
	c := cluster(t, kfake.SeedTopics(1, "t"))
	cl := client(t, c)
	produce(t, cl, tp(0), 0, 5)
	m := join(t, c, nil, nil)
	m.until("rows", m.has(tp(0), 5))
	if err := c.DeleteTopic("t"); err != nil {
		t.Fatal(err)
	}
	if err := c.CreateTopic("t", 1, nil); err != nil {
		t.Fatal(err)
	}
	cl2 := client(t, c)
	produce(t, cl2, tp(0), 100, 5)
	m.rows[tp(0)] = nil
	m.until("new rows", m.has(tp(0), 5))
	m.inOrder(tp(0), 100, 104)
}
