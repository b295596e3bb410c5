package engine

import (
	"context"
	"maps"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/consume"
)

var _ consume.Rebalance = (*sinkTask)(nil)

// Assigned opens newly assigned partitions. Source: WorkerSinkTask.HandleRebalance.onPartitionsAssigned.
func (s *sinkTask) Assigned(ctx context.Context, positions map[connectors.TopicPartition]int64) error {
	maps.Copy(s.lastCommitted, positions)
	maps.Copy(s.current, positions)
	s.metrics.Assigned(s.current)

	was := s.redelivery
	s.redelivery = was && len(s.raw) > 0
	all := s.consumer.Assignment()
	if s.redelivery {
		s.consumer.Pause(all)
	} else {
		if was {
			s.resumeAll()
		}
		s.ctx.retainPaused(all)
		if s.paused {
			s.consumer.Pause(all)
		} else if own := s.ctx.pausedList(); len(own) > 0 {
			s.consumer.Pause(own)
		}
	}
	s.metrics.Partitions(len(all))
	list := make([]connectors.TopicPartition, 0, len(positions))
	for tp := range positions {
		list = append(list, tp)
	}
	if o, ok := s.plugin.(connectors.Opener); ok {
		s.t.activity.enter(inOpen)
		defer s.t.activity.enter(idle)
		if err := o.Open(ctx, list); err != nil {
			return err
		}
	}
	s.rewind()
	return nil
}

// Revoked commits and closes partitions.
func (s *sinkTask) Revoked(ctx context.Context, partitions []connectors.TopicPartition) error {
	err := s.commit(ctx, true, partitions)
	s.removed(partitions)
	return err
}

// Lost closes partitions without a commit.
func (s *sinkTask) Lost(ctx context.Context, partitions []connectors.TopicPartition) error {
	err := s.closePlugin(ctx, partitions)
	s.reports.Forget(partitions)
	s.removed(partitions)
	return err
}

// removed forgets partitions and what was buffered of them.
func (s *sinkTask) removed(partitions []connectors.TopicPartition) {
	gone := make(map[connectors.TopicPartition]struct{}, len(partitions))
	for _, tp := range partitions {
		gone[tp] = struct{}{}
		delete(s.lastCommitted, tp)
		delete(s.current, tp)
		delete(s.consumed, tp)
	}
	s.metrics.Cleared(partitions)
	s.raw = keepOthers(s.raw, gone)
	s.batch = keepOthers(s.batch, gone)
	s.metrics.Partitions(len(s.current))
}

// keepOthers releases the batches of the given partitions and returns the rest.
func keepOthers(list []*batch.Batch, gone map[connectors.TopicPartition]struct{}) []*batch.Batch {
	kept := list[:0]
	for _, b := range list {
		if _, drop := gone[connectors.TopicPartition{Topic: b.Origin.Topic, Partition: b.Origin.Partition}]; drop {
			b.Release()
		} else {
			kept = append(kept, b)
		}
	}
	clear(list[len(kept):])
	return kept
}
