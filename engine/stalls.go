package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/steady"
)

// Stalls returns the tasks of a connector on this worker that are RUNNING and make no progress, by number: a call
// of the plugin, a transform or Kafka has not returned for millrace.watchdog.stall.ms, or a sink has refused
// the same rows for that long. It does not wait.
func (w *Worker) Stalls(connector string) []connectors.Stall {
	var out []connectors.Stall
	now := steady.Now()
	for _, t := range w.tasksOf(connector) {
		if s, ok := t.stall(now); ok {
			out = append(out, s)
		}
	}
	return out
}

// tasksOf returns the tasks of a connector, by number.
func (w *Worker) tasksOf(connector string) []*task {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []*task
	for id, t := range w.tasks {
		if id.Connector == connector {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *task) int { return cmp.Compare(a.id.Task, b.id.Task) })
	return list
}

// stall reports whether the task is RUNNING and does not move.
func (t *task) stall(now time.Time) (connectors.Stall, bool) {
	t.mu.Lock()
	running, limit := t.state == connectors.Running, t.stallAfter
	t.mu.Unlock()
	if !running {
		return connectors.Stall{}, false
	}
	s, ok := t.activity.stall(now, limit)
	s.Task = t.id.Task
	return s, ok
}
