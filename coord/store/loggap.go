package store

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// look finds out why nothing comes. The end may have gone back, where the topic was created again. Or
// there is nothing before the end, since compaction removed it all: the client would wait for ever, as
// it tells of records alone.
func (l *Log) look(ctx context.Context, ends []int64) {
	ctx, stop := context.WithTimeout(ctx, progressLine)
	defer stop()
	now, err := l.offsets(ctx, latest)
	if err != nil {
		l.log.Warn("the end of the internal topic is not known, retrying", "err", err)
		return
	}
	for p := range min(len(ends), len(now)) {
		ends[p] = min(ends[p], now[p])
		at, ok := l.position(p)
		if !ok || at >= ends[p] {
			continue
		}
		next, err := l.gap(ctx, int32(p), at)
		if err != nil {
			l.log.Warn("reading the internal topic, retrying", "partition", p, "offset", at, "err", err)
			continue
		}
		l.mu.Lock()
		if p < len(l.positions) && l.positions[p] == at {
			l.positions[p] = next
		}
		l.mu.Unlock()
	}
}

// position is the next offset to read; ok is false for a partition that is gone.
func (l *Log) position(p int) (at int64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p >= len(l.positions) {
		return 0, false
	}
	return l.positions[p], true
}

// gap asks for what is at an offset of a partition and returns the offset after a gap that begins there,
// at where it is none.
func (l *Log) gap(ctx context.Context, partition int32, at int64) (int64, error) {
	topic := l.o.Topic.Name
	leader, _, err := l.reader.PartitionLeader(topic, partition)
	if err != nil {
		return at, err
	}
	committed := l.committed()
	req := kmsg.NewPtrFetchRequest()
	req.MaxBytes = gapBytes
	if committed {
		req.IsolationLevel = 1
	}
	t := kmsg.NewFetchRequestTopic()
	t.Topic = topic
	if t.TopicID, err = l.topicID(ctx); err != nil {
		return at, err
	}
	p := kmsg.NewFetchRequestTopicPartition()
	p.Partition, p.FetchOffset, p.PartitionMaxBytes = partition, at, gapBytes
	t.Partitions = append(t.Partitions, p)
	req.Topics = append(req.Topics, t)
	answer, err := l.reader.Broker(int(leader)).RetriableRequest(ctx, req)
	if err != nil {
		return at, err
	}
	resp := answer.(*kmsg.FetchResponse)
	if err := kerr.ErrorForCode(resp.ErrorCode); err != nil {
		return at, err
	}
	if len(resp.Topics) != 1 || len(resp.Topics[0].Partitions) != 1 {
		return at, errors.New("the broker answered for another partition")
	}
	return afterGap(&resp.Topics[0].Partitions[0], at, committed)
}

// gapBytes is how much of what follows is asked for: it shall only be seen to be there.
const gapBytes = 1 << 16

// afterGap reads the answer: no batches at all mean that nothing is left before the high watermark;
// batches without records, that these may be passed over.
func afterGap(p *kmsg.FetchResponseTopicPartition, at int64, committed bool) (int64, error) {
	o := kgo.ProcessFetchPartitionOpts{KeepControlRecords: true, Offset: at}
	if committed {
		o.IsolationLevel = kgo.ReadCommitted()
	}
	found, next := kgo.ProcessFetchPartition(o, p, kgo.DefaultDecompressor(), nil)
	switch {
	case found.Err != nil:
		return at, found.Err
	case len(found.Records) > 0:
		return at, nil // slow, no gap
	case len(p.RecordBatches) > 0:
		return max(next, at), nil
	case committed:
		return max(p.LastStableOffset, at), nil
	}
	return max(p.HighWatermark, at), nil
}
