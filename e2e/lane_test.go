//go:build e2e || soak

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

const (
	// laneWorkers is how many workers a cluster has.
	laneWorkers = 2
	laneSession = 4 * time.Second
	// laneSources is how many source partitions a connector has, laneTopicParts how many its topic.
	laneSources, laneTopicParts = 4, 3
	// laneFaultsMax is how many faults a run has.
	laneFaultsMax = 4
	// laneMore is how many numbers each source partition makes after the last fault.
	laneMore = 15
	// laneMax is how long nothing may happen.
	laneMax = 120 * time.Second
)

var boundaries = []string{"poll", "interval", "connector"}

// laneBrokers are the brokers of all lanes. One lane at a time restarts one.
type laneBrokers struct {
	*harness.Brokers
	mu sync.RWMutex // locked for writing while a broker restarts, for reading while workers start
}

// startLaneBrokers starts the brokers of some lanes.
func startLaneBrokers(t *testing.T, n, lanes int, checks string) *laneBrokers {
	t.Helper()
	return &laneBrokers{Brokers: suite.StartBrokers(t, n, lanes*laneWorkers, harness.Properties{
		"broker.session.timeout.ms": "12000", // a busy machine must not be taken for a dead broker
	}, checks)}
}

// restartable reports whether a broker may end. A partition whose only broker ends or is fenced has no leader, and a
// coordinator takes that for a deleted topic and skips the markers of its transactions: what should be aborted is
// committed with the next transaction of its producer, and what is committed is not seen before that. Source:
// TransactionMarkerChannelManager.addTxnMarkersToBrokerQueue.
func (b *laneBrokers) restartable() bool { return len(b.Each) > 1 }

// lane is a cluster that runs one connector after another. Each worker is behind a proxy of its own, for the broker and
// for the other workers.
type lane struct {
	side    harness.Side
	class   string // what it guarantees: eos or alo
	brokers *laneBrokers
	cluster *harness.Cluster
	links   []harness.Proxies // to the brokers, by worker
	rest    harness.Proxies   // to the workers
	extra   *harness.Worker   // joins and leaves; not of the cluster's workers
	tally   *laneTally
	dir     string
}

func newLane(t *testing.T, name, class string, side harness.Side, worker harness.WorkerConfig, brokers *laneBrokers, links []harness.Proxies, tally *laneTally) *lane {
	t.Helper()
	l := &lane{side: side, class: class, brokers: brokers, links: links, tally: tally, dir: t.TempDir()}
	properties := harness.Properties{
		"config.storage.replication.factor": "-1",
		"offset.storage.replication.factor": "-1",
		"status.storage.replication.factor": "-1",
		"session.timeout.ms":                fmt.Sprint(laneSession.Milliseconds()),
		"heartbeat.interval.ms":             "500",
		"scheduled.rebalance.max.delay.ms":  "0",
		"task.shutdown.graceful.timeout.ms": "30000", // a stop that takes longer leaves what a kill does
		"offset.flush.timeout.ms":           "30000",
		"request.timeout.ms":                "5000",
		"producer.request.timeout.ms":       "3000",
		"producer.delivery.timeout.ms":      "20000",
		"metadata.max.age.ms":               "5000",
	}
	if class == "eos" {
		properties["exactly.once.source.support"] = "enabled"
		properties["producer.transaction.timeout.ms"] = "15000"
	}
	l.cluster = suite.NewCluster(t, brokers.Bootstrap, properties)
	add := func(n int, p harness.Properties) *harness.Worker {
		c := worker
		c.Name, c.Properties = fmt.Sprintf("%s-%s-%d", name, side, n), p
		return l.cluster.Add(side, c)
	}
	for i, link := range links {
		rest := harness.StartProxy(t, "")
		host, port, err := net.SplitHostPort(rest.Address)
		if err != nil {
			t.Fatal(err)
		}
		w := add(i, harness.Properties{"bootstrap.servers": link.Bootstrap(), "rest.advertised.host.name": host, "rest.advertised.port": port})
		rest.Forward(w.Address)
		l.rest = append(l.rest, rest)
	}
	l.extra = add(len(links), nil)
	l.cluster.Workers = l.cluster.Workers[:len(links)]
	return l
}

// laneRun is one connector and what happens to it.
type laneRun struct {
	*lane
	t       *testing.T
	kafka   *harness.Kafka
	random  *rand.Rand
	name    string // of the connector
	topic   string
	offsets string // the topic that has its offsets
	from    map[int32]int64
	config  harness.Properties
	dir     string
	history *os.File
	result  laneResult
}

// run creates a connector, injects the faults that draw returns one after the other, and checks what came of it. A run
// that the tally has is not made again.
func (l *lane) run(t *testing.T, test string, seed uint64, faults int, draw func(*laneRun) laneFault) {
	key := laneKey{Test: test, Side: string(l.side), Class: l.class, Brokers: len(l.brokers.Each), Seed: seed}
	if l.tally.has(key) {
		return
	}
	began := time.Now()
	r := &laneRun{lane: l, t: t, kafka: harness.NewKafka(t, l.brokers.Bootstrap), random: rand.New(rand.NewPCG(seed, 0)), name: fmt.Sprintf("counter%d", seed), result: laneResult{laneKey: key, BrokeOff: true}}
	r.topic, r.dir = harness.Unique(t, r.name), filepath.Join(l.dir, r.name)
	if err := os.Mkdir(r.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var err error
	if r.history, err = os.Create(filepath.Join(r.dir, "audit.jsonl")); err != nil {
		t.Fatal(err)
	}
	defer r.history.Close()
	defer func() {
		r.result.Seconds = time.Since(began).Seconds()
		l.tally.add(t, r.result)
	}()
	r.tell(event{Type: "guarantee", Class: l.class, SessionMs: laneSession.Milliseconds()})
	r.healthy()
	t.Cleanup(r.leave)
	r.begin()
	if faults == 0 {
		faults = 1 + r.random.IntN(laneFaultsMax)
	}
	for range faults {
		f := draw(r)
		r.result.Faults = append(r.result.Faults, f.name)
		r.tell(event{Type: "fault", Kind: f.name, Op: "start"})
		f.inject(r)
		r.tell(event{Type: "fault", Kind: f.name, Op: "stop"})
		hold(r.upTo(400 * time.Millisecond))
	}
	r.healthy()
	r.finish()
	r.whileBrokersRun(func() { r.result.Emitted, r.result.Found = r.audit() })
	r.verify()
	t.Logf("%s, boundary %s, %d tasks at last, %d records, %d tasks restarted, %v", strings.Join(r.result.Faults, ", "), r.config["transaction.boundary"],
		r.tasks(), r.result.Found, r.result.Restarts, time.Since(began).Round(10*time.Millisecond))
}

// begin creates topics and connector and waits for its first records.
func (r *laneRun) begin() {
	r.whileBrokersRun(func() { r.kafka.CreateTopic(r.topic, laneTopicParts, nil) })
	r.config = harness.Properties{
		"name": r.name, "connector.class": "com.example.counter.CounterSource", "tasks.max": fmt.Sprint(1 + r.random.IntN(laneSources)), "topic": r.topic,
		"partitions": fmt.Sprint(laneSources), "interval.ms": "50",
		"history": filepath.Join(r.dir, "emit.jsonl"), "goal.file": filepath.Join(r.dir, "goal"),
		"producer.override.linger.ms": "0",
	}
	if r.class == "eos" {
		r.config["transaction.boundary"], r.config["transaction.boundary.interval.ms"] = boundaries[r.result.Seed%uint64(len(boundaries))], "250"
	}
	r.offsets = r.cluster.Property("offset.storage.topic")
	if r.random.IntN(2) == 0 {
		r.offsets = r.topic + "-offsets"
		r.config["offsets.storage.topic"] = r.offsets
	} else {
		r.whileBrokersRun(func() { r.from = r.kafka.Ends(r.offsets) })
	}
	r.put()
	harness.Eventually(r.t, laneMax, "records flow", func(ctx context.Context) (bool, error) {
		n, err := r.kafka.Count(ctx, r.topic)
		return n > 0, err
	})
}

// put sends the config until a worker takes it: while a cluster rebalances it answers with a conflict.
func (r *laneRun) put() {
	body, err := json.Marshal(r.config)
	if err != nil {
		r.t.Fatal(err)
	}
	r.ask(http.MethodPut, "/connectors/"+r.name+"/config", string(body))
}

// ask sends a request to any worker that runs until one says yes.
func (r *laneRun) ask(method, path, body string) []byte {
	var answer []byte
	harness.Eventually(r.t, laneMax, method+" "+path+" is answered", func(ctx context.Context) (bool, error) {
		running := r.cluster.Running()
		w := running[r.random.IntN(len(running))]
		status, text, err := w.Ask(ctx, method, path, body)
		gone := method == http.MethodDelete && status == http.StatusNotFound // by a request before whose answer was another
		if err == nil && status/100 != 2 && !gone {
			err = fmt.Errorf("%s: %d %s", w.Name, status, text)
		}
		answer = text
		return err == nil, err
	})
	return answer
}

// healthy lets all workers run, with nothing between them and the broker.
func (r *laneRun) healthy() {
	for _, link := range append(r.links[:len(r.links):len(r.links)], r.rest) {
		link.Each((*harness.Proxy).Heal)
	}
	r.whileBrokersRun(func() {
		for _, w := range r.cluster.Workers {
			if w.Process == nil || !w.Running() {
				w.Start(r.t)
			}
			w.Thaw()
		}
		for _, w := range r.cluster.Workers {
			w.WaitReady(r.t)
		}
	})
}

// whileBrokersRun does something while none is just being restarted for another lane.
func (r *laneRun) whileBrokersRun(do func()) {
	r.brokers.mu.RLock()
	defer r.brokers.mu.RUnlock()
	do()
}

// finish sets the goal and waits until all offsets are there. Tasks that failed are started again, as people do.
func (r *laneRun) finish() {
	goal := r.highest() + 1 + laneMore
	for sp := range laneSources {
		r.tell(event{Type: "goal", Conn: r.name, SP: fmt.Sprint(sp), Pos: goal})
	}
	temporary := r.config["goal.file"] + ".new"
	if err := os.WriteFile(temporary, fmt.Append(nil, goal), 0o644); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(temporary, r.config["goal.file"]); err != nil {
		r.t.Fatal(err)
	}
	asked, moved, before := time.Now(), time.Now(), int64(0)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	err := harness.Poll(ctx, "every number is committed", func(ctx context.Context) (bool, error) {
		if time.Since(asked) > time.Second {
			asked = time.Now()
			r.revive(ctx)
		}
		now, err := r.reached(ctx, goal)
		if now > before {
			moved, before = time.Now(), now
		} else if time.Since(moved) > laneMax {
			cancel(fmt.Errorf("nothing new for %v", laneMax))
		}
		return now == laneSources*goal, err
	})
	if err != nil {
		r.t.Errorf("%v: %s", err, r.status())
		r.ask(http.MethodPut, "/connectors/"+r.name+"/stop", "") // what goes on while it is read looks torn
		r.cluster.Running()[0].WaitState(r.t, r.name, "STOPPED", 0)
	}
}

// leave makes room for the next run, also after a failed one.
func (r *laneRun) leave() {
	if r.t.Failed() {
		r.healthy()
	}
	r.ask(http.MethodDelete, "/connectors/"+r.name, "")
	r.whileBrokersRun(func() { r.kafka.DeleteTopic(r.topic) }) // the fewer partitions brokers have, the sooner they are back
}

// reached returns how far the offsets are that the cluster tells, of all source partitions together.
func (r *laneRun) reached(ctx context.Context, goal int64) (int64, error) {
	status, text, err := r.cluster.Running()[0].Ask(ctx, http.MethodGet, "/connectors/"+r.name+"/offsets", "")
	if err != nil || status != http.StatusOK {
		return 0, fmt.Errorf("offsets: %d %s: %w", status, text, err)
	}
	var answer struct {
		Offsets []struct{ Offset struct{ Pos int64 } }
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return 0, err
	}
	there := int64(0)
	for _, o := range answer.Offsets {
		there += min(o.Offset.Pos, goal)
	}
	return there, fmt.Errorf("goal is %d, offsets are %s", goal, text)
}

// revive starts failed tasks again.
func (r *laneRun) revive(ctx context.Context) {
	w := r.cluster.Running()[0]
	status, text, err := w.Ask(ctx, http.MethodGet, "/connectors/"+r.name+"/status", "")
	if err != nil || status != http.StatusOK {
		return
	}
	var s harness.State
	if json.Unmarshal(text, &s) != nil {
		return
	}
	for i, part := range append([]harness.TaskState{s.Connector}, s.Tasks...) {
		if part.State != "FAILED" {
			continue
		}
		r.result.Restarts++
		trace, _, _ := strings.Cut(part.Trace, "\n")
		r.t.Logf("part %d of %s failed: %s", i-1, r.name, trace)
		path := fmt.Sprintf("/connectors/%s/tasks/%d/restart", r.name, part.ID)
		if i == 0 {
			path = "/connectors/" + r.name + "/restart"
		}
		_, _, _ = w.Ask(ctx, http.MethodPost, path, "") // else again
	}
}

func (r *laneRun) status() []byte {
	_, text, err := r.cluster.Running()[0].Ask(context.Background(), http.MethodGet, "/connectors/"+r.name+"/status", "")
	if err != nil {
		return []byte(err.Error())
	}
	return text
}

func (r *laneRun) tasks() int {
	var n int
	_, _ = fmt.Sscan(r.config["tasks.max"], &n) // it is what begin or a fault wrote
	return n
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// hold lets something last.
func hold(d time.Duration) { <-time.After(d) }
