//go:build e2e || soak

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// churnEvery is the pace of changes: 50 a second.
const churnEvery = 20 * time.Millisecond

// The kinds of connectors: never touched, put again as they are, put or patched, deleted and created.
const (
	churnStill   = "still"
	churnSame    = "same"
	churnChanged = "changed"
	churnReborn  = "reborn"
)

// churn says how much changes.
type churn struct {
	each  int           // connectors of each kind
	tasks int           // of a connector
	phase time.Duration // without deletions, then with them
}

// churned is a connector whose config changes.
type churned struct {
	name, kind string

	config   harness.Properties // the last that was accepted; nil: deleted
	accepted int                // changes of this phase
	unsure   bool               // a request was neither accepted nor refused
}

// churnRun is a cluster of two workers under changes.
type churnRun struct {
	*testing.T
	cluster *harness.Cluster
	size    churn
	client  *http.Client
	busy    sync.WaitGroup
	round   int // numbers configs

	mu     sync.Mutex
	idle   []*churned // those that no request is under way for, longest first
	all    []*churned
	took   []time.Duration // requests that were accepted, from when they were due
	status map[int]int     // how many were answered so
	missed int             // were due while every connector was busy
	turn   float64         // the longest of a herder's loop, ms
	used   churnUsed       // by the workers until the phase began
	late   float64         // how late a timer of this process was at most, ms: what the machine does to anybody
}

// TestConfigChurn changes the configs of a cluster of two workers 50 times a second: only tasks whose configs changed
// start again, every worker has the newest config in the end, and nothing is left behind. In the long run a turn of
// the herder's loop stays below its limit, and a Java cluster goes through the same for its numbers.
func TestConfigChurn(t *testing.T) {
	broker := suite.SharedBroker(t, "that configs may change all the time")
	jars, err := harness.FetchKafka(t.Context())
	harness.Need(t, err, "the original's verifiable source")
	for _, side := range churnSides {
		t.Run(string(side), func(t *testing.T) {
			r := newChurnRun(t, broker, side, jars.TestPlugins())
			before := r.held(side)
			r.begin(churnSame, churnChanged)
			from := r.offsets()
			states := r.change()
			r.check(side, "changes", from, states, true)
			r.begin(churnSame, churnChanged, churnReborn)
			from = r.offsets()
			states = r.change()
			r.check(side, "changes, deletions", from, states, false)
			r.noLeak(side, before)
		})
	}
}

// newChurnRun starts the cluster and waits until all connectors run and have made records.
func newChurnRun(t *testing.T, broker *harness.Broker, side harness.Side, classes string) *churnRun {
	t.Helper()
	r := &churnRun{T: t, size: churnSize, status: map[int]int{}, cluster: suite.NewCluster(t, broker.Bootstrap, nil)}
	r.client = &http.Client{Timeout: 100 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	topic := harness.Unique(t, "churn")
	r.cluster.Kafka.CreateTopic(topic, 2, nil)
	for range 2 {
		w := r.cluster.Add(side, harness.WorkerConfig{Warm: true, Heap: "2g", ClassPath: classes})
		w.StartReady(t)
	}
	for _, kind := range []string{churnStill, churnSame, churnChanged, churnReborn} {
		for i := range r.size.each {
			c := &churned{name: fmt.Sprintf("%s-%03d", kind, i), kind: kind}
			c.config = harness.Properties{
				"name": c.name, "connector.class": "VerifiableSource", "tasks.max": fmt.Sprint(r.size.tasks), "topic": topic, "throughput": "1",
				"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false", "round": "0",
			}
			r.all = append(r.all, c)
			r.accepted(c)
		}
	}
	r.cluster.Calm(t, calmMax, r.expected())
	r.cluster.Kafka.WaitCount(topic, int64(2*r.size.tasks*len(r.all)), calmMax) // all producers have their connections
	return r
}

// accepted puts a connector's config until the cluster takes it, outside of what is measured.
func (r *churnRun) accepted(c *churned) {
	r.Helper()
	body, err := json.Marshal(c.config)
	if err != nil {
		r.Fatal(err)
	}
	harness.Eventually(r, calmMax, c.name+" is created", func(ctx context.Context) (bool, error) {
		code, _, err := r.send(ctx, r.cluster.Workers[0], http.MethodPut, "/connectors/"+c.name+"/config", body)
		return code/100 == 2, fmt.Errorf("status %d: %w", code, err)
	})
}

func (r *churnRun) expected() harness.Expected {
	want := harness.Expected{}
	for _, c := range r.all {
		if c.config != nil {
			want[c.name] = r.size.tasks
		}
	}
	return want
}

// begin lets connectors of some kinds change from now on.
func (r *churnRun) begin(kinds ...string) {
	r.idle = nil
	for i := range r.size.each { // of all kinds in turn
		for _, c := range r.all {
			if slices.Contains(kinds, c.kind) && strings.HasSuffix(c.name, fmt.Sprintf("-%03d", i)) {
				c.accepted = 0
				r.idle = append(r.idle, c)
			}
		}
	}
	r.took, r.status, r.missed, r.turn, r.late = nil, map[int]int{}, 0, 0, 0
	r.used = r.usedNow()
}

// change changes configs for a phase, brings back what is deleted, and waits until the cluster is at rest.
func (r *churnRun) change() map[string]harness.State {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), r.size.phase)
	defer cancel()
	for due := time.Now(); ctx.Err() == nil; due = due.Add(churnEvery) {
		r.one(due)
		next := due.Add(churnEvery)
		select {
		case <-time.After(time.Until(next)):
			r.late = max(r.late, float64(time.Since(next).Microseconds())/1000)
		case <-ctx.Done():
		}
	}
	r.busy.Wait()
	r.observe()
	for _, c := range r.all {
		if c.config == nil || c.unsure {
			r.round++
			c.config = r.all[0].config.With(harness.Properties{"name": c.name, "round": fmt.Sprint(r.round)})
			c.unsure = false
			r.accepted(c)
		}
	}
	for _, w := range r.cluster.Workers {
		if err := r.has(w); err != nil && w.Side == harness.Java {
			// Tasks of a connector that is deleted and created in quick succession may keep their old configs there.
			r.Logf("%s does not come to rest: %v", w.Name, err)
			return nil
		} else if err != nil {
			r.Fatal(err)
		}
	}
	return r.cluster.Calm(r, calmMax, r.expected())
}

// one makes the change that is due, on the connector that has rested longest and through either worker.
func (r *churnRun) one(due time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.round++
	if len(r.idle) == 0 {
		r.missed++
		return
	}
	c, round, w := r.idle[0], r.round, r.cluster.Workers[r.round%2]
	r.idle = r.idle[1:]
	r.busy.Go(func() {
		config, code, err := r.request(w, c, round)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.status[code]++
		switch {
		case code/100 == 2:
			c.config = config
			c.accepted++
			r.took = append(r.took, time.Since(due))
		case code != http.StatusConflict:
			c.unsure = true
			r.Logf("%s: status %d: %v", c.name, code, err)
		}
		r.idle = append(r.idle, c)
	})
	if r.round%50 == 0 {
		r.busy.Go(r.observe)
	}
}

// request makes a change of a connector according to its kind and returns its config after it.
func (r *churnRun) request(w *harness.Worker, c *churned, round int) (config harness.Properties, code int, err error) {
	path := "/connectors/" + c.name
	news := harness.Properties{"round": fmt.Sprint(round)}
	method, path, body := http.MethodPut, path+"/config", any(c.config)
	switch {
	case c.kind == churnSame:
		config = c.config
	case c.kind == churnReborn && c.config != nil:
		method, path, body = http.MethodDelete, "/connectors/"+c.name, nil
	case c.kind == churnReborn:
		config = r.all[0].config.With(news).With(harness.Properties{"name": c.name})
		method, path, body = http.MethodPost, "/connectors", map[string]any{"name": c.name, "config": config}
	case c.accepted%3 == 2:
		config = c.config.With(news)
		method, body = http.MethodPatch, news
	default:
		config = c.config.With(news)
		body = config
	}
	var text []byte
	if body != nil {
		if text, err = json.Marshal(body); err != nil {
			return nil, 0, err
		}
	}
	code, _, err = r.send(context.Background(), w, method, path, text)
	return config, code, err
}

// send sends a request on a connection that is kept. An answer that is not a success is the error's text.
func (r *churnRun) send(ctx context.Context, w *harness.Worker, method, path string, body []byte) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+w.Address+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s", answer)
	}
	return resp.StatusCode, answer, err
}

// has waits until a worker tells the newest config of each connector and of its tasks.
func (r *churnRun) has(w *harness.Worker) error {
	ctx, cancel := context.WithTimeout(r.Context(), calmMax)
	defer cancel()
	for _, c := range r.all {
		err := harness.Poll(ctx, w.Name+" has the newest config of "+c.name, func(context.Context) (bool, error) {
			var config harness.Properties
			if err := r.get(ctx, w, "/connectors/"+c.name+"/config", &config); err != nil || !maps.Equal(config, c.config) {
				return false, fmt.Errorf("config %v, want %v: %w", config, c.config, err)
			}
			var tasks []struct{ Config harness.Properties }
			err := r.get(ctx, w, "/connectors/"+c.name+"/tasks", &tasks)
			fine := err == nil && len(tasks) == r.size.tasks
			for _, task := range tasks {
				fine = fine && task.Config["round"] == c.config["round"]
			}
			return fine, fmt.Errorf("tasks %v, config %v: %w", tasks, c.config, err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *churnRun) get(ctx context.Context, w *harness.Worker, path string, into any) error {
	_, answer, err := r.send(ctx, w, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}
