//go:build e2e || soak

package mixed

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
)

// stubVariable makes a process a stub; it holds its settings as JSON.
const stubVariable = "MILLRACE_GROUP_STUB"

// settings of a stub.
type settings struct {
	Name, Bootstrap, Group, ConfigTopic, StatusTopic, Protocol string
}

const (
	session   = 3 * time.Second
	heartbeat = 600 * time.Millisecond
	rebalance = 20 * time.Second
	maxDelay  = 500 * time.Millisecond
)

// report is what a stub prints after every event, behind reportStart.
type report struct {
	Event      string
	Generation int32
	Protocol   string
	Leads      bool
	Running    []string
}

const reportStart = "stub reports "

// stub is a member with a herder that starts nothing. Its fields belong to run's goroutine.
type stub struct {
	s       settings
	client  *kgo.Client
	member  *group.Member
	configs atomic.Pointer[group.Configs]
	changed chan struct{}
	events  chan group.Event
	joined  group.Joined
	running assign.Work
	behind  bool             // the last assignment was made from other configs
	again   <-chan time.Time // when to rejoin
}

// runStub runs a stub until SIGTERM.
func runStub(text string) error {
	var s settings
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	protocol, err := group.ParseProtocol(s.Protocol)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	// There is room for all events of a test: Notify must not wait.
	h := &stub{s: s, changed: make(chan struct{}, 1), events: make(chan group.Event, 10_000)}
	h.configs.Store(&group.Configs{Offset: -1})
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Bootstrap), kgo.ClientID(s.Name),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{s.ConfigTopic: {0: kgo.NewOffset().AtStart()}}))
	if err != nil {
		return err
	}
	defer client.Close()
	h.client = client
	h.member, err = group.NewMember(client, group.Options{
		Group: s.Group, URL: "http://" + s.Name + ":8083/", Protocol: protocol,
		SessionTimeout: session, HeartbeatInterval: heartbeat, RebalanceTimeout: rebalance,
		RetryBackoff: 100 * time.Millisecond, RetryBackoffMax: time.Second, MaxDelay: maxDelay,
		Configs: func() group.Configs { return *h.configs.Load() },
		Notify:  func(e group.Event) { h.events <- e },
		Log:     slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- h.member.Run(ctx) }()
	go h.read(ctx, client)
	h.run(ctx)
	return <-ended
}

// read keeps the snapshot of the config topic.
func (h *stub) read(ctx context.Context, client *kgo.Client) {
	var r reducer
	for ctx.Err() == nil {
		client.PollFetches(ctx).EachRecord(func(record *kgo.Record) { r.take(record.Offset, string(record.Key), record.Value) })
		now := r.configs()
		h.configs.Store(&now)
		select {
		case h.changed <- struct{}{}:
		default:
		}
	}
}

// run obeys the member until ctx ends.
func (h *stub) run(ctx context.Context) {
	poll := time.NewTicker(time.Second)
	defer poll.Stop()
	var known group.Configs
	for {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
			h.member.Poll()
		case <-h.again:
			h.again = nil
			h.member.Rejoin("the delay is over")
		case <-h.changed:
			now := *h.configs.Load()
			if h.behind || !now.Work.Minus(known.Work).Empty() || !known.Work.Minus(now.Work).Empty() {
				h.member.Rejoin("connectors have changed")
			}
			known = now
		case e := <-h.events:
			h.obey(e)
		}
	}
}

// obey does what an event says. Source: DistributedHerder.RebalanceListener, handleRebalanceCompleted.
func (h *stub) obey(e group.Event) {
	h.again = nil
	switch e := e.(type) {
	case group.Joining:
		h.running = h.running.Minus(e.Revoke)
		h.report("joining")
		h.member.Ready()
	case group.Joined:
		h.joined = e
		a := e.Assignment
		h.running = h.running.Minus(a.Revoked)
		h.behind = a.Failed() || a.Offset != h.configs.Load().Offset
		if h.behind {
			h.member.Rejoin("configs differ")
			h.report("behind")
			return
		}
		h.start(a.Assigned.Minus(h.running))
		h.running = a.Assigned
		if !a.Revoked.Empty() {
			h.member.Rejoin("work was revoked")
		}
		if a.Delay > 0 {
			h.again = time.After(a.Delay)
		}
		h.report("joined")
	case group.Lost:
		h.running = assign.Work{}
		h.report("lost")
	case group.Expired:
		h.report("expired")
	case group.Failed:
		fmt.Println("failed:", e.Err)
	}
}

// start says that work runs here now: where a group is eager, Java ignores that its own has ended, and
// waits for this. Source: KafkaStatusBackingStore.canWriteSafely.
func (h *stub) start(w assign.Work) {
	value, err := json.Marshal(map[string]any{"state": "RUNNING", "trace": nil, "worker_id": h.s.Name + ":8083", "generation": h.joined.Generation, "version": "4.3.1"})
	if err != nil {
		panic(err) // texts and numbers
	}
	keys := make([]string, 0, w.Len())
	for _, name := range w.Connectors {
		keys = append(keys, "status-connector-"+name)
	}
	for _, id := range w.Tasks {
		keys = append(keys, "status-task-"+id.String())
	}
	records := make([]*kgo.Record, len(keys))
	for i, key := range keys {
		records[i] = &kgo.Record{Topic: h.s.StatusTopic, Key: []byte(key), Value: value}
	}
	// It is reported once it is written: what a frozen stub still had to write would be the last word when it wakes.
	if err := h.client.ProduceSync(context.Background(), records...).FirstErr(); err != nil {
		fmt.Println("status:", err)
	}
}

func (h *stub) report(event string) {
	r := report{
		Event: event, Generation: h.joined.Generation, Protocol: h.joined.Protocol.Name(),
		Leads: event == "joined" && h.joined.Assignment.Leader == h.joined.MemberID, Running: append([]string{}, h.running.Connectors...),
	}
	for _, id := range h.running.Tasks {
		r.Running = append(r.Running, id.String())
	}
	line, err := json.Marshal(r)
	if err != nil {
		panic(err) // texts and numbers
	}
	fmt.Println(reportStart + string(line))
}
