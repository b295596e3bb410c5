package cmd

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/explain"
	"github.com/millrace/millrace/internal/kafka"
)

// previewWait bounds the reading of a topic.
const previewWait = 60 * time.Second

// lastRecords reads the last n records of a topic, oldest first, with the client settings of the connector's
// consumer and without a group.
func lastRecords(ctx context.Context, s *explain.Subject, topic string, n int) ([]*explain.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, previewWait)
	defer cancel()
	own, err := s.Worker.Resolve(ctx, s.File.Map())
	if err != nil {
		return nil, err
	}
	props := consumerProps(s, own, "millrace-preview")
	clients := kafka.Clients{Version: clientVersion(version)}
	admin, err := clients.New(props)
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	level, list := kgo.ReadUncommitted(), kadm.NewClient(admin).ListEndOffsets
	if props["isolation.level"] == "read_committed" {
		level, list = kgo.ReadCommitted(), kadm.NewClient(admin).ListCommittedOffsets
	}
	from, ends, err := lastOffsets(ctx, kadm.NewClient(admin).ListStartOffsets, list, topic, n)
	if err != nil || len(from) == 0 {
		return nil, err
	}
	// Markers of transactions are kept: where one is the last record, it is what tells that the end is reached.
	cl, err := clients.New(props, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}), kgo.FetchIsolationLevel(level), kgo.KeepControlRecords())
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	return readUntil(ctx, cl, topic, ends, n)
}

// consumerProps are the settings of the connector's consumer, without its group; own is its config with its variables replaced.
// Source: Worker.baseConsumerConfigs.
func consumerProps(s *explain.Subject, own map[string]string, clientID string) map[string]string {
	props := clientProps(s, own, clientID, "consumer.")
	delete(props, "group.id")
	return props
}

// clientProps are the settings of the connector's clients of a kind, the worker's under the prefix first.
func clientProps(s *explain.Subject, own map[string]string, clientID, prefix string) map[string]string {
	props := map[string]string{"bootstrap.servers": s.Settings["bootstrap.servers"], "client.id": clientID}
	maps.Copy(props, config.WithPrefix(s.Settings, prefix))
	maps.Copy(props, config.WithPrefix(own, prefix+"override."))
	return props
}

// listOffsets asks for an offset of each partition of topics.
type listOffsets func(ctx context.Context, topics ...string) (kadm.ListedOffsets, error)

func (list listOffsets) of(ctx context.Context, topic string) (kadm.ListedOffsets, error) {
	o, err := list(ctx, topic)
	if err == nil {
		err = o.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("topic %s: %w", topic, err)
	}
	return o, nil
}

// lastOffsets says from where to read the last n records of each partition that has some, and where each
// ends.
func lastOffsets(ctx context.Context, starts, stops listOffsets, topic string, n int) (from map[int32]kgo.Offset, ends map[int32]int64, err error) {
	first, err := starts.of(ctx, topic)
	if err != nil {
		return nil, nil, err
	}
	last, err := stops.of(ctx, topic)
	if err != nil {
		return nil, nil, err
	}
	from, ends = map[int32]kgo.Offset{}, map[int32]int64{}
	last.Each(func(o kadm.ListedOffset) {
		start, _ := first.Lookup(topic, o.Partition)
		if o.Offset > start.Offset {
			from[o.Partition] = kgo.NewOffset().At(max(start.Offset, o.Offset-int64(n)))
			ends[o.Partition] = o.Offset
		}
	})
	return from, ends, nil
}

// readUntil reads partitions up to their ends and returns the n latest records by time.
func readUntil(ctx context.Context, cl *kgo.Client, topic string, ends map[int32]int64, n int) ([]*explain.Record, error) {
	var out []*explain.Record
	for len(ends) > 0 {
		fetches := cl.PollFetches(ctx)
		for _, e := range fetches.Errors() {
			return nil, fmt.Errorf("topic %s: %w", topic, e.Err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			end, wanted := ends[r.Partition]
			if wanted && r.Offset < end && !r.Attrs.IsControl() {
				out = append(out, consumed(r))
			}
			if wanted && r.Offset >= end-1 {
				delete(ends, r.Partition)
			}
		})
	}
	slices.SortStableFunc(out, func(a, b *explain.Record) int {
		return cmp.Or(cmp.Compare(a.Timestamp, b.Timestamp), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	return out[max(0, len(out)-n):], nil
}

func consumed(r *kgo.Record) *explain.Record {
	out := &explain.Record{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: batch.NoTimestamp,
		Key: explain.Datum{Bytes: r.Key}, Value: explain.Datum{Bytes: r.Value}}
	if ms := r.Timestamp.UnixMilli(); ms >= 0 {
		out.Timestamp = ms
	}
	for _, h := range r.Headers {
		out.Headers = append(out.Headers, explain.HeaderDatum{Name: h.Key, Datum: explain.Datum{Bytes: h.Value}})
	}
	return out
}
