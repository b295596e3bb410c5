package consume

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/kafka"
)

// CommitAsync implements Consumer.
func (c *Records) CommitAsync(offsets map[connectors.TopicPartition]int64, done func(error)) {
	c.cl.CommitOffsets(context.Background(), commitMap(offsets),
		func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
			err = c.commitError(resp, err)
			c.mu.Lock()
			c.calls = append(c.calls, func() { done(err) })
			c.mu.Unlock()
			c.notify()
		})
}

// Commit implements Consumer.
func (c *Records) Commit(ctx context.Context, offsets map[connectors.TopicPartition]int64) error {
	var out error
	c.cl.CommitOffsetsSync(ctx, commitMap(offsets),
		func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, resp *kmsg.OffsetCommitResponse, err error) {
			out = c.commitError(resp, err)
		})
	return out
}

func commitMap(offsets map[connectors.TopicPartition]int64) map[string]map[int32]kgo.EpochOffset {
	m := map[string]map[int32]kgo.EpochOffset{}
	for tp, o := range offsets {
		if m[tp.Topic] == nil {
			m[tp.Topic] = map[int32]kgo.EpochOffset{}
		}
		m[tp.Topic][tp.Partition] = kgo.EpochOffset{Epoch: -1, Offset: o}
	}
	return m
}

func (c *Records) commitError(resp *kmsg.OffsetCommitResponse, err error) error {
	if err != nil || resp == nil {
		return kafka.Denied(c.cl, err, "Read", "")
	}
	for _, t := range resp.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return fmt.Errorf("commit of %s-%d: %w", t.Topic, p.Partition, kafka.Denied(c.cl, err, "Read", t.Topic))
			}
		}
	}
	return nil
}
