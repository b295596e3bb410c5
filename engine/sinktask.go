package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/consume"
	"github.com/millrace/millrace/engine/errant"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/stage/ordered"
	"github.com/millrace/millrace/internal/crash"
)

// offsets is the next offset to read, or to commit, of partitions.
type offsets = map[connectors.TopicPartition]int64

// sinkTask is the body of a sink task. Everything but wake and cut runs on the task's goroutine,
// rebalance callbacks too.
// Source: WorkerSinkTask.
type sinkTask struct {
	t             *task
	parts         *taskParts
	flushInterval time.Duration
	flushTimeout  time.Duration
	log           *slog.Logger
	tracker       TopicTracker // nil: topics are not tracked

	// Made by build.
	metrics   *metrics.SinkTask
	plugin    connectors.SinkTask
	ctx       *sinkContext
	stages    *ordered.Stages
	operator  *errant.Operator
	reporting bool // a dead letter queue or error log is configured
	started   bool
	reports   errant.Reports

	raw   []*batch.Batch // consumed and not delivered yet, as they were consumed
	batch []*batch.Batch // the same rows, ready for Put

	lastCommitted offsets
	current       offsets // delivered
	consumed      offsets // in raw

	nextCommit    time.Time
	committing    bool
	commitStarted time.Time
	commitSeq     int
	redelivery    bool // paused until a batch that failed retriably is delivered
	paused        bool // as the user wants it

	mu       sync.Mutex // guards consumer for wake and cut
	consumer consume.Consumer
	closing  sync.Once
}

func (s *sinkTask) wake() {
	s.mu.Lock()
	c := s.consumer
	s.mu.Unlock()
	if c != nil {
		c.Wake()
	}
}

// cut leaves the group, so that others get the partitions of a task that hangs in its plugin. It does
// not wait for that.
func (s *sinkTask) cut() {
	s.wake()
	go s.closeConsumer()
}

// closeConsumer leaves the group once; a second call waits for the first.
func (s *sinkTask) closeConsumer() {
	s.mu.Lock()
	c := s.consumer
	s.mu.Unlock()
	if c != nil {
		s.closing.Do(c.Close)
	}
}

func (s *sinkTask) start(ctx context.Context) error {
	s.lastCommitted, s.current, s.consumed = offsets{}, offsets{}, offsets{}
	if err := s.build(ctx); err != nil {
		return err
	}
	s.started = true
	if err := s.plugin.Start(ctx, s.ctx, s.parts.props); err != nil {
		return err
	}
	var err error
	s.stages, err = s.newStages(ctx)
	return err
}

func (s *sinkTask) execute(ctx context.Context) (err error) {
	s.nextCommit = time.Now().Add(s.flushInterval)
	defer func() {
		closeErr := guard(func() error { return s.closeAll(ctx) })
		if err == nil {
			err = closeErr
		} else if closeErr != nil {
			s.log.Warn("task did not close its partitions cleanly", "err", closeErr)
		}
	}()
	return guard(func() error {
		for !s.t.isStopping() {
			if err := s.iteration(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// iteration commits if that is due, polls, converts and delivers. Source: WorkerSinkTask.iteration.
func (s *sinkTask) iteration(ctx context.Context) error {
	s.followTarget()
	now := time.Now()
	if !s.committing && (s.ctx.commitRequested || !now.Before(s.nextCommit)) {
		if err := s.commit(ctx, false, s.consumer.Assignment()); err != nil {
			return err
		}
		s.nextCommit = now.Add(s.flushInterval)
		s.ctx.commitRequested = false
	}
	if s.committing && !now.Before(s.commitStarted.Add(s.flushTimeout)) {
		s.log.Warn("commit of offsets timed out", "timeout", s.flushTimeout)
		s.committing = false
	}
	wait := max(s.nextCommit.Sub(now), 0)
	if s.committing {
		wait = min(wait, s.commitStarted.Add(s.flushTimeout).Sub(now))
	}
	return s.poll(ctx, wait)
}

// followTarget pauses or resumes consumption as the user wants it.
func (s *sinkTask) followTarget() {
	switch want := s.t.shouldPause(); {
	case want == s.paused:
	case want:
		s.paused = true
		s.consumer.Pause(s.consumer.Assignment())
		s.t.report(connectors.Paused, "")
		s.ctx.commitRequested = true
	default:
		s.paused = false
		if !s.redelivery {
			s.resumeAll()
		}
		s.t.report(connectors.Running, "")
	}
}

// poll fetches, converts and delivers once. Source: WorkerSinkTask.poll.
func (s *sinkTask) poll(ctx context.Context, wait time.Duration) error {
	s.rewind()
	if s.ctx.timeout > 0 {
		wait = min(wait, s.ctx.timeout)
		s.ctx.timeout = -1
	}
	s.t.activity.enter(idle)
	raw, err := s.consumer.Poll(ctx, wait)
	if err != nil {
		releaseBatches(raw)
		return err
	}
	if s.t.isStopping() {
		// Not delivered and not committed: read again by whoever owns the partition next.
		releaseBatches(raw)
		return nil
	}
	if len(raw) > 0 && len(s.raw) > 0 {
		// Cannot happen while all partitions are paused for redelivery, but must not lose rows.
		s.raw = append(s.raw, raw...)
	}
	if err := s.convert(ctx, raw); err != nil {
		return err
	}
	return s.deliver(ctx)
}

// convert puts consumed batches through the stage. Source: WorkerSinkTask.convertMessages.
func (s *sinkTask) convert(ctx context.Context, raw []*batch.Batch) error {
	s.t.activity.enter(inTransform)
	s.stages.Begin(ctx, raw)
	defer s.stages.End()
	rows := 0
	for i, b := range raw {
		rows += b.Len()
		var out []*batch.Batch
		var failed []errant.RowError
		err := checkTimestamps(b)
		if err == nil {
			if out, failed, err = s.stages.Run(ctx, b); err != nil {
				err = exceeded(err)
			}
		}
		if err == nil {
			s.raw = append(s.raw, b)
			s.batch = append(s.batch, out...)
			if s.tracker != nil && reachesTransforms(b, failed) {
				s.tracker.TopicUsed(s.t.id, b.Origin.Topic)
			}
			err = s.operator.Failed(ctx, b, failed, &s.reports)
		} else {
			b.Release()
		}
		if err != nil {
			s.stages.End() // nobody works at the rest any more
			releaseBatches(raw[i+1:])
			return err
		}
		tp := connectors.TopicPartition{Topic: b.Origin.Topic, Partition: b.Origin.Partition}
		s.consumed[tp] = b.Offsets[b.Len()-1] + 1
	}
	if rows > 0 {
		s.metrics.Read(rows)
		s.metrics.Consumed(s.consumed)
	}
	return nil
}

// reachesTransforms reports whether some row of b was converted.
func reachesTransforms(b *batch.Batch, failed []errant.RowError) bool {
	n := b.Len()
	for i := range failed {
		if failed[i].Stage != errant.Transformation {
			n--
		}
	}
	return n > 0
}

// deliver hands the batch to the plugin. Source: WorkerSinkTask.deliverMessages.
func (s *sinkTask) deliver(ctx context.Context) error {
	began := time.Now()
	s.t.activity.enter(inPut)
	if len(s.batch) > 0 {
		crash.At(crash.SinkPut)
	}
	err := guard(func() error { return s.plugin.Put(ctx, s.batch) })
	if len(s.batch) > 0 {
		crash.At(crash.SinkTaken)
	}
	s.t.activity.refuses(err != nil)
	if err == nil && s.ctx.putError != nil && !s.operator.WithinTolerance() {
		err = exceeded(s.ctx.putError)
	}
	if err != nil {
		if connectors.IsRetriable(err) {
			s.log.Error("task could not put, trying again with the same rows", "err", err)
			if !s.redelivery {
				s.redelivery = true
				s.consumer.Pause(s.consumer.Assignment())
			}
			return nil
		}
		return &connectors.Error{Class: connectors.ConnectException, Text: "Exiting WorkerSinkTask due to unrecoverable exception.", Err: err}
	}
	rows := 0
	for _, b := range s.batch {
		rows += b.Live()
	}
	s.metrics.Put(rows, time.Since(began))
	for tp, o := range s.consumed {
		s.current[tp] = o
		delete(s.consumed, tp)
	}
	s.dropBatch()
	if s.redelivery {
		s.redelivery = false
		if !s.paused {
			s.resumeAll()
		}
	}
	return nil
}

// dropBatch lets go of what was delivered.
func (s *sinkTask) dropBatch() {
	releaseBatches(s.batch)
	releaseBatches(s.raw)
	clear(s.batch)
	clear(s.raw)
	s.batch, s.raw = s.batch[:0], s.raw[:0]
}

// rewind carries out the seeks that the plugin asked for.
func (s *sinkTask) rewind() {
	if len(s.ctx.seeks) == 0 {
		return
	}
	s.consumer.Seek(s.ctx.seeks)
	for tp, o := range s.ctx.seeks {
		s.lastCommitted[tp] = o
		s.current[tp] = o
	}
	s.ctx.seeks = nil
}

// resumeAll resumes what the plugin did not pause itself.
func (s *sinkTask) resumeAll() {
	var list []connectors.TopicPartition
	for _, tp := range s.consumer.Assignment() {
		if _, own := s.ctx.paused[tp]; !own {
			list = append(list, tp)
		}
	}
	s.consumer.Resume(list)
}

// closeAll commits and closes all partitions at the end. Source: WorkerSinkTask.closeAllPartitions.
func (s *sinkTask) closeAll(ctx context.Context) error {
	list := make([]connectors.TopicPartition, 0, len(s.current))
	for tp := range s.current {
		list = append(list, tp)
	}
	return s.commit(ctx, true, list)
}

func (s *sinkTask) close(ctx context.Context) {
	if s.started {
		if err := guard(func() error { return s.plugin.Stop(ctx) }); err != nil {
			s.log.Warn("task did not stop cleanly", "err", err)
		}
	}
	s.dropBatch()
	s.closeConsumer()
	s.parts.close()
	s.metrics.Partitions(0)
}
