package group_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/internal/kafka/embedded"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cluster is a broker and the configs that all workers of a test know.
type cluster struct {
	t      *testing.T
	broker string

	mu      sync.Mutex
	configs group.Configs
	changed chan struct{} // closed and replaced when a worker heard something
	workers map[string]*worker
}

// worker is a member with an owner that does what it is told.
type worker struct {
	c      *cluster
	name   string
	member *group.Member
	stop   context.CancelFunc
	ended  chan struct{}
	err    error
	log    logBuffer

	// Guarded by cluster.mu.
	running assign.Work
	rounds  []group.Joined
	events  []string
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newCluster(t *testing.T, work assign.Work) *cluster {
	t.Helper()
	b, err := embedded.Start(embedded.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return clusterAt(t, b.Bootstrap(), work)
}

func clusterAt(t *testing.T, broker string, work assign.Work) *cluster {
	return &cluster{t: t, broker: broker, configs: group.Configs{Offset: 1, Work: work}, changed: make(chan struct{}), workers: map[string]*worker{}}
}

func (c *cluster) snapshot() group.Configs {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.configs
}

// options are those of a worker that notices everything soon.
func (c *cluster) options(w *worker) group.Options {
	return group.Options{
		Group: "workers", URL: "http://" + w.name + ":8083/", Protocol: group.Sessioned,
		SessionTimeout: 6 * time.Second, HeartbeatInterval: 100 * time.Millisecond, RebalanceTimeout: 20 * time.Second,
		RetryBackoff: 10 * time.Millisecond, RetryBackoffMax: 50 * time.Millisecond,
		Configs: c.snapshot, Notify: w.notify,
		Log: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// start starts a worker; change may alter its options.
func (c *cluster) start(name string, change func(*group.Options)) *worker {
	c.t.Helper()
	w := &worker{c: c, name: name, ended: make(chan struct{})}
	o := c.options(w)
	if change != nil {
		change(&o)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(c.broker), kgo.ClientID(name))
	if err != nil {
		c.t.Fatal(err)
	}
	if w.member, err = group.NewMember(client, o); err != nil {
		c.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	c.mu.Lock()
	c.workers[name] = w
	c.mu.Unlock()
	go func() {
		defer close(w.ended)
		defer client.Close()
		w.err = w.member.Run(ctx)
	}()
	c.t.Cleanup(func() {
		w.stop()
		<-w.ended
	})
	return w
}

// quit stops a worker and waits for it.
func (w *worker) quit() error {
	w.stop()
	<-w.ended
	w.c.mu.Lock()
	delete(w.c.workers, w.name)
	w.c.mu.Unlock()
	return w.err
}

func (w *worker) notify(e group.Event) {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.events = append(w.events, fmt.Sprintf("%T", e))
	switch e := e.(type) {
	case group.Joining:
		w.running = w.running.Minus(e.Revoke)
		w.member.Ready()
	case group.Joined:
		w.rounds = append(w.rounds, e)
		w.running = e.Assignment.Assigned
		if !e.Assignment.Revoked.Empty() {
			w.member.Rejoin("work was revoked")
		}
	case group.Lost:
		w.running = assign.Work{}
	}
	close(w.c.changed)
	w.c.changed = make(chan struct{})
}

// heard returns the rounds that a worker took part in.
func (w *worker) heard() []group.Joined {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	return slices.Clone(w.rounds)
}

// wait waits until done, which runs under the cluster's lock.
func (c *cluster) wait(what string, done func() bool) {
	c.t.Helper()
	deadline := time.After(30 * time.Second)
	again := time.NewTicker(10 * time.Millisecond) // lines of the log come without a change
	defer again.Stop()
	for {
		c.mu.Lock()
		ok, changed := done(), c.changed
		c.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-again.C:
		case <-deadline:
			for _, w := range c.workers {
				c.t.Logf("%s runs %v: %v\n%s", w.name, w.running, w.events, w.log.String())
			}
			c.t.Fatalf("no %s after 30 seconds", what)
		}
	}
}

// spread waits until the workers run all work between them, evenly, each item once.
func (c *cluster) spread() {
	c.t.Helper()
	c.wait("even spread", func() bool {
		var all assign.Work
		for _, w := range c.workers {
			all = assign.Work{
				Connectors: append(all.Connectors, w.running.Connectors...),
				Tasks:      append(all.Tasks, w.running.Tasks...),
			}
			if n, share := len(w.running.Tasks), len(c.configs.Work.Tasks)/len(c.workers); n < share || n > share+1 {
				return false
			}
		}
		return all.Len() == c.configs.Work.Len() && all.Minus(c.configs.Work).Empty() && c.configs.Work.Minus(all).Empty()
	})
}

// plan makes connectors c0, c1, … with tasks.
func plan(names, tasks int) assign.Work {
	var w assign.Work
	for i := range names {
		name := fmt.Sprintf("c%d", i)
		w.Connectors = append(w.Connectors, name)
		for n := range tasks {
			w.Tasks = append(w.Tasks, connectors.TaskID{Connector: name, Task: n})
		}
	}
	return w
}

func TestMember_WorkersShareEvenly(t *testing.T) {
	for _, p := range []group.Protocol{group.Eager, group.Compatible, group.Sessioned} {
		t.Run(p.String(), func(t *testing.T) {
			c := newCluster(t, plan(3, 4))
			change := func(o *group.Options) { o.Protocol = p }
			a := c.start("a", change)
			c.spread()
			b := c.start("b", change)
			c.spread()
			c.start("c", change)
			c.spread()
			if got := a.member.View().Protocol; got != p {
				t.Errorf("protocol %v", got)
			}
			c.wait("one leader", func() bool {
				leaders := 0
				for _, w := range c.workers {
					if w.member.View().Leader() {
						leaders++
					}
				}
				return leaders == 1
			})
			if err := b.quit(); err != nil {
				t.Error(err)
			}
			c.spread() // no delay is set: the work of b is dealt out at once
		})
	}
}

// TestMember_GroupSpeaksWhatAllSpeak: an old worker brings the group down to its protocol, and up again
// when it leaves.
func TestMember_GroupSpeaksWhatAllSpeak(t *testing.T) {
	c := newCluster(t, plan(2, 3))
	a := c.start("a", nil)
	c.spread()
	old := c.start("old", func(o *group.Options) { o.Protocol = group.Eager })
	c.spread()
	c.wait("eager round", func() bool { return a.rounds[len(a.rounds)-1].Protocol == group.Eager })
	if err := old.quit(); err != nil {
		t.Error(err)
	}
	c.spread()
	c.wait("sessioned round", func() bool { return a.rounds[len(a.rounds)-1].Protocol == group.Sessioned })
}

func TestMember_LeaderKnowsOwners(t *testing.T) {
	c := newCluster(t, plan(2, 2))
	a := c.start("a", nil)
	c.spread()
	b := c.start("b", nil)
	c.spread()
	c.wait("leader at rest", func() bool { return a.member.View().Owners != nil && b.member.View().MemberID != "" })
	view := a.member.View()
	if !view.Leader() || b.member.View().Owners != nil {
		t.Fatalf("views %+v, %+v", view, b.member.View())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.workers {
		for _, id := range w.running.Tasks {
			if url := view.Owners.Task(id); url != "http://"+w.name+":8083/" {
				t.Errorf("task %v of %s is said to run at %q", id, w.name, url)
			}
		}
		for _, id := range w.running.Connectors {
			if url := view.Owners.Connector(id); url != "http://"+w.name+":8083/" {
				t.Errorf("connector %v of %s is said to run at %q", id, w.name, url)
			}
		}
	}
}

// TestMember_DepartedWorkWaits: the work of a worker that left waits for the delay, or, with
// millrace.rebalance.clean.leave, does not where it is known to have stopped.
func TestMember_DepartedWorkWaits(t *testing.T) {
	for _, clean := range []bool{false, true} {
		t.Run(fmt.Sprintf("clean=%t", clean), func(t *testing.T) {
			c := newCluster(t, plan(2, 2))
			change := func(o *group.Options) {
				o.MaxDelay = 5 * time.Minute
				if clean {
					o.Stopped = func() assign.Work { return plan(2, 2) }
				}
			}
			a := c.start("a", change)
			c.spread()
			b := c.start("b", change)
			c.spread()
			n := len(a.heard())
			if err := b.quit(); err != nil {
				t.Error(err)
			}
			if clean {
				c.spread()
				return
			}
			c.wait("round without b", func() bool {
				last := a.rounds[len(a.rounds)-1].Assignment
				return len(a.rounds) > n && last.Delay == 5*time.Minute
			})
			if waiting := a.member.View().Waiting; waiting.Len() != 3 {
				t.Errorf("waiting %v", waiting)
			}
		})
	}
}

func TestMember_StalledOwnerLeaves(t *testing.T) {
	c := newCluster(t, plan(1, 1))
	a := c.start("a", func(o *group.Options) { o.RebalanceTimeout = time.Second })
	c.spread()
	c.wait("expiry", func() bool { return strings.HasSuffix(a.events[len(a.events)-1], "Expired") })
	c.wait("expiry is logged", func() bool { return strings.Contains(a.log.String(), "due to worker poll timeout has expired.") })
	if v := a.member.View(); v.MemberID != "" || !v.Rejoining || v.Assignment == nil {
		t.Errorf("view %+v", v)
	}
	n := len(a.heard())
	a.member.Poll()
	c.wait("return", func() bool { return len(a.rounds) > n })
	if back := a.heard()[n].Assignment; !back.Revoked.Empty() || back.Assigned.Len() != 2 {
		t.Errorf("assignment %v", back)
	}
}

// TestMember_LogsAsJava: tools look for these lines.
func TestMember_LogsAsJava(t *testing.T) {
	c := newCluster(t, plan(1, 1))
	a := c.start("a", nil)
	c.spread()
	id := a.heard()[0].MemberID
	if err := a.quit(); err != nil {
		t.Fatal(err)
	}
	log := a.log.String()
	for _, want := range []string{
		"Discovered group coordinator 127.0.0.1:",
		"Rebalance started",
		"(Re-)joining group",
		"Successfully joined group with generation Generation{generationId=1, memberId='" + id + "', protocol='sessioned'}",
		"Successfully synced group in generation Generation{generationId=1, memberId='" + id + "', protocol='sessioned'}",
		"Joined group at generation 1 with protocol version 2 and got assignment: Assignment{error=0, leader='" + id + "', leaderUrl='http://a:8083/', offset=1, connectorIds=[c0], taskIds=[c0-0], revokedConnectorIds=[], revokedTaskIds=[], delay=0} with rebalance delay: 0",
		"Member " + id + " sending LeaveGroup request to coordinator 127.0.0.1:",
	} {
		if !strings.Contains(log, want) {
			t.Errorf("no line %q in\n%s", want, log)
		}
	}
	if !strings.HasPrefix(id, "a-") {
		t.Errorf("member id %q", id)
	}
}

func TestMember_OptionsRefused(t *testing.T) {
	c := clusterAt(t, "", assign.Work{})
	for want, change := range map[string]func(*group.Options){
		"heartbeat.interval.ms (6000) must be set lower than the session timeout (6000)": func(o *group.Options) { o.HeartbeatInterval = o.SessionTimeout },
		"group.id is empty":         func(o *group.Options) { o.Group = "" },
		"rebalance.timeout.ms is 0": func(o *group.Options) { o.RebalanceTimeout = 0 },
	} {
		o := c.options(&worker{})
		change(&o)
		if _, err := group.NewMember(nil, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, not %q", err, want)
		}
	}
}

// TestMember_ForeignGroupFails: the group belongs to a consumer, which no retry changes.
func TestMember_ForeignGroupFails(t *testing.T) {
	c := newCluster(t, plan(1, 1))
	joined := make(chan struct{})
	var once sync.Once
	consumer, err := kgo.NewClient(kgo.SeedBrokers(c.broker), kgo.ConsumerGroup("workers"), kgo.ConsumeTopics("t"), kgo.AllowAutoTopicCreation(),
		kgo.OnPartitionsAssigned(func(context.Context, *kgo.Client, map[string][]int32) { once.Do(func() { close(joined) }) }))
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.Close()
	<-joined
	a := c.start("a", nil)
	<-a.ended
	var fatal *group.FatalError
	if !errors.As(a.err, &fatal) || fatal.JavaClass() != "org.apache.kafka.common.errors.InconsistentGroupProtocolException" {
		t.Errorf("error %v", a.err)
	}
}
