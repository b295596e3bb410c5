package engine

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/connectors"
)

// body is what a kind of task does inside the frame. Calls come from the task's goroutine, but wake.
type body interface {
	// prepare makes what needs neither Kafka nor the plugin: converters and transforms.
	prepare(ctx context.Context) error
	// start makes clients and starts the plugin.
	start(ctx context.Context) error
	// execute runs until the task is told to stop.
	execute(ctx context.Context) error
	// close stops the plugin and closes what start made, also after it failed.
	close(ctx context.Context)
	// wake ends a wait because the target state changed. Safe from any goroutine.
	wake()
	// cut closes the Kafka clients at once. Safe from any goroutine.
	cut()
}

// task runs one connector task on a goroutine of its own: target states, statuses, failure.
//
// Statuses: PAUSED or RUNNING as the task gets there, FAILED with the trace for any error or panic,
// UNASSIGNED at a clean end, nothing once it was cancelled.
// Source: WorkerTask.
type task struct {
	id     connectors.TaskID
	log    *slog.Logger
	status func(connectors.Status)

	// Of the task's goroutine.
	again    func(context.Context) (body, error) // makes another body
	restarts restarts

	activity   activity
	stallAfter time.Duration // 0: nobody watches
	restarted  atomic.Int64  // how often

	// ctx ends when the task is cancelled; polling ends with stopped.
	ctx     context.Context
	cancel  context.CancelFunc
	stopped chan struct{} // closed when the task must stop
	done    chan struct{} // closed when the goroutine ended

	reports sync.Mutex // held over every report, so that none comes after the task was given up

	mu        sync.Mutex // taken inside reports
	body      body       // replaced by the task's goroutine when it is restarted
	state     connectors.State
	target    connectors.TargetState
	changed   chan struct{} // closed and replaced when target changes
	stopping  bool
	cancelled bool
	measure   func(connectors.State) // told of every state, that of a cancelled task too
	unmeasure func()
	leave     []func() // what ends with the task
	forgotten bool
	progress  func() *connectors.Progress // of the plugin; nil: it does not tell
}

func newTask(id connectors.TaskID, log *slog.Logger, target connectors.TargetState, status func(connectors.Status)) *task {
	t := &task{
		id: id, log: log.With("connector", id.Connector, "task", id.Task), status: status, target: target,
		stopped: make(chan struct{}), done: make(chan struct{}), changed: make(chan struct{}),
	}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t
}

// run is the goroutine of the task.
func (t *task) run() {
	defer close(t.done)
	defer t.log.Debug("task ended")
	defer t.cancel()
	for t.live() {
	}
}

// live is a life of the task; it reports whether another one follows. A failure of a task that is stopping anyway
// is no failure. Source: WorkerTask.run, doRun.
func (t *task) live() bool {
	err := guard(t.work)
	t.restarts.ended()
	switch {
	case err == nil:
	case t.isCancelled():
		t.log.Warn("task failed after it was given up", "err", err)
	case t.isStopping():
		t.log.Warn("task failed while stopping", "err", err)
	default:
		return t.failed(err)
	}
	t.report(connectors.Unassigned, "")
	return false
}

// work is the life of the task. Source: WorkerTask.doRun.
func (t *task) work() error {
	body := t.currentBody()
	defer func() {
		// The plugin's own failure while closing must not hide why the task ended.
		t.activity.enter(inStop)
		if err := guard(func() error { body.close(t.ctx); return nil }); err != nil {
			t.log.Warn("task did not close cleanly", "err", err)
		}
		t.activity.enter(idle)
		t.activity.refuses(false)
	}()
	if err := body.prepare(t.ctx); err != nil {
		return err
	}
	if t.isStopping() {
		return nil
	}
	if t.shouldPause() {
		t.report(connectors.Paused, "")
		if !t.awaitUnpause(nil, nil) {
			return nil
		}
	}
	t.activity.enter(inStart)
	if err := body.start(t.ctx); err != nil {
		return err
	}
	t.activity.enter(idle)
	t.restarts.started()
	t.report(connectors.Running, "")
	return body.execute(t.ctx)
}

// setTarget pauses or resumes the task; STOPPED stops it.
func (t *task) setTarget(target connectors.TargetState) {
	t.mu.Lock()
	if t.stopping {
		t.mu.Unlock()
		return
	}
	t.target = target
	close(t.changed)
	t.changed = make(chan struct{})
	t.mu.Unlock()
	if target == connectors.TargetStopped {
		t.stop()
		return
	}
	t.currentBody().wake()
}

func (t *task) currentBody() body {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.body
}

func (t *task) setBody(b body) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.body = b
}

// stop tells the task to end; it does not wait.
func (t *task) stop() {
	t.mu.Lock()
	already := t.stopping
	if !already {
		t.stopping = true
		close(t.stopped)
	}
	t.mu.Unlock()
	if !already {
		t.currentBody().wake()
	}
}

// abandon cuts a task that did not stop in time off from Kafka; it reports nothing more.
// Source: WorkerTask.cancel.
func (t *task) abandon() {
	t.reports.Lock()
	t.mu.Lock()
	t.cancelled = true
	t.mu.Unlock()
	t.reports.Unlock()
	t.stop()
	t.cancel()
	t.currentBody().cut()
}

// register says what is told of every state, and what ends that once the worker lets the task go, or it is
// restarted.
func (t *task) register(unmeasure func(), measure func(connectors.State)) {
	t.mu.Lock()
	before, late := t.unmeasure, t.forgotten
	t.measure, t.unmeasure = measure, unmeasure
	t.mu.Unlock()
	if before != nil {
		before()
	}
	if late {
		unmeasure()
	}
}

// forget takes the task out of the metrics, and of what it shares with others. Source: WorkerTask.removeMetrics.
func (t *task) forget() {
	t.mu.Lock()
	ends := t.leave
	if t.unmeasure != nil {
		ends = append(ends, t.unmeasure)
	}
	t.leave, t.forgotten = nil, true
	t.mu.Unlock()
	for _, f := range ends {
		f()
	}
}

func (t *task) report(s connectors.State, trace string) {
	t.reports.Lock()
	defer t.reports.Unlock()
	t.mu.Lock()
	measure, cancelled := t.measure, t.cancelled
	t.state = s
	t.mu.Unlock()
	if measure != nil {
		measure(s)
	}
	if cancelled {
		return
	}
	t.status(connectors.Status{ID: t.id, State: s, Trace: trace})
}

func (t *task) isStopping() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stopping
}

func (t *task) isCancelled() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cancelled
}

func (t *task) shouldPause() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.target == connectors.TargetPaused
}

// awaitUnpause waits while the target is PAUSED and reports false when the task must stop instead.
// Meanwhile f is called whenever due has something; both may be nil.
func (t *task) awaitUnpause(due <-chan struct{}, f func()) bool {
	for {
		t.mu.Lock()
		target, changed := t.target, t.changed
		t.mu.Unlock()
		if t.isStopping() {
			return false
		}
		if target != connectors.TargetPaused {
			return true
		}
		select {
		case <-due:
			f()
		case <-changed:
		case <-t.stopped:
			return false
		}
	}
}
