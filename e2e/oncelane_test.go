//go:build e2e || soak

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
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
	onceSession = 4 * time.Second
	// onceSources is how many source partitions a connector has, onceTopicParts how many its topic.
	onceSources, onceTopicParts = 4, 3
	// onceFaultsMax is how many faults a run has.
	onceFaultsMax = 4
	// onceMore is how many numbers each source partition makes after the last fault.
	onceMore = 15
	// onceMax is how long a run may take to end after its last fault.
	onceMax = 120 * time.Second
)

var onceBoundaries = []string{"poll", "interval", "connector"}

// onceBroker is the broker of all lanes, which one at a time restarts.
type onceBroker struct {
	*harness.Broker
	restarts bool
	mu       sync.Mutex
}

// onceLane is a cluster that runs one connector after another, each worker behind a proxy of its own.
type onceLane struct {
	side    harness.Side
	broker  *onceBroker
	cluster *harness.Cluster
	kafka   *harness.Kafka
	proxies []*harness.Proxy
	tally   *onceTally
	dir     string
}

func newOnceLane(t *testing.T, n int, side harness.Side, worker harness.WorkerConfig, broker *onceBroker, proxies []*harness.Proxy, tally *onceTally) *onceLane {
	t.Helper()
	l := &onceLane{side: side, broker: broker, proxies: proxies, tally: tally, dir: t.TempDir(), kafka: harness.NewKafka(t, broker.Bootstrap)}
	l.cluster = suite.NewCluster(t, broker.Bootstrap, harness.Properties{
		"exactly.once.source.support":       "enabled",
		"session.timeout.ms":                fmt.Sprint(onceSession.Milliseconds()),
		"heartbeat.interval.ms":             "500",
		"scheduled.rebalance.max.delay.ms":  "0",
		"task.shutdown.graceful.timeout.ms": "5000",
		"request.timeout.ms":                "5000",
		"producer.request.timeout.ms":       "3000",
		"producer.delivery.timeout.ms":      "20000",
		"producer.transaction.timeout.ms":   "15000",
		"metadata.max.age.ms":               "5000",
	})
	for i, p := range proxies {
		c := worker
		c.Name = fmt.Sprintf("lane%d-%s%d", n, side, i)
		c.Properties = harness.Properties{"bootstrap.servers": p.Address}
		l.cluster.Add(side, c)
	}
	return l
}

// onceRun is one connector and what happens to it.
type onceRun struct {
	*onceLane
	t        *testing.T
	seed     uint64
	random   *rand.Rand
	name     string // of the connector
	topic    string
	offsets  string // the topic that has its offsets
	from     map[int32]int64
	config   harness.Properties
	dir      string
	history  *os.File
	restarts int // of failed tasks
}

func (l *onceLane) run(t *testing.T, seed uint64, random *rand.Rand) {
	began := time.Now()
	r := &onceRun{onceLane: l, t: t, seed: seed, random: random, name: fmt.Sprintf("once%d", seed)}
	r.topic, r.dir = harness.Unique(t, r.name), filepath.Join(l.dir, r.name)
	if err := os.Mkdir(r.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var err error
	if r.history, err = os.Create(filepath.Join(r.dir, "audit.jsonl")); err != nil {
		t.Fatal(err)
	}
	defer r.history.Close()
	r.tell(event{Type: "guarantee", Class: "eos"})
	r.healthy()
	t.Cleanup(r.leave)
	r.begin()
	var done []string
	for range 1 + random.IntN(onceFaultsMax) {
		f := r.pick()
		done = append(done, f.name)
		r.tell(event{Type: "fault", Kind: f.name, Op: "start"})
		f.inject(r)
		r.tell(event{Type: "fault", Kind: f.name, Op: "stop"})
		hold(time.Duration(random.IntN(400)) * time.Millisecond)
	}
	r.healthy()
	r.finish()
	emitted, found := r.audit()
	failed := r.verify()
	l.tally.add(done, emitted, found, r.restarts, failed, time.Since(began))
	t.Logf("%s, boundary %s, %d tasks at last, %d records, %d tasks restarted, %v", strings.Join(done, ", "), r.config["transaction.boundary"], r.tasks(), found, r.restarts, time.Since(began).Round(10*time.Millisecond))
}

// begin creates topics and connector and waits for its first records.
func (r *onceRun) begin() {
	r.kafka.CreateTopic(r.topic, onceTopicParts, nil)
	r.config = harness.Properties{
		"name": r.name, "connector.class": "com.example.counter.CounterSource", "tasks.max": fmt.Sprint(1 + r.random.IntN(onceSources)), "topic": r.topic,
		"partitions": fmt.Sprint(onceSources), "interval.ms": "20",
		"history": filepath.Join(r.dir, "emit.jsonl"), "goal.file": filepath.Join(r.dir, "goal"),
		"transaction.boundary": onceBoundaries[r.seed%uint64(len(onceBoundaries))], "transaction.boundary.interval.ms": "250",
		"producer.override.linger.ms": "0",
	}
	r.offsets = r.cluster.Property("offset.storage.topic")
	if r.random.IntN(2) == 0 {
		r.offsets = r.topic + "-offsets"
		r.config["offsets.storage.topic"] = r.offsets
	} else {
		r.from = r.kafka.Ends(r.offsets)
	}
	r.put()
	harness.Eventually(r.t, onceMax, "records flow", func(ctx context.Context) (bool, error) {
		n, err := r.kafka.Count(ctx, r.topic)
		return n > 0, err
	})
}

// put sends the config until a worker takes it: while a cluster rebalances it answers with a conflict.
func (r *onceRun) put() {
	body, err := json.Marshal(r.config)
	if err != nil {
		r.t.Fatal(err)
	}
	r.ask(http.MethodPut, "/connectors/"+r.name+"/config", string(body))
}

// ask sends a request to any worker that runs until one says yes.
func (r *onceRun) ask(method, path, body string) []byte {
	var answer []byte
	harness.Eventually(r.t, onceMax, method+" "+path+" is answered", func(ctx context.Context) (bool, error) {
		running := r.cluster.Running()
		w := running[r.random.IntN(len(running))]
		status, text, err := w.Ask(ctx, method, path, body)
		if err == nil && status/100 != 2 {
			err = fmt.Errorf("%s: %d %s", w.Name, status, text)
		}
		answer = text
		return err == nil, err
	})
	return answer
}

// healthy lets all workers run, with nothing between them and the broker.
func (r *onceRun) healthy() {
	for _, p := range r.proxies {
		p.Heal()
	}
	r.broker.mu.Lock()
	defer r.broker.mu.Unlock()
	for _, w := range r.cluster.Workers {
		if w.Process == nil || !w.Running() {
			w.Start(r.t)
		}
		w.Thaw()
	}
	for _, w := range r.cluster.Workers {
		w.WaitReady(r.t)
	}
}

// finish sets the goal and waits until all offsets are there. Tasks that failed are started again, as people do.
func (r *onceRun) finish() {
	goal := r.highest() + 1 + onceMore
	for sp := range onceSources {
		r.tell(event{Type: "goal", Conn: r.name, SP: fmt.Sprint(sp), Pos: goal})
	}
	temporary := r.config["goal.file"] + ".new"
	if err := os.WriteFile(temporary, fmt.Append(nil, goal), 0o644); err != nil {
		r.t.Fatal(err)
	}
	if err := os.Rename(temporary, r.config["goal.file"]); err != nil {
		r.t.Fatal(err)
	}
	asked := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), onceMax)
	defer cancel()
	err := harness.Poll(ctx, "every number is committed", func(ctx context.Context) (bool, error) {
		if time.Since(asked) > time.Second {
			asked = time.Now()
			r.revive(ctx)
		}
		return r.reached(ctx, goal)
	})
	if err != nil {
		r.t.Errorf("%v: %s", err, r.status())
	}
}

// leave makes room for the next run, also after a failed one.
func (r *onceRun) leave() {
	if r.t.Failed() {
		r.healthy()
	}
	r.ask(http.MethodDelete, "/connectors/"+r.name, "")
}

// reached reports whether the offsets that the cluster tells are at the goal.
func (r *onceRun) reached(ctx context.Context, goal int64) (bool, error) {
	status, text, err := r.cluster.Running()[0].Ask(ctx, http.MethodGet, "/connectors/"+r.name+"/offsets", "")
	if err != nil || status != http.StatusOK {
		return false, fmt.Errorf("offsets: %d %s: %w", status, text, err)
	}
	var answer struct {
		Offsets []struct{ Offset struct{ Pos int64 } }
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return false, err
	}
	there := 0
	for _, o := range answer.Offsets {
		if o.Offset.Pos >= goal {
			there++
		}
	}
	return there == onceSources, fmt.Errorf("goal is %d, offsets are %s", goal, text)
}

// revive starts failed tasks again.
func (r *onceRun) revive(ctx context.Context) {
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
		r.restarts++
		trace, _, _ := strings.Cut(part.Trace, "\n")
		r.t.Logf("part %d of %s failed: %s", i-1, r.name, trace)
		path := fmt.Sprintf("/connectors/%s/tasks/%d/restart", r.name, part.ID)
		if i == 0 {
			path = "/connectors/" + r.name + "/restart"
		}
		_, _, _ = w.Ask(ctx, http.MethodPost, path, "") // else again
	}
}

func (r *onceRun) status() []byte {
	_, text, err := r.cluster.Running()[0].Ask(context.Background(), http.MethodGet, "/connectors/"+r.name+"/status", "")
	if err != nil {
		return []byte(err.Error())
	}
	return text
}

func (r *onceRun) tasks() int {
	var n int
	_, _ = fmt.Sscan(r.config["tasks.max"], &n) // it is what begin or a fault wrote
	return n
}

// hold lets something last.
func hold(d time.Duration) { <-time.After(d) }
