package metrics

import (
	"runtime"
	"sync"
)

// Worker counts the starts of connectors and tasks. Source: WorkerMetricsGroup.
type Worker struct {
	r *Registry

	mu         sync.Mutex
	connectors startups
	tasks      startups
}

// startups is how many starts there were, and how many of the last windows' succeeded.
type startups struct {
	ok, failed int64
	results    sampled
}

// ConnectorStarted counts a start of a connector, or the failure that prevented it.
func (w *Worker) ConnectorStarted(ok bool) {
	if w != nil {
		w.count(&w.connectors, ok)
	}
}

// TaskStarted counts a start of a task, or the failure that prevented it.
func (w *Worker) TaskStarted(ok bool) {
	if w != nil {
		w.count(&w.tasks, ok)
	}
}

func (w *Worker) count(s *startups, ok bool) {
	now := w.r.ms()
	w.mu.Lock()
	defer w.mu.Unlock()
	if ok {
		s.ok++
		s.results.record(w.r.window, 1, now)
	} else {
		s.failed++
		s.results.record(w.r.window, 0, now)
	}
}

// read gives connect-worker-metrics without a connector.
func (w *Worker) read(out emit, connectors, tasks int, now int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	put := func(name string, v float64) { out(groupWorker, nil, name, Number(v)) }
	put("connector-count", float64(connectors))
	put("task-count", float64(tasks))
	put("goroutine-count", float64(runtime.NumGoroutine()))
	w.connectors.read("connector", w.r.window, now, put)
	w.tasks.read("task", w.r.window, now, put)
}

func (s *startups) read(what string, w window, now int64, put func(name string, v float64)) {
	good, bad := s.results.share(w, now)
	put(what+"-startup-attempts-total", float64(s.ok+s.failed))
	put(what+"-startup-success-total", float64(s.ok))
	put(what+"-startup-success-percentage", good)
	put(what+"-startup-failure-total", float64(s.failed))
	put(what+"-startup-failure-percentage", bad)
}

// taskCounts is how many tasks of a connector are in which state.
type taskCounts struct {
	connector string
	total     int
	in        [states]int
}

// readTaskCounts gives connect-worker-metrics per connector; tasks are in order of their connectors.
// Source: Worker.ConnectorStatusMetricsGroup.
func readTaskCounts(out emit, tasks []member) {
	var c taskCounts
	flush := func() {
		if c.total == 0 {
			return
		}
		tags := []string{c.connector}
		put := func(name string, n int) { out(groupWorker, tags, name, Number(float64(n))) }
		put("connector-total-task-count", c.total)
		for _, s := range [...]State{Running, Paused, Failed, Unassigned, Destroyed, Restarting} {
			put("connector-"+s.String()+"-task-count", c.in[s])
		}
	}
	for _, t := range tasks {
		id, state := t.identity()
		if id.Connector != c.connector {
			flush()
			c = taskCounts{connector: id.Connector}
		}
		c.total++
		c.in[state]++
	}
	flush()
}
