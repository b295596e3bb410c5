package deadletter

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Topic is a dead letter topic as it stands when it is opened: letters that come later are not seen.
type Topic struct {
	Name string
	// ID tells topics of the same name apart; zero where brokers have no such ids.
	ID       kadm.TopicID
	Replicas int

	open          NewClient
	starts, stops map[int32]int64
}

// NewClient makes a client with a connector's properties and further options.
type NewClient func(opts ...kgo.Opt) (*kgo.Client, error)

// OpenTopic asks where the topic begins and ends.
func OpenTopic(ctx context.Context, open NewClient, name string) (*Topic, error) {
	cl, err := open()
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	adm := kadm.NewClient(cl)
	details, err := adm.ListTopics(ctx, name)
	if err == nil {
		err = details.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("topic %s: %w", name, err)
	}
	t := &Topic{Name: name, ID: details[name].ID, open: open}
	for _, p := range details[name].Partitions {
		t.Replicas = max(t.Replicas, len(p.Replicas))
	}
	if t.starts, err = offsetsOf(adm.ListStartOffsets(ctx, name)); err == nil {
		t.stops, err = offsetsOf(adm.ListCommittedOffsets(ctx, name))
	}
	if err != nil {
		return nil, fmt.Errorf("topic %s: %w", name, err)
	}
	return t, nil
}

// offsetsOf returns the offsets of a listing of one topic, by partition.
func offsetsOf(listed kadm.ListedOffsets, err error) (map[int32]int64, error) {
	if err == nil {
		err = listed.Error()
	}
	out := map[int32]int64{}
	listed.Each(func(o kadm.ListedOffset) { out[o.Partition] = o.Offset })
	return out, err
}

// Len is how many offsets the topic holds, an upper bound of its letters.
func (t *Topic) Len() (n int64) {
	for p, stop := range t.stops {
		n += stop - t.starts[p]
	}
	return n
}

// Each calls f with each letter, in the order of offsets within a partition, until f returns an error.
func (t *Topic) Each(ctx context.Context, f func(*Letter) error) error {
	return t.records(ctx, t.starts, t.stops, func(r *kgo.Record) error { return f(ParseLetter(r)) })
}

// At returns one letter.
//
// Errors: a *NoLetterError where there is none at this place.
func (t *Topic) At(ctx context.Context, partition int32, offset int64) (l *Letter, err error) {
	start, has := t.starts[partition]
	switch {
	case !has:
		return nil, noLetter("topic %s has no partition %d, only %d of them", t.Name, partition, len(t.starts))
	case offset < start || offset >= t.stops[partition]:
		return nil, noLetter("partition %d of topic %s holds no offset %d, only %d to %d", partition, t.Name, offset, start, t.stops[partition]-1)
	}
	err = t.records(ctx, map[int32]int64{partition: offset}, map[int32]int64{partition: offset + 1}, func(r *kgo.Record) error {
		l = ParseLetter(r)
		return nil
	})
	if err == nil && l == nil {
		err = noLetter("offset %d in partition %d of topic %s is the mark of a transaction, or was compacted away", offset, partition, t.Name)
	}
	return l, err
}

// NoLetterError says that a dead letter topic has no letter at a place.
type NoLetterError struct{ text string }

func (e *NoLetterError) Error() string { return e.text }

func noLetter(format string, args ...any) error { return &NoLetterError{fmt.Sprintf(format, args...)} }

// records reads what is committed, from starts to before stops.
func (t *Topic) records(ctx context.Context, starts, stops map[int32]int64, f func(*kgo.Record) error) error {
	from, left := map[int32]kgo.Offset{}, map[int32]int64{}
	for p, start := range starts {
		if stops[p] > start {
			from[p], left[p] = kgo.NewOffset().At(start), stops[p]
		}
	}
	if len(left) == 0 {
		return nil
	}
	// Markers of transactions are kept: where one is the last record, it is what tells that the end is reached.
	cl, err := t.open(kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{t.Name: from}), kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.KeepControlRecords())
	if err != nil {
		return err
	}
	defer cl.Close()
	for len(left) > 0 {
		fetches := cl.PollFetches(ctx)
		for _, e := range fetches.Errors() {
			return fmt.Errorf("topic %s: %w", t.Name, e.Err)
		}
		for it := fetches.RecordIter(); !it.Done(); {
			r := it.Next()
			stop, wanted := left[r.Partition]
			if wanted && r.Offset < stop && !r.Attrs.IsControl() {
				if err := f(r); err != nil {
					return err
				}
			}
			if wanted && r.Offset >= stop-1 {
				delete(left, r.Partition)
			}
		}
	}
	return nil
}
