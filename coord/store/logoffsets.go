package store

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connectors"
)

// Times that ask for offsets.
const (
	latest   = -1
	earliest = -2
)

// offsetsPatiently asks until there is an answer.
func (l *Log) offsetsPatiently(ctx context.Context, time int64) ([]int64, error) {
	wait := retryFirst
	for {
		out, err := l.offsets(ctx, time)
		switch {
		case err == nil:
			return out, nil
		case refused(err):
			return nil, errorf(err, "Not authorized to get the end offsets for topic '%s' on brokers at %s", l.o.Topic.Name, l.adminProperties()["bootstrap.servers"])
		case ctx.Err() != nil:
			return nil, errorf(errors.Join(ctx.Err(), err), "Failed to list offsets for topic partitions")
		case !passing(err):
			return nil, errorf(err, "Error while getting end offsets for topic '%s' on brokers at %s", l.o.Topic.Name, l.adminProperties()["bootstrap.servers"])
		}
		l.log.Warn("the offsets of the internal topic are not known, retrying", "err", err)
		connectors.Wait(ctx, wait)
		wait = min(2*wait, retryMost)
	}
}

// offsets asks for the first or the last offset of all partitions.
func (l *Log) offsets(ctx context.Context, time int64) ([]int64, error) {
	l.mu.Lock()
	n := len(l.positions)
	l.mu.Unlock()
	t := kmsg.NewListOffsetsRequestTopic()
	t.Topic = l.o.Topic.Name
	for i := range n {
		p := kmsg.NewListOffsetsRequestTopicPartition()
		p.Partition, p.Timestamp = int32(i), time
		t.Partitions = append(t.Partitions, p)
	}
	req := kmsg.NewPtrListOffsetsRequest()
	req.Topics = append(req.Topics, t)
	out, known := make([]int64, n), 0
	for _, shard := range l.admin.RequestSharded(ctx, req) {
		if shard.Err != nil {
			return nil, shard.Err
		}
		for _, t := range shard.Resp.(*kmsg.ListOffsetsResponse).Topics {
			for _, p := range t.Partitions {
				if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
					return nil, err
				}
				if p.Partition >= 0 && int(p.Partition) < n {
					out[p.Partition], known = p.Offset, known+1
				}
			}
		}
	}
	if known < n {
		return nil, kerr.UnknownTopicOrPartition
	}
	return out, nil
}
