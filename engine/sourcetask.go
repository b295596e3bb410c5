package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/offset"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/internal/crash"
)

// sendRetryDelay is how long a source waits after a retriable failure to hand rows over.
// Source: AbstractWorkerSourceTask.SEND_FAILED_BACKOFF_MS.
const sendRetryDelay = 100 * time.Millisecond

// sourceTask is the body of a source task.
//
// Goroutines: the task's runs the plugin, the stage and Send; the producer's runs Acked; one of its
// own flushes offsets every offset.flush.interval.ms, unless transactions do.
// Source: AbstractWorkerSourceTask, WorkerSourceTask.
type sourceTask struct {
	t             *task
	parts         *taskParts
	polling       context.Context // ends when the task stops, or must look at a failed row
	endPoll       context.CancelFunc
	flushInterval time.Duration
	flushTimeout  time.Duration
	log           *slog.Logger
	tracker       TopicTracker // nil: topics are not tracked

	// The task goroutine's own, made by build.
	metrics  *metrics.SourceTask
	uncount  func() // ends that the plugin's metrics are exported; nil: it has none
	plugin   connectors.SourceTask
	context  connectors.SourceTaskContext
	stage    *stage.Source
	operator *errant.Operator
	topics   *produce.Topics // nil: the brokers create topics, or nobody does
	offsets  *offset.Tracker
	flusher  *offset.Flusher
	tx       *transactions // nil: rows are delivered at least once
	started  bool
	seq      int64
	flushed  chan struct{} // the flushing goroutine ended

	room   chan struct{} // some of what waits for Kafka went
	broken chan struct{} // closed with the first failure
	due    chan struct{} // commit hooks of the plugin are due

	mu        sync.Mutex
	held      int64       // bytes that wait for Kafka
	failure   error       // why the task must end: a row that Kafka refused, or a dead letter
	done      []committed // rows whose RecordCommitter call is due
	commitDue bool        // offsets were flushed, Committer.Commit is due
	producer  produce.Producer
	closing   sync.Once               // of the producer
	letters   *errant.DeadLetterQueue // nil: failed rows are dropped
}

// committed is rows of a polled batch that reached Kafka or were dropped.
type committed struct {
	b    *batch.Batch // retained
	rows []connectors.RowMetadata
}

func (s *sourceTask) wake() {
	if s.t.isStopping() {
		s.endPoll()
	}
}

// cut closes the producers, so that a Send that waits for ever returns.
func (s *sourceTask) cut() {
	s.mu.Lock()
	letters := s.letters
	s.mu.Unlock()
	go s.closeProducer()
	if letters != nil {
		go letters.Client.Close()
	}
}

// closeProducer closes the producer once; a second call waits for the first.
func (s *sourceTask) closeProducer() {
	s.mu.Lock()
	p := s.producer
	s.mu.Unlock()
	if p != nil {
		s.closing.Do(p.Close)
	}
}

func (s *sourceTask) start(ctx context.Context) error {
	if err := s.build(ctx); err != nil {
		return err
	}
	if s.tx != nil {
		if err := s.tx.prepare(ctx); err != nil {
			return err
		}
	}
	s.started = true
	if m, ok := s.plugin.(connectors.Metered); ok {
		s.uncount = s.metrics.Plugin(s.parts.class.Metrics, m.ReadMetrics)
	}
	if p, ok := s.plugin.(connectors.Progressing); ok {
		s.t.progressOf(p.Progress)
	}
	return s.plugin.Start(ctx, s.context, s.parts.props)
}

func (s *sourceTask) execute(ctx context.Context) error {
	if s.tx != nil {
		return s.tx.execute(ctx)
	}
	stopFlushing := make(chan struct{})
	s.flushed = make(chan struct{})
	go s.flushLoop(stopFlushing)
	err := guard(func() error { return s.loop(ctx) })
	close(stopFlushing)
	<-s.flushed
	if s.t.isCancelled() {
		return err
	}
	// Failed or not: what was acknowledged is committed. A failing row never is, nor what follows it.
	s.finalCommit(ctx)
	return err
}

// loop polls and sends until the task stops. Source: AbstractWorkerSourceTask.execute.
func (s *sourceTask) loop(ctx context.Context) error {
	for !s.t.isStopping() {
		s.t.activity.enter(inCommit)
		if s.tx == nil {
			s.callCommits(ctx)
		}
		s.t.activity.enter(idle)
		if s.t.shouldPause() {
			if err := s.pause(ctx); err != nil {
				return err
			}
			continue
		}
		if err := s.failed(); err != nil {
			return err
		}
		s.t.activity.enter(inAck)
		if !s.awaitRoom() {
			continue
		}
		s.t.activity.enter(inPoll)
		began := time.Now()
		batches, err := s.plugin.Poll(s.polling)
		if err != nil {
			releaseBatches(batches)
			if s.t.isStopping() {
				return nil
			}
			if !connectors.IsRetriable(err) {
				return err
			}
			s.log.Warn("task could not poll, trying again", "err", err)
			continue
		}
		if len(batches) == 0 {
			if err := s.batchEnded(ctx); err != nil {
				return err
			}
			continue
		}
		rows := 0
		for _, b := range batches {
			rows += b.Live()
		}
		s.metrics.Polled(rows, time.Since(began))
		for i, b := range batches {
			err := s.deliver(ctx, b)
			b.Release()
			if err != nil {
				releaseBatches(batches[i+1:])
				return err
			}
		}
		if err := s.batchEnded(ctx); err != nil {
			return err
		}
	}
	return nil
}

// deliver sends one polled batch.
func (s *sourceTask) deliver(ctx context.Context, b *batch.Batch) error {
	if b.Wire.Is() {
		return s.pass(ctx, b)
	}
	if s.tx != nil {
		return s.tx.send(ctx, b)
	}
	return s.send(ctx, b)
}

// batchEnded is told of the end of every poll.
func (s *sourceTask) batchEnded(ctx context.Context) error {
	if s.tx == nil {
		return nil
	}
	s.t.activity.enter(inCommit)
	return s.tx.polled(ctx)
}

// pause waits until the task goes on or stops. A transaction is not left open meanwhile: it would expire.
func (s *sourceTask) pause(ctx context.Context) error {
	due := s.due
	if s.tx != nil {
		due = nil
		if err := s.tx.final(ctx); err != nil {
			return err
		}
	}
	s.t.report(connectors.Paused, "")
	if s.t.awaitUnpause(due, func() { s.callCommits(ctx) }) {
		if s.tx != nil {
			s.tx.last = time.Now()
		}
		s.t.report(connectors.Running, "")
	}
	return nil
}

// send puts one polled batch through the stage and hands its rows to the producer.
// Source: AbstractWorkerSourceTask.sendRecords.
func (s *sourceTask) send(ctx context.Context, b *batch.Batch) error {
	b.Seq = s.seq
	s.seq += int64(b.Len())
	s.t.activity.enter(inTransform)
	encoded, failed, err := s.stage.Run(ctx, b)
	if err != nil {
		return exceeded(err)
	}
	live := b.Live()
	var fatal error
	var letters pendingLetters
	if len(failed) > 0 {
		if fatal = s.operator.Failed(ctx, b, failed, &letters); fatal != nil {
			// Rows before the one that fails the task still go out, as Java sends record by record.
			cutAt(encoded, failed[0].Row)
			letters = nil
		}
	}
	parts := make([]produce.Rows, 0, len(encoded))
	sent := 0
	for _, e := range encoded {
		if n := e.B.Live(); n > 0 {
			parts = append(parts, produce.Rows{B: e.B, Key: e.Key, Value: e.Value})
			sent += n
		} else {
			e.B.Release()
		}
	}
	s.t.activity.enter(inSend)
	if err := s.fits(parts); err != nil {
		releaseRows(parts)
		return err
	}
	if err := s.ready(ctx, parts); err != nil {
		releaseRows(parts)
		return err
	}
	if s.tx != nil {
		if err := s.tx.begin(parts); err != nil {
			releaseRows(parts)
			return err
		}
	}
	await := sent + len(letters)
	rows := awaitedRows(b, parts, letters, await)
	if fatal == nil && await < live {
		s.dropped(b, rows)
	}
	if await == 0 {
		if fatal == nil {
			s.metrics.Written(live, live)
		}
		return fatal
	}
	b.Retain() // released by ack.end with the last row
	a := &ack{s: s, b: b, e: s.offsets.Submit(b, rows), left: await, rows: live, lost: live - await, held: slabBytes(b, parts)}
	s.hold(a.held)
	if sent > 0 {
		s.hand(ctx, parts, a)
	}
	for _, l := range letters {
		a.expect(l)
	}
	return fatal
}

// hand gives rows to the producer, whose results a takes.
func (s *sourceTask) hand(ctx context.Context, parts []produce.Rows, a *ack) {
	crash.At(crash.SourceSend)
	s.producer.Send(ctx, parts, a)
	crash.At(crash.SourceSent)
}

// ready creates topics and checks timestamps before rows go out.
func (s *sourceTask) ready(ctx context.Context, parts []produce.Rows) error {
	for i := range parts {
		if err := checkTimestamps(parts[i].B); err != nil {
			return err
		}
		for _, topic := range parts[i].B.Topics.Names {
			for {
				err := s.topics.Ensure(ctx, topic)
				if err == nil {
					break
				}
				if !connectors.IsRetriable(err) || ctx.Err() != nil {
					return err
				}
				s.log.Warn("rows could not be sent, trying again", "topic", topic, "next_in", sendRetryDelay, "err", err)
				select {
				case <-time.After(sendRetryDelay):
				case <-s.t.stopped:
					return err
				}
			}
		}
	}
	return nil
}

// dropped tells the plugin of rows that transforms or errors removed.
func (s *sourceTask) dropped(b *batch.Batch, sent batch.Selection) {
	if _, ok := s.plugin.(connectors.RecordCommitter); !ok {
		return
	}
	kept := make([]bool, b.Len())
	for _, r := range sent {
		kept[r] = true
	}
	var rows []connectors.RowMetadata
	add := func(r int32) {
		if !kept[r] {
			rows = append(rows, connectors.RowMetadata{Row: r, Dropped: true, Partition: batch.NoPartition, Offset: -1, Timestamp: batch.NoTimestamp})
		}
	}
	if b.Sel == nil {
		for r := range int32(b.Len()) {
			add(r)
		}
	} else {
		for _, r := range b.Sel {
			add(r)
		}
	}
	s.queueCommit(b, rows)
}

// queueCommit keeps rows for the plugin's RecordCommitter. Safe from any goroutine.
func (s *sourceTask) queueCommit(b *batch.Batch, rows []connectors.RowMetadata) {
	if len(rows) == 0 {
		return
	}
	b.Retain() // released by callCommits or close
	s.mu.Lock()
	s.done = append(s.done, committed{b, rows})
	s.mu.Unlock()
	signal(s.due)
}

// signal leaves a token in a channel of one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// callCommits calls the plugin's commit hooks that are due. Errors are logged only.
func (s *sourceTask) callCommits(ctx context.Context) {
	s.mu.Lock()
	done, due := s.done, s.commitDue
	s.done, s.commitDue = nil, false
	s.mu.Unlock()
	for _, d := range done {
		if rc, ok := s.plugin.(connectors.RecordCommitter); ok {
			if err := guard(func() error { return rc.CommitRecords(ctx, d.b, d.rows) }); err != nil {
				s.log.Error("task failed in CommitRecords, going on", "err", err)
			}
		}
		d.b.Release()
	}
	if due {
		crash.At(crash.SourceCommit)
		if c, ok := s.plugin.(connectors.Committer); ok {
			if err := guard(func() error { return c.Commit(ctx) }); err != nil {
				s.log.Error("task failed in Commit, going on", "err", err)
			}
		}
	}
}

// failed returns why the task must end.
func (s *sourceTask) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// fail ends the task; the first failure counts, and none once it is given up.
func (s *sourceTask) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure == nil && !s.t.isCancelled() {
		s.failure = err
		close(s.broken)
		s.endPoll()
	}
}

// flushLoop commits offsets every offset.flush.interval.ms.
func (s *sourceTask) flushLoop(stop <-chan struct{}) {
	defer close(s.flushed)
	tick := time.NewTicker(s.flushInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.flush()
		case <-stop:
			return
		}
	}
}

// flush writes the offsets of acknowledged rows within offset.flush.timeout.ms. What could not be
// written is kept for the next time. Source: WorkerSourceTask.commitOffsets.
func (s *sourceTask) flush() {
	if s.t.isCancelled() {
		return
	}
	ctx, cancel := context.WithTimeout(s.t.ctx, s.flushTimeout)
	defer cancel()
	began := time.Now()
	c := s.offsets.Take()
	s.flusher.Add(c.Offsets)
	n, err := s.flusher.Flush(ctx)
	s.metrics.Committed(err == nil, time.Since(began))
	if err != nil {
		s.log.Error("source offsets could not be committed, trying again with the next flush", "err", err, "next_in", s.flushInterval)
		return
	}
	s.log.Debug("source offsets committed", "partitions", n, "rows", c.Acked, "rows_pending", c.Pending)
	s.mu.Lock()
	s.commitDue = true
	s.mu.Unlock()
	signal(s.due)
}

// finalCommit waits for acknowledgements on their way, then commits. Source: WorkerSourceTask.finalOffsetCommit.
func (s *sourceTask) finalCommit(ctx context.Context) {
	timer := time.NewTimer(s.flushTimeout)
	defer timer.Stop()
	select {
	case <-s.offsets.Idle():
	case <-timer.C:
		s.log.Warn("rows are still unacknowledged, their offsets are not committed", "rows", s.offsets.Pending())
	case <-ctx.Done():
		return
	}
	s.flush()
	s.callCommits(ctx)
}

func (s *sourceTask) close(ctx context.Context) {
	s.endPoll()
	if s.started {
		s.t.progressOf(nil)
		if s.uncount != nil {
			s.uncount()
		}
		if err := guard(func() error { return s.plugin.Stop(ctx) }); err != nil {
			s.log.Warn("task did not stop cleanly", "err", err)
		}
	}
	if s.tx != nil {
		s.tx.close()
	}
	s.closeProducer()
	if s.offsets != nil {
		s.offsets.Close()
	}
	s.parts.close() // dead letters on their way have their results then
	s.mu.Lock()
	done := s.done
	s.done = nil
	s.mu.Unlock()
	for _, d := range done {
		d.b.Release()
	}
}
