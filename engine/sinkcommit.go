package engine

import (
	"context"
	"maps"
	"time"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/crash"
)

// commit asks the plugin what may be committed of the given partitions and commits it: without
// waiting inside the loop, waiting when the partitions are being closed.
//
// Errors: rows that the dead letter queue did not take, or a failing Close; both fail the task.
// Source: WorkerSinkTask.commitOffsets.
func (s *sinkTask) commit(ctx context.Context, closing bool, partitions []connectors.TopicPartition) error {
	s.t.activity.enter(inCommit)
	defer s.t.activity.enter(idle)
	if err := s.reports.Await(ctx, partitions); err != nil {
		if closing {
			if cerr := s.closePlugin(ctx, partitions); cerr != nil {
				s.log.Warn("task did not close its partitions cleanly", "err", cerr)
			}
		}
		return err
	}
	due, last := offsets{}, offsets{}
	for _, tp := range partitions {
		if o, ok := s.current[tp]; ok {
			due[tp] = o
		}
	}
	if len(due) == 0 {
		return nil
	}
	for tp := range due {
		if o, ok := s.lastCommitted[tp]; ok {
			last[tp] = o
		}
	}
	s.committing = true
	s.commitSeq++
	s.commitStarted = time.Now()
	s.metrics.CommitSeq(s.commitSeq)

	crash.At(crash.SinkFlush)
	var provided offsets
	err := guard(func() (err error) {
		provided, err = s.preCommit(ctx, maps.Clone(due))
		return err
	})
	crash.At(crash.SinkFlushed)
	if closing {
		if cerr := s.closePlugin(ctx, partitions); cerr != nil {
			s.committed(cerr, s.commitSeq, nil)
			return cerr
		}
	}
	if err != nil {
		if closing {
			s.log.Warn("offsets are not committed while closing: the task refused", "err", err)
		} else {
			s.log.Error("offsets are not committed: the task refused, reading again from the last committed ones", "err", err)
			s.consumer.Seek(last)
			maps.Copy(s.current, last)
		}
		s.committed(err, s.commitSeq, nil)
		return nil
	}
	if len(provided) == 0 {
		s.committed(nil, s.commitSeq, nil)
		return nil
	}
	target := s.filter(provided, due, last)
	if maps.Equal(target, last) {
		s.committed(nil, s.commitSeq, nil)
		return nil
	}
	if s.t.isCancelled() {
		return nil
	}
	crash.At(crash.SinkCommit)
	seq := s.commitSeq
	if closing {
		cctx, cancel := context.WithTimeout(ctx, s.flushTimeout)
		defer cancel()
		s.committed(s.consumer.Commit(cctx, target), seq, target)
		return nil
	}
	s.consumer.CommitAsync(target, func(err error) { s.committed(err, seq, target) })
	return nil
}

// filter keeps what may be committed of the offsets that the plugin gave, on top of those that were
// committed last.
func (s *sinkTask) filter(provided, due, last offsets) offsets {
	target := maps.Clone(last)
	var assigned map[connectors.TopicPartition]struct{}
	for tp, o := range provided {
		if _, ok := target[tp]; ok {
			if o <= due[tp] {
				target[tp] = o
			} else {
				s.log.Warn("offset of the task ignored: not consumed yet", "topic", tp.Topic, "partition", tp.Partition,
					"offset", o, "consumed", due[tp])
			}
			continue
		}
		if assigned == nil {
			assigned = map[connectors.TopicPartition]struct{}{}
			for _, a := range s.consumer.Assignment() {
				assigned[a] = struct{}{}
			}
		}
		if _, ok := assigned[tp]; !ok {
			s.log.Warn("offset of the task ignored: partition not assigned", "topic", tp.Topic, "partition", tp.Partition, "offset", o)
		} else {
			s.log.Debug("offset of the task ignored: partition not asked for", "topic", tp.Topic, "partition", tp.Partition, "offset", o)
		}
	}
	return target
}

// preCommit asks the plugin. Source: SinkTask.preCommit, whose default flushes.
func (s *sinkTask) preCommit(ctx context.Context, due offsets) (offsets, error) {
	if p, ok := s.plugin.(connectors.PreCommitter); ok {
		return p.PreCommit(ctx, due)
	}
	if f, ok := s.plugin.(connectors.Flusher); ok {
		if err := f.Flush(ctx, due); err != nil {
			return nil, err
		}
	}
	return due, nil
}

func (s *sinkTask) closePlugin(ctx context.Context, partitions []connectors.TopicPartition) error {
	if c, ok := s.plugin.(connectors.Closer); ok {
		return c.Close(ctx, partitions)
	}
	return nil
}

// committed takes the result of a commit; one that is not the latest is ignored.
// Source: WorkerSinkTask.onCommitCompleted.
func (s *sinkTask) committed(err error, seq int, what offsets) {
	if seq != s.commitSeq {
		s.metrics.CommitSkipped()
		return
	}
	took := time.Since(s.commitStarted)
	if err != nil {
		s.log.Error("commit of offsets failed", "sequence", seq, "err", err)
	} else if what != nil {
		crash.At(crash.SinkCommitted)
		maps.Copy(s.lastCommitted, what)
		s.metrics.CommittedOffsets(what)
	}
	s.metrics.Committed(err == nil, took)
	s.committing = false
}
