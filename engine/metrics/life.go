package metrics

import (
	"strconv"

	"github.com/millrace/millrace/connectors"
)

// Life is what a task goes through over its restarts, at each of which its other metrics begin anew.
type Life struct {
	Restarts int64
	Stalled  bool
}

// TaskLife exports what read returns of a task at every export. The result ends that.
func (r *Registry) TaskLife(id connectors.TaskID, read func() Life) (remove func()) {
	return r.Add(groupTask, []string{id.Connector, strconv.Itoa(id.Task)}, func(emit func(string, Value)) {
		life, stalled := read(), 0.0
		if life.Stalled {
			stalled = 1
		}
		emit("restarts-total", Number(float64(life.Restarts)))
		emit("stalled", Number(stalled))
	})
}
