package distributed

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/assign"
	"github.com/millrace/millrace/coord/group"
	"github.com/millrace/millrace/internal/logs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const workerID = "h:8083"

// kit is a herder that runs, alone in its group, with fakes around it.
type kit struct {
	*Herder
	t        *testing.T
	worker   *fakeWorker
	configs  *fakeConfigs
	statuses *fakeStatuses
	member   *fakeMember
	peers    *fakePeers
	loggers  *logs.Registry
	rounds   int
	end      func() error // ends Run and returns what it returned
}

// run runs a test inside of a bubble with fake time. change is for what the herder is made with.
func run(t *testing.T, f func(t *testing.T, k *kit), change ...func(k *kit, o *Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		k := newKit(t, change...)
		k.start()
		synctest.Wait()
		f(t, k)
		if err := k.end(); err != nil {
			t.Errorf("end: %v", err)
		}
		if got := k.worker.running(); got != "" {
			t.Errorf("still running: %s", got)
		}
	})
}

func newKit(t *testing.T, change ...func(k *kit, o *Options)) *kit {
	k := &kit{t: t, worker: newFakeWorker(), configs: newFakeConfigs(), statuses: newFakeStatuses(), peers: &fakePeers{}, loggers: logs.New(nil, logs.Options{})}
	k.member = &fakeMember{k: k, leader: "me", url: "http://h:8083/"}
	o := Options{
		Worker: k.worker, Configs: k.configs, Statuses: k.statuses, Offsets: &fakeOffsets{}, Peers: k.peers, Loggers: k.loggers, Rounds: k.member,
		WorkerID: workerID, Logger: slog.New(slog.DiscardHandler),
		Join: func(t Ties) (Member, error) {
			k.member.ties = t
			return k.member, nil
		},
		Protocol: group.Sessioned, Keys: group.KeyPolicy{Algorithm: "HmacSHA256", TTL: time.Hour}, Signature: "HmacSHA256", Signatures: []string{"HmacSHA256"},
		HeartbeatInterval: 3 * time.Second, SyncTimeout: 3 * time.Second, UnsyncBackoff: 5 * time.Minute, MaxDelay: 5 * time.Minute,
	}
	for _, c := range change {
		c(k, &o)
	}
	k.Herder = New(o)
	k.configs.tell = k.ConfigsChanged
	return k
}

// start lets the herder run.
func (k *kit) start() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }()
	k.end = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
}

func conf(pairs ...string) map[string]string {
	m := map[string]string{"connector.class": "C", "tasks": "1"}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// create creates a connector and waits until everything has come to rest.
func (k *kit) create(name string, pairs ...string) {
	k.t.Helper()
	if created, _, err := k.PutConnector(k.t.Context(), name, conf(append([]string{"name", name}, pairs...)...), "", false); err != nil || !created {
		k.t.Fatalf("create %s: %v, %v", name, created, err)
	}
	synctest.Wait()
	k.worker.trace()
}

// status is a connector's status in short, such as "RUNNING 0:FAILED".
func (k *kit) status(name string) string {
	k.t.Helper()
	synctest.Wait()
	s, err := k.ConnectorStatus(k.t.Context(), name)
	if err != nil {
		return err.Error()
	}
	out := string(s.Connector.State)
	for _, t := range s.Tasks {
		out += " " + string('0'+rune(t.ID)) + ":" + string(t.State)
	}
	return out
}

// refused checks an error that a client sees.
func refused(t *testing.T, err error, status int, text string) {
	t.Helper()
	var r *coord.RequestError
	if !errors.As(err, &r) || r.Status != status || r.Text != text {
		t.Errorf("got %v, want %d %s", err, status, text)
	}
}

// elsewhere checks that a request is sent on.
func elsewhere(t *testing.T, err error, url, text string) {
	t.Helper()
	var e *coord.ElsewhereError
	if !errors.As(err, &e) || e.URL != url || e.Text != text {
		t.Errorf("got %v, want %s at %s", err, text, url)
	}
}

// pass lets time pass, and waits until everything has come to rest.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func equal(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// fakeMember is a group of this worker and of others that do nothing: its rounds take no time.
type fakeMember struct {
	k    *kit
	ties Ties

	mu      sync.Mutex
	leader  string                          // member id; "me" is this worker's
	url     string                          // of the leader
	owned   func(w assign.Work) assign.Work // what of all work is this worker's; nil: all
	held    assign.Work
	gen     int32
	offset  int64 // of the last round
	joining bool
	again   bool // once more after that
	gone    bool // until the next poll
	left    bool // for good
	reasons []string
	polls   int
}

func (m *fakeMember) Run(ctx context.Context) error {
	m.Rejoin("start")
	<-ctx.Done()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.left = true
	return nil
}

func (m *fakeMember) View() group.View {
	m.mu.Lock()
	defer m.mu.Unlock()
	return group.View{MemberID: "me", Generation: m.gen}
}

func (m *fakeMember) Rejoin(reason string) {
	m.mu.Lock()
	m.reasons = append(m.reasons, reason)
	begin := !m.joining && !m.gone
	m.again = m.again || m.joining
	m.joining = m.joining || begin
	m.mu.Unlock()
	if begin {
		m.ties.Notify(group.Joining{})
	}
}

func (m *fakeMember) Ready() {
	configs := m.ties.Configs()
	m.mu.Lock()
	work := configs.Work
	if m.owned != nil {
		work = m.owned(work)
	}
	a := &group.Assignment{Leader: m.leader, LeaderURL: m.url, Offset: configs.Offset, Assigned: work, Revoked: m.held.Minus(work)}
	m.held, m.joining = work, false
	m.gen++
	m.offset = a.Offset
	again := m.again
	m.again = false
	gen := m.gen
	m.mu.Unlock()
	m.ties.Notify(group.Joined{Assignment: a, Generation: gen, MemberID: "me", Protocol: m.k.o.Protocol})
	if again {
		m.Rejoin("again")
	}
}

func (m *fakeMember) Poll() {
	m.mu.Lock()
	m.polls++
	back := m.gone
	m.gone = false
	m.mu.Unlock()
	if back {
		m.Rejoin("back")
	}
}

func (m *fakeMember) Leave(reason string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reasons = append(m.reasons, "left: "+reason)
	m.gone, m.joining, m.held = true, false, assign.Work{}
}

// lead makes another member the leader, or this one.
func (m *fakeMember) lead(leader, url string) {
	m.mu.Lock()
	m.leader, m.url = leader, url
	m.mu.Unlock()
	m.Rejoin("another leader")
	synctest.Wait()
}

// lose takes all work away, as a coordinator that cannot be reached does.
func (m *fakeMember) lose() {
	m.mu.Lock()
	held := m.held
	m.held = assign.Work{}
	m.mu.Unlock()
	m.ties.Notify(group.Lost{Work: held})
}

func (m *fakeMember) said(reason string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.reasons, func(r string) bool { return strings.Contains(r, reason) })
}

// Joined implements Rounds.
func (m *fakeMember) Joined(string, string, int, int, int) { m.k.rounds++ }

// Settled, Lost and Turned are nothing.
func (m *fakeMember) Settled()             {}
func (m *fakeMember) Lost()                {}
func (m *fakeMember) Turned(time.Duration) {}

// fakePeers notes what the leader is sent.
type fakePeers struct {
	mu   sync.Mutex
	sent []string
	err  error
	by   coord.Signature
}

func (p *fakePeers) PutTaskConfigs(_ context.Context, url, connector string, configs []map[string]string, sign coord.SignFunc) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, url+" "+connector+" "+strings.Repeat("|", len(configs)))
	if sign == nil {
		return errors.New("unsigned")
	}
	p.by, _ = sign([]byte("body"))
	return p.err
}

func (p *fakePeers) FenceZombies(_ context.Context, url, connector string, sign coord.SignFunc) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, "fence "+connector+" "+url)
	if sign == nil {
		return errors.New("unsigned")
	}
	p.by, _ = sign(nil)
	return p.err
}

func (p *fakePeers) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent
	p.sent = nil
	return sent
}

func (p *fakePeers) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

// fakeOffsets notes what is set.
type fakeOffsets struct {
	mu  sync.Mutex
	set map[string]int
}

func (o *fakeOffsets) Start(context.Context) error { return nil }
func (o *fakeOffsets) Close() error                { return nil }

func (o *fakeOffsets) All(_ context.Context, connector string) ([]connectors.PartitionOffset, error) {
	return []connectors.PartitionOffset{}, nil
}

func (o *fakeOffsets) Partitions(context.Context, string) ([]connectors.OffsetMap, error) {
	return nil, nil
}

func (o *fakeOffsets) Set(_ context.Context, connector string, offsets []connectors.PartitionOffset) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.set == nil {
		o.set = map[string]int{}
	}
	o.set[connector] += 1 + len(offsets)
	return nil
}
