package metrics

import (
	"time"

	"github.com/millrace/millrace/connectors"
)

// SinkTask counts what a sink task does. Source: WorkerSinkTask.SinkTaskMetricsGroup.
type SinkTask struct {
	task

	// Guarded by task.mu.
	records, sent       int64
	reads, sends, putMs sampled
	progress            map[connectors.TopicPartition]progress
	active              int64
	actives             sampled
	partitions, seq     int
	completed, skipped  int64
	completions, skips  sampled
	consumption         func() Consumption
}

// progress is how far a partition was read and committed.
type progress struct {
	consumed, committed int64
}

func (p progress) active() int64 { return max(p.consumed-p.committed, 0) }

// Consumption is what the consumer knows of a task's input.
type Consumption struct {
	Bytes         int64 // of keys and values handed to the task so far
	Lag           int64 // records up to the high watermarks, over all partitions
	LagMax        int64 // of one partition
	BufferedBytes int64 // fetched, not yet with the task
}

var _ member = (*SinkTask)(nil)

// SinkTask registers a sink task, instead of one of the same name.
func (r *Registry) SinkTask(id connectors.TaskID, info TaskInfo) *SinkTask {
	if r == nil {
		return nil
	}
	t := &SinkTask{progress: map[connectors.TopicPartition]progress{}}
	t.init(r, id, info)
	r.addTask(id, t)
	return t
}

// Close takes the task out of the registry.
func (t *SinkTask) Close() {
	if t != nil {
		t.r.removeTask(t.id, t)
	}
}

// State says what the task is doing now.
func (t *SinkTask) State(s State) {
	if t != nil {
		t.change(s)
	}
}

// Errors returns the counts of what failed in the task.
func (t *SinkTask) Errors() *Errors {
	if t == nil {
		return nil
	}
	return &t.errors
}

// Watch gives the task a function that is asked, at every export, what its consumer knows.
func (t *SinkTask) Watch(f func() Consumption) {
	if t == nil {
		return
	}
	t.mu.Lock()
	t.consumption = f
	t.mu.Unlock()
}

// Read counts consumed rows.
func (t *SinkTask) Read(rows int) {
	if t == nil {
		return
	}
	now := t.r.ms()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.records += int64(rows)
	t.reads.record(t.r.window, float64(rows), now)
}

// Put counts rows that the plugin took.
func (t *SinkTask) Put(rows int, took time.Duration) {
	if t == nil {
		return
	}
	now, w, n := t.r.ms(), t.r.window, float64(rows)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent += int64(rows)
	t.sends.record(w, n, now)
	t.batchSize.record(w, n, now)
	t.putMs.record(w, float64(took.Milliseconds()), now)
}

// Assigned sets the positions of the partitions that the task holds, all of them.
func (t *SinkTask) Assigned(all map[connectors.TopicPartition]int64) {
	t.offsets(func() {
		clear(t.progress)
		for tp, o := range all {
			t.progress[tp] = progress{o, o}
		}
		t.active = 0
	})
}

// Consumed moves the positions of partitions.
func (t *SinkTask) Consumed(offsets map[connectors.TopicPartition]int64) {
	t.offsets(func() {
		for tp, o := range offsets {
			if p, ok := t.progress[tp]; ok {
				t.moveLocked(tp, p, progress{o, p.committed})
			}
		}
	})
}

// CommittedOffsets moves the committed offsets of partitions.
func (t *SinkTask) CommittedOffsets(offsets map[connectors.TopicPartition]int64) {
	t.offsets(func() {
		for tp, o := range offsets {
			if p, ok := t.progress[tp]; ok {
				t.moveLocked(tp, p, progress{p.consumed, o})
			}
		}
	})
}

// Cleared forgets partitions.
func (t *SinkTask) Cleared(partitions []connectors.TopicPartition) {
	t.offsets(func() {
		for _, tp := range partitions {
			t.active -= t.progress[tp].active()
			delete(t.progress, tp)
		}
	})
}

// offsets runs a change of positions and records the count of active rows that results.
func (t *SinkTask) offsets(change func()) {
	if t == nil {
		return
	}
	now := t.r.ms()
	t.mu.Lock()
	defer t.mu.Unlock()
	change()
	t.actives.record(t.r.window, float64(t.active), now)
}

func (t *SinkTask) moveLocked(tp connectors.TopicPartition, from, to progress) {
	t.active += to.active() - from.active()
	t.progress[tp] = to
}

// Partitions sets how many partitions the task holds.
func (t *SinkTask) Partitions(n int) {
	if t == nil {
		return
	}
	t.mu.Lock()
	t.partitions = n
	t.mu.Unlock()
}

// CommitSeq sets the sequence number of the commit that begins.
func (t *SinkTask) CommitSeq(n int) {
	if t == nil {
		return
	}
	t.mu.Lock()
	t.seq = n
	t.mu.Unlock()
}

// CommitSkipped counts the result of a commit that came too late to matter.
func (t *SinkTask) CommitSkipped() {
	if t == nil {
		return
	}
	now := t.r.ms()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.skipped++
	t.skips.record(t.r.window, 1, now)
}

// Committed counts the end of a commit.
func (t *SinkTask) Committed(ok bool, took time.Duration) {
	if t == nil {
		return
	}
	now := t.r.ms()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.commitLocked(ok, took, now)
	if ok {
		t.completed++
		t.completions.record(t.r.window, 1, now)
	}
}

// watched asks the consumer, outside of the lock: the consumer has its own.
func (t *SinkTask) watched() Consumption {
	t.mu.Lock()
	f := t.consumption
	t.mu.Unlock()
	if f == nil {
		return Consumption{}
	}
	return f()
}

func (t *SinkTask) read(out emit, now int64) {
	c := t.watched()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.readLocked(out, now)
	w := t.r.window
	put := func(name string, v float64) { out(groupSink, t.tags, name, Number(v)) }
	put("sink-record-read-rate", t.reads.rate(w, now))
	put("sink-record-read-total", float64(t.records))
	put("sink-record-read-bytes-total", float64(c.Bytes))
	put("sink-record-send-rate", t.sends.rate(w, now))
	put("sink-record-send-total", float64(t.sent))
	put("sink-record-lag-max", float64(c.LagMax))
	put("sink-record-lag", float64(c.Lag))
	put("sink-record-buffered-bytes", float64(c.BufferedBytes))
	put("partition-count", float64(t.partitions))
	put("offset-commit-seq-no", float64(t.seq))
	put("offset-commit-completion-rate", t.completions.rate(w, now))
	put("offset-commit-completion-total", float64(t.completed))
	put("offset-commit-skip-rate", t.skips.rate(w, now))
	put("offset-commit-skip-total", float64(t.skipped))
	put("put-batch-max-time-ms", t.putMs.max(w, now))
	put("put-batch-avg-time-ms", t.putMs.avg(w, now))
	put("sink-record-active-count", float64(t.active))
	put("sink-record-active-count-max", t.actives.max(w, now))
	put("sink-record-active-count-avg", t.actives.avg(w, now))
}

func (t *SinkTask) snapshot(now int64) TaskSnapshot {
	c := t.watched()
	t.mu.Lock()
	defer t.mu.Unlock()
	s := TaskSnapshot{
		Records: t.records, Delivered: t.sent, Bytes: c.Bytes, Active: t.active, Lag: c.Lag, Partitions: t.partitions,
		RecordsPerSecond: t.reads.rate(t.r.window, now), DeliveredPerSecond: t.sends.rate(t.r.window, now),
	}
	t.snapshotLocked(&s, now)
	return s
}
