package engine

import (
	"context"
	"sync"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/internal/steady"
)

// StartTask starts one of a connector's count tasks with the connector's raw config and its own. The answer
// comes through status, which is called from the task's goroutine for every change of state and must not wait. The call
// waits for config providers until ctx ends.
//
// Errors: there is no task, because the connector's class is unknown, a variable cannot be replaced,
// the connector has more tasks than tasks.max allows, or the task runs already. What goes wrong in
// plugin code comes as a FAILED status. Source: Worker.startTask.
func (w *Worker) StartTask(ctx context.Context, id connectors.TaskID, count int, connectorConfig, taskConfig map[string]string, target connectors.TargetState, status func(connectors.Status)) error {
	t, err := w.newTask(ctx, id, count, connectorConfig, taskConfig, target, status)
	if err != nil {
		w.opt.Metrics.Worker().TaskStarted(false)
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return errClosed
	case w.tasks[id] != nil:
		return connectException("Task already exists in this worker: " + id.String())
	}
	w.tasks[id] = t
	w.share(t)
	w.log.Info("task created", "connector", id.Connector, "task", id.Task)
	go t.run()
	return nil
}

// newTask makes a task that does not run yet.
func (w *Worker) newTask(ctx context.Context, id connectors.TaskID, count int, connectorConfig, taskConfig map[string]string, target connectors.TargetState, status func(connectors.Status)) (*task, error) {
	p, err := w.newTaskParts(ctx, id, count, connectorConfig, taskConfig)
	if err != nil {
		return nil, err
	}
	t := newTask(id, w.log, target, w.counted(status))
	t.body = p.newBody(t)
	t.stallAfter, t.restarts.policy = p.tuning.stallAfter, p.tuning.restart
	t.again = func(ctx context.Context) (body, error) {
		p, err := w.newTaskParts(ctx, id, count, connectorConfig, taskConfig)
		if err != nil {
			return nil, err
		}
		return p.newBody(t), nil
	}
	return t, nil
}

// newBody makes what the task does.
func (p *taskParts) newBody(t *task) body {
	p.t = t
	if p.class.Kind() == connectors.KindSink {
		return newSinkTask(p)
	}
	return newSourceTask(p)
}

// newTaskParts resolves and checks the configs of a task.
func (w *Worker) newTaskParts(ctx context.Context, id connectors.TaskID, count int, connectorConfig, taskConfig map[string]string) (*taskParts, error) {
	conn, err := w.Resolve(ctx, connectorConfig)
	if err != nil {
		return nil, err
	}
	props, err := w.Resolve(ctx, taskConfig)
	if err != nil {
		return nil, err
	}
	class, err := w.connectorClass(conn)
	if err != nil {
		return nil, err
	}
	if err := w.checkConnectorConfig(class, conn); err != nil {
		return nil, err
	}
	limit, enforce, err := settings.TasksMax(conn)
	if err != nil {
		return nil, err
	}
	if err := w.checkTasksMax(id.Connector, count, limit, enforce); err != nil {
		return nil, err
	}
	tune, err := taskTuning(w.opt.Config, conn)
	if err != nil {
		return nil, err
	}
	errs, err := settings.ParseErrors(conn)
	if err != nil {
		return nil, err
	}
	p := &taskParts{w: w, class: class, connector: conn, raw: taskConfig, props: props, tuning: tune, errors: errs}
	return p, nil
}

// share lets the task show in the metrics, and take part in what the tasks of its connector have in common.
func (w *Worker) share(t *task) {
	circuit, leave := w.circuits.join(t.id, t.restarts.policy)
	t.restarts.circuit = circuit
	unmeasure := w.opt.Metrics.TaskLife(t.id, func() metrics.Life {
		_, stalled := t.stall(steady.Now())
		return metrics.Life{Restarts: t.restarted.Load(), Stalled: stalled}
	})
	t.leave = []func(){leave, unmeasure}
}

// SetTaskTarget pauses or resumes a running task.
func (w *Worker) SetTaskTarget(id connectors.TaskID, target connectors.TargetState) {
	w.mu.Lock()
	t := w.tasks[id]
	w.mu.Unlock()
	if t != nil {
		t.setTarget(target)
	}
}

// StopTasks ends tasks side by side, waiting in all for task.shutdown.graceful.timeout.ms or until ctx
// ends. What has not ended then is cut off from Kafka and reports nothing more. Tasks that do not run
// here are ignored.
// Source: Worker.stopAndAwaitTasks.
func (w *Worker) StopTasks(ctx context.Context, ids []connectors.TaskID) error {
	list := make([]*task, 0, len(ids))
	w.mu.Lock()
	for _, id := range ids {
		if t := w.tasks[id]; t != nil {
			list = append(list, t)
			delete(w.tasks, id)
		} else {
			w.log.Warn("stop of a task ignored: it does not run here", "connector", id.Connector, "task", id.Task)
		}
	}
	w.mu.Unlock()
	for _, t := range list {
		t.log.Info("stopping task")
		t.stop()
	}
	ctx, cancel := context.WithTimeout(ctx, w.set.shutdownTimeout)
	defer cancel()
	var wg sync.WaitGroup
	for _, t := range list {
		wg.Go(func() {
			select {
			case <-t.done:
			case <-ctx.Done():
				t.log.Error("task did not stop in time and is cut off from Kafka", "timeout", w.set.shutdownTimeout)
				t.abandon()
			}
			t.forget()
		})
	}
	wg.Wait()
	return nil
}

// counted counts the start of a task, or the failure that came before it, and passes statuses on.
// Source: WorkerMetricsGroup.wrapStatusListener.
func (w *Worker) counted(status func(connectors.Status)) func(connectors.Status) {
	known := false
	return func(s connectors.Status) {
		if !known && (s.State == connectors.Running || s.State == connectors.Failed) {
			known = true
			w.opt.Metrics.Worker().TaskStarted(s.State == connectors.Running)
		}
		status(s)
	}
}
