package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
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

// waiter waits until the log has been read to where it ended when it was asked.
type waiter struct{ done chan error }

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
		if failed := l.failures(fetches); len(failed) > 0 {
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
		l.positions[p] = at
	}
	l.mu.Unlock()
	if len(next) > 0 {
		signal(l.moved)
	}
}

// failures returns the partitions that the client has given up. It goes on by itself after a loss of data.
func (l *Log) failures(fetches kgo.Fetches) []int32 {
	var failed []int32
	fetches.EachError(func(_ string, p int32, err error) {
		var lost *kgo.ErrDataLoss
		if errors.As(err, &lost) {
			l.log.Warn("records of the internal topic are gone, reading it again", "partition", p, "err", err)
			return
		}
		l.log.Error("reading the internal topic, retrying", "partition", p, "err", err)
		if p >= 0 {
			failed = append(failed, p)
		}
	})
	return failed
}

// resume reads partitions on, after a pause, from where they are.
func (l *Log) resume(ctx context.Context, failed []int32) {
	if !pause(ctx, retryMost) {
		return
	}
	from := map[int32]kgo.Offset{}
	l.mu.Lock()
	for _, p := range failed {
		from[p] = kgo.NewOffset().At(l.positions[p])
	}
	l.mu.Unlock()
	topic := l.o.Topic.Name
	l.reader.RemoveConsumePartitions(map[string][]int32{topic: failed})
	l.reader.AddConsumePartitions(map[string]map[int32]kgo.Offset{topic: from})
}

// ReadToEnd returns when everything has been applied that was in the topic when it was called.
//
// Errors: the end of ctx, a closed log, and *Error where the brokers refuse to tell the end.
func (l *Log) ReadToEnd(ctx context.Context) error {
	w := &waiter{done: make(chan error, 1)}
	l.mu.Lock()
	if l.closed || l.cancel == nil {
		l.mu.Unlock()
		return errClosed
	}
	l.waiters = append(l.waiters, w)
	l.mu.Unlock()
	signal(l.asked)
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		l.mu.Lock()
		l.waiters = slices.DeleteFunc(l.waiters, func(o *waiter) bool { return o == w })
		l.mu.Unlock()
		return fmt.Errorf("reading topic %s to its end: %w", l.o.Topic.Name, ctx.Err())
	}
}

// serve answers those who wait for the end, all that wait by then with one question to the brokers.
func (l *Log) serve(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			l.end(errClosed)
			return
		case <-l.asked:
		}
		l.mu.Lock()
		waiters := l.waiters
		l.waiters = nil
		l.mu.Unlock()
		if len(waiters) == 0 {
			continue
		}
		ends, err := l.offsetsPatiently(ctx, latest)
		if err == nil && !l.await(ctx, ends) {
			err = errClosed
		}
		for _, w := range waiters {
			w.done <- err
		}
	}
}

// end gives err to all who wait.
func (l *Log) end(err error) {
	l.mu.Lock()
	waiters := l.waiters
	l.waiters = nil
	l.mu.Unlock()
	for _, w := range waiters {
		w.done <- err
	}
}

// await waits until the positions have reached ends; false when ctx ends.
func (l *Log) await(ctx context.Context, ends []int64) bool {
	stall := time.NewTicker(stallAfter)
	defer stall.Stop()
	said, before := time.Now(), int64(-1)
	for {
		left := l.left(ends)
		if left == 0 {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-l.moved:
		case <-stall.C:
			if left == before {
				l.look(ctx, ends)
			}
			before = left
		}
		if time.Since(said) >= progressLine {
			said = time.Now()
			l.log.Info("reading the internal topic", "records_left_max", left)
		}
	}
}

// left is how many offsets there are between the positions and ends.
func (l *Log) left(ends []int64) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var n int64
	for p, end := range ends {
		n += max(0, end-l.positions[p])
	}
	return n
}

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
	for p := range ends {
		ends[p] = min(ends[p], now[p])
		l.mu.Lock()
		at := l.positions[p]
		l.mu.Unlock()
		if at >= ends[p] {
			continue
		}
		next, err := l.gap(ctx, int32(p), at)
		if err != nil {
			l.log.Warn("reading the internal topic, retrying", "partition", p, "offset", at, "err", err)
			continue
		}
		l.mu.Lock()
		if l.positions[p] == at {
			l.positions[p] = next
		}
		l.mu.Unlock()
	}
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
		pause(ctx, wait)
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

// signal wakes who listens to c, unless that is to wake anyway.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pause waits, for d or until ctx ends; then it is false.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
