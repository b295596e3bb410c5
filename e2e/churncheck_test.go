//go:build e2e || soak

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// churnStarts is how often tasks of a kind of connectors started in a phase.
type churnStarts struct {
	again, moved int // where they ran before, and elsewhere
}

// offsets are where the partitions of the status topic end.
func (r *churnRun) offsets() []int64 {
	var ends []int64
	for _, records := range r.cluster.Kafka.Consume(r.cluster.Property("status.storage.topic")) {
		end := int64(0)
		if n := len(records); n > 0 {
			end = records[n-1].Offset + 1
		}
		ends = append(ends, end)
	}
	return ends
}

// starts reads from the status topic which tasks started, by connector: each start writes that the task is RUNNING.
func (r *churnRun) starts(from []int64) map[string]churnStarts {
	r.Helper()
	out, where := map[string]churnStarts{}, map[string]string{}
	for p, records := range r.cluster.Kafka.Consume(r.cluster.Property("status.storage.topic")) {
		for _, record := range records {
			task, ok := strings.CutPrefix(string(record.Key), "status-task-")
			var s struct {
				State  string
				Worker string `json:"worker_id"`
			}
			if !ok || record.Value == nil {
				continue
			}
			if err := json.Unmarshal(record.Value, &s); err != nil {
				r.Fatalf("status of %s: %v", task, err)
			}
			if s.State != "RUNNING" {
				continue
			}
			if record.Offset >= from[p] {
				name := task[:strings.LastIndexByte(task, '-')]
				n := out[name]
				if where[task] == s.Worker {
					n.again++
				} else {
					n.moved++
				}
				out[name] = n
			}
			where[task] = s.Worker
		}
	}
	return out
}

// check logs what a phase took and compares the starts of tasks with the changes of their connectors. Where nothing is
// deleted no task has a reason to move; where connectors are, workers even out what they have left, by as many tasks at
// most as there were changes.
func (r *churnRun) check(side harness.Side, what string, from []int64, states map[string]harness.State, still bool) {
	r.Helper()
	others := 0 // starts of tasks whose connectors did not change
	starts := r.starts(from)
	kinds, changes := map[string]churnStarts{}, map[string]int{}
	for _, c := range r.all {
		n, sum := starts[c.name], kinds[c.kind]
		kinds[c.kind] = churnStarts{sum.again + n.again, sum.moved + n.moved}
		changes[c.kind] += c.accepted
		if side == harness.Java || c.kind == churnReborn {
			continue
		}
		least, most := 0, 0
		if c.kind == churnChanged && c.accepted > 0 {
			least, most = r.size.tasks, c.accepted*r.size.tasks
		}
		starts := n.again + n.moved
		if starts < least || still && (starts > most || n.moved > 0) {
			r.Errorf("%s: tasks of %s started %d times where they ran and %d times elsewhere, at %d changes", what, c.name, n.again, n.moved, c.accepted)
		}
		others += max(0, starts-most)
	}
	if side == harness.Millrace {
		if others > changes[churnReborn] {
			r.Errorf("%s: tasks of connectors that did not change started %d times", what, others)
		}
		if bad := r.status[http.StatusConflict]; bad > 0 || len(r.took) < 2*r.size.each {
			r.Errorf("%s: %d changes accepted, answers %v, %d missed", what, len(r.took), r.status, r.missed)
		}
		if limit := float64(turnMax.Milliseconds()); r.turn-r.late >= limit {
			r.Errorf("%s: a turn of a herder's loop took %.1f ms, the limit is %.0f, a timer was late by %.1f", what, r.turn, limit, r.late)
		}
	}
	slices.Sort(r.took)
	quantile := func(n int) time.Duration {
		if len(r.took) == 0 {
			return 0
		}
		return r.took[len(r.took)*n/100].Round(100 * time.Microsecond)
	}
	r.Logf("%s, %s: %d accepted, answers %v, %d missed, p50 %v, p99 %v, longest turn %.2f ms, a timer late by %.2f ms; %d connectors", side, what, len(r.took), r.status, r.missed, quantile(50), quantile(99), r.turn, r.late, len(states))
	now, changed := r.usedNow(), max(len(r.took), 1)
	r.Logf("%s, %s: %v of CPU for a change, and the workers waited %v for a processor", side, what, (now.cpu-r.used.cpu)/time.Duration(changed), (now.waited-r.used.waited)/time.Duration(changed))
	for _, kind := range []string{churnStill, churnSame, churnChanged, churnReborn} {
		r.Logf("%s, %s, %s: %d changes, tasks started %d times where they ran, %d times elsewhere", side, what, kind, changes[kind], kinds[kind].again, kinds[kind].moved)
	}
}

// churnUsed is what both workers have used of processors together, and how long they have waited for one.
type churnUsed struct{ cpu, waited time.Duration }

func (r *churnRun) usedNow() (u churnUsed) {
	r.Helper()
	for _, w := range r.cluster.Workers {
		cpu, err := harness.CPU(w.PID())
		if err != nil {
			r.Fatal(err)
		}
		waited, err := harness.Waited(w.PID())
		if err != nil {
			r.Fatal(err)
		}
		u.cpu, u.waited = u.cpu+cpu, u.waited+waited
	}
	return u
}

// observe notes the longest turn of the loops of our herders.
func (r *churnRun) observe() {
	for _, w := range r.cluster.Side(harness.Millrace) {
		turn, err := r.metric(w, "kafka_connect_connect_worker_rebalance_herder_turn_max_time_ms")
		if err != nil {
			r.Error(err)
			return
		}
		r.mu.Lock()
		r.turn = max(r.turn, turn)
		r.mu.Unlock()
	}
}

// metric reads a metric without labels.
func (r *churnRun) metric(w *harness.Worker, name string) (float64, error) {
	_, text, err := r.send(context.Background(), w, http.MethodGet, "/metrics", nil)
	if err != nil {
		return 0, fmt.Errorf("%s: metrics: %w", w.Name, err)
	}
	for line := range strings.Lines(string(text)) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(v), 64)
		}
	}
	return 0, fmt.Errorf("%s: no metric %s", w.Name, name)
}

// churnHeld is what both workers hold together.
type churnHeld struct {
	goroutines, files, threads int
	memory                     int64
}

func (r *churnRun) held(side harness.Side) (h churnHeld) {
	r.Helper()
	r.client.CloseIdleConnections()
	for _, w := range r.cluster.Workers {
		held, err := harness.HeldBy(w.PID())
		if err != nil {
			r.Fatal(err)
		}
		memory, err := harness.MemoryOf(w.PID())
		if err != nil {
			r.Fatal(err)
		}
		h.files, h.threads, h.memory = h.files+held.Files, h.threads+held.Threads, h.memory+memory.RSS
		if side == harness.Millrace {
			n, err := r.metric(w, "kafka_connect_connect_worker_goroutine_count")
			if err != nil {
				r.Fatal(err)
			}
			h.goroutines += int(n)
		}
	}
	return h
}

// churnSlack is how many goroutines and files two workers may have more or less for requests that are under way.
const churnSlack = 20

// noLeak waits until the workers hold no more than before the changes.
func (r *churnRun) noLeak(side harness.Side, before churnHeld) {
	r.Helper()
	var now churnHeld
	limit := func(n int) int { return n + n/50 + churnSlack }
	if side == harness.Millrace {
		harness.Eventually(r, calmMax, "everything that changes have opened is closed", func(context.Context) (bool, error) {
			now = r.held(side)
			return now.goroutines <= limit(before.goroutines) && now.files <= limit(before.files), fmt.Errorf("%+v, before %+v", now, before)
		})
	}
	now = r.held(side)
	r.Logf("%s: before %+v, after %+v", side, before, now)
}
