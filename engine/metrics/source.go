package metrics

import (
	"time"

	"github.com/millrace/millrace/connectors"
)

// SourceTask counts what a source task does. Source: AbstractWorkerSourceTask.SourceTaskMetricsGroup,
// ExactlyOnceWorkerSourceTask.TransactionMetricsGroup.
type SourceTask struct {
	task

	// Guarded by task.mu.
	polled, written       int64
	polls, writes, pollMs sampled
	active                int64
	actives               sampled
	transactional         bool
	transactions          sampled
	production            func() Production
}

// Production is what the producer knows of a task's output.
type Production struct {
	Bytes         int64 // of keys and values acknowledged so far
	BufferedBytes int64 // handed over, not yet acknowledged
}

var _ member = (*SourceTask)(nil)

// SourceTask registers a source task, instead of one of the same name.
func (r *Registry) SourceTask(id connectors.TaskID, info TaskInfo) *SourceTask {
	if r == nil {
		return nil
	}
	t := &SourceTask{}
	t.init(r, id, info)
	r.addTask(id, t)
	return t
}

// Close takes the task out of the registry.
func (t *SourceTask) Close() {
	if t != nil {
		t.r.removeTask(t.id, t)
	}
}

// State says what the task is doing now.
func (t *SourceTask) State(s State) {
	if t != nil {
		t.change(s)
	}
}

// Errors returns the counts of what failed in the task.
func (t *SourceTask) Errors() *Errors {
	if t == nil {
		return nil
	}
	return &t.errors
}

// Watch gives the task a function that is asked, at every export, what its producer knows.
func (t *SourceTask) Watch(f func() Production) {
	if t == nil {
		return
	}
	t.mu.Lock()
	t.production = f
	t.mu.Unlock()
}

// Polled counts one poll that returned rows.
func (t *SourceTask) Polled(rows int, took time.Duration) {
	if t == nil {
		return
	}
	now, w, n := t.r.ms(), t.r.window, float64(rows)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.polled += int64(rows)
	t.polls.record(w, n, now)
	t.pollMs.record(w, float64(took.Milliseconds()), now)
	t.batchSize.record(w, n, now)
	t.active += int64(rows)
	t.actives.record(w, float64(t.active), now)
}

// Written counts polled rows whose end is known: all of them, and how many of those were dropped or
// refused instead of written.
func (t *SourceTask) Written(rows, skipped int) {
	if t == nil {
		return
	}
	now, w := t.r.ms(), t.r.window
	t.mu.Lock()
	defer t.mu.Unlock()
	t.written += int64(rows - skipped)
	t.writes.record(w, float64(rows-skipped), now)
	t.active = max(t.active-int64(rows), 0)
	t.actives.record(w, float64(t.active), now)
}

// Committed counts an attempt to commit source offsets.
func (t *SourceTask) Committed(ok bool, took time.Duration) {
	if t == nil {
		return
	}
	now := t.r.ms()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.commitLocked(ok, took, now)
}

// Transactional lets the sizes of transactions show, those of none as yet.
func (t *SourceTask) Transactional() {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.transactional = true
}

// Transaction counts a transaction of an exactly-once task that was committed with so many rows.
func (t *SourceTask) Transaction(rows int) {
	if t == nil {
		return
	}
	now := t.r.ms()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.transactional = true
	t.transactions.record(t.r.window, float64(rows), now)
}

// watched asks the producer, outside of the lock: the producer has its own.
func (t *SourceTask) watched() Production {
	t.mu.Lock()
	f := t.production
	t.mu.Unlock()
	if f == nil {
		return Production{}
	}
	return f()
}

func (t *SourceTask) read(out emit, now int64) {
	p := t.watched()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.readLocked(out, now)
	w := t.r.window
	put := func(name string, v float64) { out(groupSource, t.tags, name, Number(v)) }
	put("source-record-poll-rate", t.polls.rate(w, now))
	put("source-record-poll-total", float64(t.polled))
	put("source-record-write-rate", t.writes.rate(w, now))
	put("source-record-write-total", float64(t.written))
	put("source-record-write-bytes-total", float64(p.Bytes))
	put("source-record-buffered-bytes", float64(p.BufferedBytes))
	put("poll-batch-max-time-ms", t.pollMs.max(w, now))
	put("poll-batch-avg-time-ms", t.pollMs.avg(w, now))
	put("source-record-active-count", float64(t.active))
	put("source-record-active-count-max", t.actives.max(w, now))
	put("source-record-active-count-avg", t.actives.avg(w, now))
	if t.transactional {
		put("transaction-size-min", t.transactions.min(w, now))
		put("transaction-size-max", t.transactions.max(w, now))
		put("transaction-size-avg", t.transactions.avg(w, now))
	}
}

func (t *SourceTask) snapshot(now int64) TaskSnapshot {
	p := t.watched()
	t.mu.Lock()
	defer t.mu.Unlock()
	s := TaskSnapshot{
		Records: t.polled, Delivered: t.written, Bytes: p.Bytes, Active: t.active,
		RecordsPerSecond: t.polls.rate(t.r.window, now), DeliveredPerSecond: t.writes.rate(t.r.window, now),
	}
	t.snapshotLocked(&s, now)
	return s
}
