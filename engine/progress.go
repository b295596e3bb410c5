package engine

import "github.com/millrace/millrace/connectors"

// Progress returns how far the tasks of a connector on this worker are with work that has an end, by number. It does
// not wait.
func (w *Worker) Progress(connector string) []connectors.Progress {
	var out []connectors.Progress
	for _, t := range w.tasksOf(connector) {
		t.mu.Lock()
		read := t.progress
		t.mu.Unlock()
		if read == nil {
			continue
		}
		if p := read(); p != nil {
			p.Task = t.id.Task
			out = append(out, *p)
		}
	}
	return out
}

// progressOf says who tells how far the task is; nil: nobody.
func (t *task) progressOf(read func() *connectors.Progress) {
	t.mu.Lock()
	t.progress = read
	t.mu.Unlock()
}
