package store

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/kafka"
)

// errClosed is what who waits for a log hears when it is closed.
var errClosed = errors.New("the worker is stopping")

// Times of reading.
const (
	endsRetryMax = 15 * time.Minute // at start. Source: KafkaBasedLog.ADMIN_CLIENT_RETRY_DURATION
	retryFirst   = 100 * time.Millisecond
	retryMost    = time.Second
	stallAfter   = time.Second // without progress before the end is looked for anew
	progressLine = 5 * time.Second
)

// follow starts to read, from the first offset of every partition.
//
// Errors: the offsets cannot be had, for lack of rights or for 15 minutes.
func (l *Log) follow(ctx context.Context, partitions int) error {
	ctx, stop := context.WithTimeout(ctx, endsRetryMax)
	defer stop()
	l.mu.Lock()
	l.positions = make([]int64, partitions)
	l.mu.Unlock()
	starts, err := l.offsetsPatiently(ctx, earliest)
	if err != nil {
		return err
	}
	opts, err := readerOptions(l.readerProperties())
	if err != nil {
		return err
	}
	from := map[int32]kgo.Offset{}
	for p, at := range starts {
		from[int32(p)] = kgo.NewOffset().At(at)
	}
	opts = append(opts, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{l.o.Topic.Name: from}))
	reader, err := l.o.NewClient(l.clientProperties(l.readerProperties()), opts...)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		reader.Close()
		return errClosed
	}
	l.reader, l.positions = reader, starts
	ctx, l.cancel = context.WithCancel(context.Background())
	l.running.Go(func() { l.read(ctx) })
	l.running.Go(func() { l.serve(ctx) })
	return nil
}

// read hands on what is fetched until ctx ends.
func (l *Log) read(ctx context.Context) {
	for {
		fetches := l.reader.PollFetches(ctx)
		if ctx.Err() != nil || fetches.IsClientClosed() {
			return
		}
		l.take(fetches)
		if failed, again := l.failures(fetches); again {
			l.readAgain(ctx)
		} else if len(failed) > 0 {
			l.resume(ctx, failed)
		}
	}
}

// take applies records, then moves the positions, so that who waits for one finds it applied.
func (l *Log) take(fetches kgo.Fetches) {
	var records []Record
	next := map[int32]int64{}
	for r := range fetches.RecordsAll() {
		next[r.Partition] = r.Offset + 1
		if !r.Attrs.IsControl() {
			records = append(records, Record{Key: r.Key, Value: r.Value, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp})
		}
	}
	if len(records) > 0 {
		l.o.Apply(records)
	}
	l.mu.Lock()
	for p, at := range next {
		if int(p) < len(l.positions) {
			l.positions[p] = at
		}
	}
	l.mu.Unlock()
	if len(next) > 0 {
		signal(l.moved)
	}
}

// failures returns the partitions that the client has given up. It goes on by itself after a loss of data.
// again: there is another topic of that name now.
func (l *Log) failures(fetches kgo.Fetches) (failed []int32, again bool) {
	fetches.EachError(func(_ string, p int32, err error) {
		var lost *kgo.ErrDataLoss
		switch {
		case errors.As(err, &lost):
			l.log.Warn("records of the internal topic are gone, reading what there is", "partition", p, "err", err)
			return
		case errors.Is(err, kerr.UnknownTopicID):
			again = true
			return
		}
		l.log.Error("reading the internal topic, retrying", "partition", p, "err", kafka.Denied(l.reader, err, "Read", l.o.Topic.Name))
		if p >= 0 {
			failed = append(failed, p)
		}
	})
	return failed, again
}

// readAgain reads a topic that was deleted and created again, from its start. What the old one said stays
// in force, as in Java.
func (l *Log) readAgain(ctx context.Context) {
	topic := l.o.Topic.Name
	t, err := l.describe(ctx, false)
	if err != nil || len(t.Partitions) == 0 {
		if !l.gone {
			l.log.Warn("the internal topic is gone, waiting for one of its name", "err", err)
		}
		l.gone = true
		connectors.Wait(ctx, retryMost) // the client fails again
		return
	}
	l.gone = false
	l.log.Warn("the internal topic was created again, reading it from its start")
	from := map[int32]kgo.Offset{}
	for p := range t.Partitions {
		from[int32(p)] = kgo.NewOffset().AtStart()
	}
	l.writer.PurgeTopicsFromProducing(topic)
	l.reader.PurgeTopicsFromConsuming(topic)
	l.mu.Lock()
	l.positions = make([]int64, len(t.Partitions))
	l.mu.Unlock()
	l.reader.AddConsumePartitions(map[string]map[int32]kgo.Offset{topic: from})
	signal(l.moved)
}

// resume reads partitions on, after a pause, from where they are.
func (l *Log) resume(ctx context.Context, failed []int32) {
	if !connectors.Wait(ctx, retryMost) {
		return
	}
	from := map[int32]kgo.Offset{}
	for _, p := range failed {
		if at, ok := l.position(int(p)); ok {
			from[p] = kgo.NewOffset().At(at)
		}
	}
	topic := l.o.Topic.Name
	l.reader.RemoveConsumePartitions(map[string][]int32{topic: failed})
	l.reader.AddConsumePartitions(map[string]map[int32]kgo.Offset{topic: from})
}
