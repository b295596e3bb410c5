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
	"sync"
	"testing"

	"github.com/millrace/millrace/e2e/harness"
)

// laneCrash is a point at which the only worker of a lane dies while a source counts.
type laneCrash struct {
	crashPoint
	laneKind
	provoke func(*laneRun) // what brings the worker there; nil: to run
}

// laneKind is a kind of connector that runs of lanes draw.
type laneKind struct {
	class    string
	own      bool   // it has an offset topic
	boundary string // of its transactions
}

var (
	alo          = laneKind{"alo", false, "poll"}
	aloOwn       = laneKind{"alo", true, "poll"}
	eos          = laneKind{"eos", false, "poll"}
	eosOwn       = laneKind{"eos", true, "interval"}
	eosConnector = laneKind{"eos", false, "connector"}
)

// seed returns the n-th seed, from 0 on, of which begin makes such a connector.
func (k laneKind) seed(n int) uint64 {
	for seed := uint64(0); ; seed++ {
		random := rand.New(rand.NewPCG(seed, 0))
		random.IntN(laneSources)
		if own := random.IntN(2) == 0; own != k.own || boundaries[seed%uint64(len(boundaries))] != k.boundary {
			continue
		}
		if n--; n < 0 {
			return seed
		}
	}
}

func crashesOf(kind laneKind, provoke func(*laneRun), points ...crashPoint) []laneCrash {
	all := make([]laneCrash, len(points))
	for i, p := range points {
		all[i] = laneCrash{p, kind, provoke}
	}
	return all
}

var laneCrashes = joined(
	crashesOf(alo, nil, crashPoint{"source-send", 5}, crashPoint{"source-sent", 5}, crashPoint{"source-acked", 7}, crashPoint{"source-tracked", 7},
		crashPoint{"offsets-write", 2}, crashPoint{"offsets-stored", 2}, crashPoint{"source-commit", 2}, crashPoint{"status-write", 1}, crashPoint{"status-written", 1}),
	crashesOf(aloOwn, nil, crashPoint{"own-offsets", 2}, crashPoint{"offsets-write", 3}),
	crashesOf(alo, (*laneRun).reconfigureOnce, crashPoint{"config-write", 1}, crashPoint{"config-written", 1},
		crashPoint{"tasks-write", 1}, crashPoint{"tasks-written", 1}, crashPoint{"tasks-committed", 1}),
	crashesOf(alo, (*laneRun).pauseOnce, crashPoint{"target-write", 1}, crashPoint{"target-written", 2}),
	crashesOf(alo, (*laneRun).restartOnce, crashPoint{"restart-write", 1}, crashPoint{"restart-written", 1}),
	crashesOf(alo, (*laneRun).removeOnce, crashPoint{"remove-write", 1}, crashPoint{"remove-written", 1}),
	crashesOf(alo, (*laneRun).putMore, crashPoint{"topic-create", 1}, crashPoint{"topic-created", 1}),

	crashesOf(eos, nil, crashPoint{"source-send", 5}, crashPoint{"source-sent", 5}, crashPoint{"source-acked", 7},
		crashPoint{"transaction-init", 1}, crashPoint{"transaction-ready", 1}, crashPoint{"transaction-begun", 3}, crashPoint{"transaction-settled", 3},
		crashPoint{"transaction-offsets", 3}, crashPoint{"transaction-committed", 3}, crashPoint{"transaction-told", 3}, crashPoint{"leader-claimed", 1}),
	crashesOf(eosOwn, nil, crashPoint{"transaction-offsets", 5}, crashPoint{"transaction-committed", 5}),
	crashesOf(eosConnector, (*laneRun).abortOnce, crashPoint{"transaction-abort", 1}, crashPoint{"transaction-aborted", 1}),
	crashesOf(eos, (*laneRun).reconfigureOnce, crashPoint{"tasks-written", 1}, crashPoint{"transaction-fence", 1}, crashPoint{"transaction-fenced", 1},
		crashPoint{"task-count-write", 1}, crashPoint{"task-count-written", 1}, crashPoint{"leader-produced", 2}, crashPoint{"leader-committed", 2}),
	crashesOf(eos, (*laneRun).alterOnce, crashPoint{"alter-begun", 1}, crashPoint{"alter-written", 1}, crashPoint{"alter-committed", 1}),
)

// firstCrashes are points that a worker passes when it starts a cluster.
var firstCrashes = crashesOf(eos, nil, crashPoint{"internal-topic", 1}, crashPoint{"internal-topic", 2}, crashPoint{"internal-topic", 3},
	crashPoint{"session-key-write", 1}, crashPoint{"session-key-written", 1})

func joined(lists ...[]laneCrash) (all []laneCrash) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// crashLanes runs points in lanes, one for each class, and those of the start each in a lane of its own.
func crashLanes(t *testing.T, worker harness.WorkerConfig, running, first []laneCrash) {
	t.Helper()
	classes := []string{"alo", "eos"}
	brokers := startLaneBrokers(t, 1, len(classes), "that a worker may die at every step")
	tally := newLaneTally(t, "")
	var lanes sync.WaitGroup
	for i, class := range classes {
		l := newLane(t, "crash-"+class, class, harness.Millrace, worker, brokers, brokers.Links[i*laneWorkers:i*laneWorkers+1], tally)
		lanes.Go(func() {
			for n, c := range running {
				if c.class == class {
					t.Run(class+" "+c.String(), func(t *testing.T) {
						l.run(t, "TestCrash", c.seed(n), 1, func(*laneRun) laneFault { return c.fault() })
					})
				}
			}
		})
	}
	lanes.Wait()
	for n, c := range first {
		t.Run("start "+c.String(), func(t *testing.T) {
			l := newLane(t, fmt.Sprint("first-", n), c.class, harness.Millrace, worker, brokers, brokers.Links[:1], tally)
			w := l.cluster.Workers[0]
			w.StartWith(t, c.env())
			c.await(t, w.Process, nil)
			l.run(t, "TestCrash, at the start", c.seed(n), 1, func(*laneRun) laneFault { return laneFault{name: c.name, inject: func(*laneRun) {}} })
		})
	}
	tally.log(t)
}

// fault lets the worker die at the point, and starts it again.
func (c laneCrash) fault() laneFault {
	return laneFault{name: c.name, inject: func(r *laneRun) {
		w := r.cluster.Workers[0]
		w.Stop(r.t)
		w.StartWith(r.t, c.env())
		provoke := func() {}
		if c.provoke != nil {
			w.WaitReady(r.t)
			provoke = func() { c.provoke(r) }
		}
		c.await(r.t, w.Process, provoke)
		r.startAgain(w)
		r.put() // what was asked for may be there or not
		r.ask(http.MethodPut, "/connectors/"+r.name+"/resume", "")
		if _, err := os.Stat(r.more().dir); err == nil {
			r.checkMore()
		}
	}}
}

// try sends a request to a worker that may die of it.
func (r *laneRun) try(method, path, body string) (status int, answer []byte) {
	status, answer, err := r.cluster.Workers[0].Ask(r.t.Context(), method, path, body)
	if err != nil {
		return 0, nil
	}
	return status, answer
}

// tryPut sends the config.
func (r *laneRun) tryPut() {
	body, err := json.Marshal(r.config)
	if err != nil {
		r.t.Fatal(err)
	}
	r.try(http.MethodPut, "/connectors/"+r.name+"/config", string(body))
}

// reconfigureOnce is reconfigure where the worker may die.
func (r *laneRun) reconfigureOnce() {
	r.config["tasks.max"] = fmt.Sprint(1 + r.tasks()%laneSources)
	r.tryPut()
}

func (r *laneRun) pauseOnce() {
	r.try(http.MethodPut, "/connectors/"+r.name+"/pause", "")
	r.try(http.MethodPut, "/connectors/"+r.name+"/resume", "")
}

func (r *laneRun) restartOnce() {
	r.try(http.MethodPost, "/connectors/"+r.name+"/restart?includeTasks=true&onlyFailed=false", "")
}

// removeOnce creates a connector that does nothing, and removes it; the last one may stay.
func (r *laneRun) removeOnce() {
	input := filepath.Join(r.dir, "nothing.txt")
	if err := os.WriteFile(input, nil, 0o644); err != nil {
		r.t.Fatal(err)
	}
	name := r.name + "-doomed"
	r.try(http.MethodPut, "/connectors/"+name+"/config", fmt.Sprintf(`{"connector.class": "FileStreamSource", "file": %q, "topic": "doomed"}`, input))
	r.try(http.MethodDelete, "/connectors/"+name, "")
}

// abortOnce lets the source give up every second transaction.
func (r *laneRun) abortOnce() {
	if r.config["abort"] == "" {
		r.config["abort"] = "true"
		r.tryPut()
	}
}

// alterOnce stops the connector, sets its offsets to what they are, and lets it go on.
func (r *laneRun) alterOnce() {
	path := "/connectors/" + r.name
	r.try(http.MethodPut, path+"/stop", "")
	if status, offsets := r.try(http.MethodGet, path+"/offsets", ""); status == http.StatusOK {
		r.try(http.MethodPatch, path+"/offsets", string(offsets)) // refused while tasks still end
	}
	r.try(http.MethodPut, path+"/resume", "")
}

// more is a second connector of the run's lane, like the first, but that its topic is missing.
func (r *laneRun) more() *laneRun {
	m := *r
	m.name, m.topic, m.dir = r.name+"-more", r.topic+"-more", filepath.Join(r.dir, "more")
	m.config = r.config.With(harness.Properties{
		"name": m.name, "topic": m.topic, "history": filepath.Join(m.dir, "emit.jsonl"), "goal.file": filepath.Join(m.dir, "goal"),
		"topic.creation.default.replication.factor": "1", "topic.creation.default.partitions": fmt.Sprint(laneTopicParts),
	})
	return &m
}

// putMore creates it where the worker may die.
func (r *laneRun) putMore() {
	m := r.more()
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		r.t.Fatal(err)
	}
	m.tryPut()
}

// checkMore lets it come to its end and checks it.
func (r *laneRun) checkMore() {
	m := r.more()
	m.put()
	defer m.leave()
	harness.Eventually(r.t, laneMax, "records of the second connector flow", func(ctx context.Context) (bool, error) {
		n, err := m.kafka.Count(ctx, m.topic)
		return n > 0, err
	})
	var err error
	if m.history, err = os.Create(filepath.Join(m.dir, "audit.jsonl")); err != nil {
		r.t.Fatal(err)
	}
	defer m.history.Close()
	m.tell(event{Type: "guarantee", Class: m.class, SessionMs: laneSession.Milliseconds()})
	m.finish()
	m.audit()
	m.verify()
}
