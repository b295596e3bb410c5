package harness

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// kafkaMax is how long one call of a Kafka client may take.
const kafkaMax = 60 * time.Second

// Kafka is a client for tests: it fails the test instead of returning errors.
type Kafka struct {
	t         testing.TB
	bootstrap string
	client    *kgo.Client
	admin     *kadm.Client
}

// NewKafka returns a client of the brokers at bootstrap; the cleanup of t closes it.
func NewKafka(t testing.TB, bootstrap string) *Kafka {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(bootstrap, ",")...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &Kafka{t: t, bootstrap: bootstrap, client: client, admin: kadm.NewClient(client)}
}

// Admin is for what has no method here.
func (k *Kafka) Admin() *kadm.Client { return k.admin }

// Header is one header of a record.
type Header struct {
	Key   string
	Value []byte
}

// Record is a record as a consumer sees it. Nil keys and values are tombstones, empty ones are not.
type Record struct {
	Topic     string
	Partition int32
	Offset    int64
	Timestamp time.Time // to the millisecond
	Key       []byte
	Value     []byte
	Headers   []Header
}

// CreateTopic creates a topic, on as many brokers as is their default; configs may be nil.
func (k *Kafka) CreateTopic(topic string, partitions int32, configs map[string]string) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), kafkaMax)
	defer cancel()
	values := map[string]*string{}
	for key, v := range configs {
		values[key] = &v
	}
	if _, err := k.admin.CreateTopic(ctx, partitions, -1, values, topic); err != nil {
		k.t.Fatalf("create topic %s: %v", topic, err)
	}
}

// DeleteTopic deletes a topic.
func (k *Kafka) DeleteTopic(topic string) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), kafkaMax)
	defer cancel()
	if _, err := k.admin.DeleteTopic(ctx, topic); err != nil {
		k.t.Fatalf("delete topic %s: %v", topic, err)
	}
}

// DeleteRecords lets the broker delete the records of a partition before an offset.
func (k *Kafka) DeleteRecords(topic string, partition int32, before int64) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), kafkaMax)
	defer cancel()
	offsets := kadm.Offsets{}
	offsets.AddOffset(topic, partition, before, -1)
	if err := Poll(ctx, "records of "+topic+" are deleted", func(ctx context.Context) (bool, error) {
		done, err := k.admin.DeleteRecords(ctx, offsets)
		if err == nil {
			err = done.Error()
		}
		return err == nil, err
	}); err != nil {
		k.t.Fatal(err)
	}
}

// Produce writes records to the partitions that they name, in order, and waits for all acknowledgements.
func (k *Kafka) Produce(records ...Record) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), kafkaMax)
	defer cancel()
	out := make([]*kgo.Record, len(records))
	for i, r := range records {
		out[i] = &kgo.Record{Topic: r.Topic, Partition: r.Partition, Timestamp: r.Timestamp, Key: r.Key, Value: r.Value}
		for _, h := range r.Headers {
			out[i].Headers = append(out[i].Headers, kgo.RecordHeader(h))
		}
	}
	if err := k.client.ProduceSync(ctx, out...).FirstErr(); err != nil {
		k.t.Fatalf("produce: %v", err)
	}
}

// Consume returns all committed records that topic holds now, by partition and offset.
func (k *Kafka) Consume(topic string) [][]Record { return k.consume(topic, kgo.ReadCommitted()) }

// ConsumeUncommitted is Consume with the records of open and aborted transactions.
func (k *Kafka) ConsumeUncommitted(topic string) [][]Record {
	return k.consume(topic, kgo.ReadUncommitted())
}

func (k *Kafka) consume(topic string, level kgo.IsolationLevel) [][]Record {
	k.t.Helper()
	var all [][]Record
	k.Scan(topic, level, nil, func(partitions int) { all = make([][]Record, partitions) }, func(r *kgo.Record) {
		if !r.Attrs.IsControl() {
			all[r.Partition] = append(all[r.Partition], fromKgo(r))
		}
	})
	return all
}

// Ends returns the high watermarks of a topic's partitions.
func (k *Kafka) Ends(topic string) map[int32]int64 {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), kafkaMax)
	defer cancel()
	ends, err := k.admin.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		k.t.Fatalf("end offsets of %s: %v", topic, err)
	}
	all := map[int32]int64{}
	ends.Each(func(o kadm.ListedOffset) { all[o.Partition] = o.Offset })
	return all
}

// Scan calls each for all records that topic holds now, markers of transactions included, in the order of each partition
// from the given offsets on, by partition, where there are some. begin is told how many partitions there are.
func (k *Kafka) Scan(topic string, level kgo.IsolationLevel, starts map[int32]int64, begin func(partitions int), each func(*kgo.Record)) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), kafkaMax)
	defer cancel()
	list := k.admin.ListEndOffsets
	if level == kgo.ReadCommitted() {
		list = k.admin.ListCommittedOffsets
	}
	ends, lows := k.listed(ctx, topic, list), k.listed(ctx, topic, k.admin.ListStartOffsets)
	left := map[int32]int64{} // partition -> offset to reach
	from := map[int32]kgo.Offset{}
	ends.Each(func(o kadm.ListedOffset) {
		if s, ok := lows.Lookup(topic, o.Partition); ok && max(s.Offset, starts[o.Partition]) < o.Offset {
			left[o.Partition] = o.Offset
			from[o.Partition] = kgo.NewOffset().At(max(s.Offset, starts[o.Partition]))
		}
	})
	begin(len(ends[topic]))
	if len(left) == 0 {
		return
	}
	// Control records are kept because the last offsets of a partition may be theirs.
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(k.bootstrap, ",")...), kgo.FetchIsolationLevel(level), kgo.KeepControlRecords(),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}))
	if err != nil {
		k.t.Fatal(err)
	}
	defer client.Close()
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err0(); err != nil {
			k.t.Fatalf("consume %s: %v; still to read: %v", topic, err, left)
		}
		if errs := fetches.Errors(); len(errs) > 0 {
			k.t.Fatalf("consume %s, partition %d: %v", topic, errs[0].Partition, errs[0].Err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			end, ok := left[r.Partition]
			if ok && r.Offset >= end-1 {
				delete(left, r.Partition)
			}
			if ok && r.Offset < end {
				each(r)
			}
		})
	}
}

// listed returns the offsets of a topic that list gives, once all partitions have a leader: a busy broker is without some
// for a moment.
func (k *Kafka) listed(ctx context.Context, topic string, list func(context.Context, ...string) (kadm.ListedOffsets, error)) (all kadm.ListedOffsets) {
	k.t.Helper()
	if err := Poll(ctx, "all partitions of "+topic+" have a leader", func(ctx context.Context) (_ bool, err error) {
		if all, err = list(ctx, topic); err == nil {
			err = all.Error()
		}
		return err == nil, err
	}); err != nil {
		k.t.Fatal(err)
	}
	return all
}

func fromKgo(r *kgo.Record) Record {
	out := Record{Topic: r.Topic, Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp, Key: r.Key, Value: r.Value}
	for _, h := range r.Headers {
		out.Headers = append(out.Headers, Header(h))
	}
	return out
}

// Count returns the number of offsets that topic's partitions span: its records, unless it is compacted or has
// transactions.
func (k *Kafka) Count(ctx context.Context, topic string) (int64, error) {
	starts, err := k.admin.ListStartOffsets(ctx, topic)
	if err != nil {
		return 0, err
	}
	ends, err := k.admin.ListEndOffsets(ctx, topic)
	if err != nil {
		return 0, err
	}
	if err := ends.Error(); err != nil {
		return 0, err
	}
	var n int64
	ends.Each(func(o kadm.ListedOffset) {
		if s, ok := starts.Lookup(topic, o.Partition); ok {
			n += o.Offset - s.Offset
		}
	})
	return n, nil
}

// WaitCount waits until topic holds at least n records.
func (k *Kafka) WaitCount(topic string, n int64, limit time.Duration) {
	k.t.Helper()
	Eventually(k.t, limit, fmt.Sprintf("%s holds %d records", topic, n), func(ctx context.Context) (bool, error) {
		have, err := k.Count(ctx, topic)
		if err == nil && have < n {
			err = fmt.Errorf("it holds %d", have)
		}
		return have >= n, err
	})
}

// Committed returns the offsets that a group has committed for a topic, by partition, -1 where it has none.
func (k *Kafka) Committed(ctx context.Context, group, topic string) ([]int64, error) {
	ends, err := k.admin.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, err
	}
	offsets, err := k.admin.FetchOffsets(ctx, group)
	if err == nil {
		err = offsets.Error()
	}
	if err != nil {
		return nil, err
	}
	all := make([]int64, len(ends[topic]))
	for p := range all {
		all[p] = -1
		if o, ok := offsets.Lookup(topic, int32(p)); ok {
			all[p] = o.At
		}
	}
	return all, nil
}

// Lag returns how many records of a topic a group has not committed, of all partitions.
func (k *Kafka) Lag(ctx context.Context, group, topic string) (int64, error) {
	ends, err := k.admin.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return 0, err
	}
	committed, err := k.Committed(ctx, group, topic)
	if err != nil {
		return 0, err
	}
	var lag int64
	ends.Each(func(o kadm.ListedOffset) { lag += o.Offset - max(0, committed[o.Partition]) })
	return lag, nil
}

// Settled reports whether no transaction is open in some topics: the ends of one may be written long after its producer was
// told that it is committed.
func (k *Kafka) Settled(ctx context.Context, topics ...string) (bool, error) {
	stable, err := k.admin.ListCommittedOffsets(ctx, topics...)
	if err == nil {
		err = stable.Error()
	}
	if err != nil {
		return false, err
	}
	ends, err := k.admin.ListEndOffsets(ctx, topics...)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return false, err
	}
	ends.Each(func(end kadm.ListedOffset) {
		if s, _ := stable.Lookup(end.Topic, end.Partition); s.Offset < end.Offset {
			err = fmt.Errorf("%s, partition %d: %d is stable of %d", end.Topic, end.Partition, s.Offset, end.Offset)
		}
	})
	return err == nil, err
}
