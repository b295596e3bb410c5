//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

var clusterConnectors = flag.Int("connectors", 1000, "connectors of a cluster, with one task each")

const (
	// clusterMax is how long a cluster may take to have everything running.
	clusterMax = 15 * time.Minute
	// askEvery is the pace of the REST requests whose time is measured.
	askEvery = 20 * time.Millisecond
)

// clusterRun is what was measured of a cluster of two workers.
type clusterRun struct {
	cold     time.Duration // from the start of the workers to all RUNNING
	evicted  time.Duration // from the eviction of a killed worker to all RUNNING on the other
	p99      time.Duration // of REST requests from the kill until then
	requests int
	slowest  time.Duration
	memory   [2]int64      // resident bytes of both workers when all run
	survivor int64         // of the one that runs everything
	cpu      time.Duration // of both workers until all run
}

// TestCluster starts two workers with many connectors on each side, kills one of the two, and prints what it took.
// The connectors are FileStream sources that wait for their file.
func TestCluster(t *testing.T) {
	broker := suite.SharedBroker(t, "clusters of many connectors")
	runs := map[harness.Side]*clusterRun{}
	for _, side := range []harness.Side{harness.Java, harness.Millrace} {
		runs[side] = measureCluster(t, broker, side)
		progress("%s: %+v", side, *runs[side])
	}
	java, ours := runs[harness.Java], runs[harness.Millrace]
	fmt.Printf("\n%d connectors with one task each, two workers; %s\n\n| | Java | Millrace | ratio |\n|---|---|---|---|\n", *clusterConnectors, machine())
	for _, row := range []struct {
		what string
		of   func(*clusterRun) float64
		unit string
	}{
		{"cold start until all RUNNING", func(r *clusterRun) float64 { return r.cold.Seconds() }, "s"},
		{"processor time of both workers until then", func(r *clusterRun) float64 { return r.cpu.Seconds() }, "s"},
		{"eviction of a killed worker until all RUNNING", func(r *clusterRun) float64 { return r.evicted.Seconds() }, "s"},
		{"REST p99 meanwhile", func(r *clusterRun) float64 { return r.p99.Seconds() * 1000 }, "ms"},
		{"REST slowest meanwhile", func(r *clusterRun) float64 { return r.slowest.Seconds() * 1000 }, "ms"},
		{"resident memory of a worker of two", func(r *clusterRun) float64 { return float64(r.memory[0]+r.memory[1]) / 2 / (1 << 20) }, "MiB"},
		{"resident memory of the survivor", func(r *clusterRun) float64 { return float64(r.survivor) / (1 << 20) }, "MiB"},
	} {
		j, o := row.of(java), row.of(ours)
		fmt.Printf("| %s | %.1f %s | %.1f %s | %.3f |\n", row.what, j, row.unit, o, row.unit, o/j)
	}
}

func measureCluster(t *testing.T, broker *harness.Broker, side harness.Side) *clusterRun {
	t.Helper()
	c := suite.NewCluster(t, broker.Bootstrap, harness.Properties{
		"scheduled.rebalance.max.delay.ms": "0", "session.timeout.ms": "10000", "heartbeat.interval.ms": "3000",
		"offset.flush.interval.ms": "60000", "offset.storage.partitions": "25", "status.storage.partitions": "5",
	})
	dir := t.TempDir()
	workers := []*harness.Worker{
		c.Add(side, harness.WorkerConfig{Warm: true, Heap: "2g", Dir: dir}),
		c.Add(side, harness.WorkerConfig{Warm: true, Heap: "2g", Dir: dir}),
	}
	names := fillConfigTopic(t, c, workers[0])
	progress("%s: cold start", side)

	r := &clusterRun{}
	began := time.Now()
	workers[0].Start(t)
	workers[1].Start(t)
	waitAllRun(t, workers, names)
	r.cold = time.Since(began)
	for i, w := range workers {
		m, err := harness.MemoryOf(w.PID())
		if err != nil {
			t.Fatal(err)
		}
		cpu, err := harness.CPU(w.PID())
		if err != nil {
			t.Fatal(err)
		}
		r.memory[i], r.cpu = m.RSS, r.cpu+cpu
	}
	progress("%s: one of two is killed", side)

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var asking sync.WaitGroup
	var times []time.Duration
	asking.Go(func() { times = ask(ctx, workers[0].Address, names) })
	workers[1].Kill()
	harness.Eventually(t, clusterMax, "the killed worker is evicted", func(ctx context.Context) (bool, error) {
		m, err := c.Membership(ctx)
		return err == nil && m.Members == 1, err
	})
	evicted := time.Now()
	waitAllRun(t, workers[:1], names)
	r.evicted = time.Since(evicted)
	stop()
	asking.Wait()
	slices.Sort(times)
	r.requests, r.p99, r.slowest = len(times), times[len(times)*99/100], times[len(times)-1]
	m, err := harness.MemoryOf(workers[0].PID())
	if err != nil {
		t.Fatal(err)
	}
	r.survivor = m.RSS
	workers[0].Kill() // what it takes to stop is not asked here
	return r
}

// fillConfigTopic has w create one connector, and writes the records that the others would have made.
func fillConfigTopic(t *testing.T, c *harness.Cluster, w *harness.Worker) map[string]bool {
	t.Helper()
	const first = "source-0000"
	w.StartReady(t)
	w.Create(t, first, harness.Properties{"connector.class": "FileStreamSource", "tasks.max": "1", "file": first + ".txt", "topic": first})
	w.WaitState(t, first, "RUNNING", 1)
	w.Stop(t)
	topic := c.Property("config.storage.topic")
	names := map[string]bool{first: true}
	for i := 1; i < *clusterConnectors; i++ {
		name := fmt.Sprintf("source-%04d", i)
		names[name] = true
	}
	var made []harness.Record
	pattern := c.Kafka.Consume(topic)[0]
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, r := range pattern {
			if name != first && strings.Contains(string(r.Key), first) {
				replace := strings.NewReplacer(first, name)
				made = append(made, harness.Record{Topic: topic, Key: []byte(replace.Replace(string(r.Key))), Value: []byte(replace.Replace(string(r.Value)))})
			}
		}
	}
	c.Kafka.Produce(made...)
	return names
}

// waitAllRun waits until the first worker says that all connectors and their tasks are RUNNING on the workers.
func waitAllRun(t *testing.T, workers []*harness.Worker, names map[string]bool) {
	t.Helper()
	runs := func(s harness.TaskState) bool {
		return s.State == "RUNNING" && slices.ContainsFunc(workers, func(w *harness.Worker) bool { return w.Address == s.WorkerID })
	}
	harness.Eventually(t, clusterMax, "everything is RUNNING", func(ctx context.Context) (bool, error) {
		states, err := workers[0].States(ctx)
		if err != nil {
			return false, err
		}
		running := 0
		for name, s := range states {
			if names[name] && runs(s.Connector) && len(s.Tasks) == 1 && runs(s.Tasks[0]) {
				running++
			}
		}
		if running == len(names) {
			return true, nil
		}
		select { // the question itself costs the worker something
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
		}
		return false, fmt.Errorf("%d of %d run", running, len(names))
	})
}

// ask sends requests at a steady pace until ctx ends, and returns how long each took from when it was due: one that
// has to wait for another that got stuck counts from then.
func ask(ctx context.Context, address string, names map[string]bool) (times []time.Duration) {
	paths := []string{"/connectors"}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		paths = append(paths, "/connectors/"+name+"/status", "/connectors/"+name)
	}
	due := time.Now()
	for i := 0; ; i++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+paths[i%len(paths)], nil)
		if err != nil {
			return times
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			var body any
			_ = json.NewDecoder(resp.Body).Decode(&body) // only how long it takes counts
			_ = resp.Body.Close()
		}
		if ctx.Err() != nil { // what has no answer yet has taken this long at least
			for now := time.Now(); due.Before(now); due = due.Add(askEvery) {
				times = append(times, now.Sub(due))
			}
			return times
		}
		times = append(times, time.Since(due))
		due = due.Add(askEvery)
		select {
		case <-time.After(time.Until(due)):
		case <-ctx.Done():
		}
	}
}
