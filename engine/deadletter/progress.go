package deadletter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/crash"
)

// progressSuffix makes the name of the topic that remembers from that of the dead letter topic.
const progressSuffix = ".replayed"

// Progress remembers which letters of a topic were replayed, in a compacted topic beside it: a record for each letter,
// written in the transaction that writes the letter's record back. So a letter is remembered exactly if its record can
// be read with isolation.level=read_committed. A letter's key holds the id of the dead letter topic: what was
// remembered of a deleted topic does not count for one of the same name. The value says which record it was: one that died
// twice, since the worker was killed before it had committed, comes back once.
type Progress struct {
	Name    string
	id      string
	letters map[string]struct{} // by key
	records map[string]struct{} // by value
}

// progressKey names a letter.
type progressKey struct {
	Topic     string `json:"topicId"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
}

// progressValue names the record that died. The timestamp tells it from one of a topic that was made anew.
type progressValue struct {
	Connector string `json:"connector"`
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
	Timestamp int64  `json:"timestamp"`
}

// OpenProgress reads what was replayed; a topic that is missing remembers nothing.
func OpenProgress(ctx context.Context, of *Topic) (*Progress, error) {
	p := &Progress{Name: of.Name + progressSuffix, id: of.ID.String(), letters: map[string]struct{}{}, records: map[string]struct{}{}}
	t, err := OpenTopic(ctx, of.open, p.Name)
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	return p, t.records(ctx, t.starts, t.stops, func(r *kgo.Record) error {
		p.letters[string(r.Key)] = struct{}{}
		p.records[string(r.Value)] = struct{}{}
		return nil
	})
}

// createProgress makes the topic that remembers, with as many replicas as the dead letter topic has.
func createProgress(ctx context.Context, cl *kgo.Client, of *Topic) error {
	compact := "compact"
	res, err := kadm.NewClient(cl).CreateTopic(ctx, 1, int16(of.Replicas), map[string]*string{"cleanup.policy": &compact}, of.Name+progressSuffix)
	if err == nil {
		err = res.Err
	}
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		return fmt.Errorf("topic %s, which remembers what was replayed, cannot be created: %w; create it with cleanup.policy=compact, or allow it", of.Name+progressSuffix, err)
	}
	crash.At(crash.ReplayLedger)
	return nil
}

// Has reports whether l was replayed.
func (p *Progress) Has(l *Letter) bool {
	_, ok := p.letters[string(p.key(l))]
	return ok
}

// HasRecord reports whether another letter of l's record was replayed, or is to be.
func (p *Progress) HasRecord(l *Letter) bool {
	_, ok := p.records[string(p.value(l))]
	return ok
}

// add says that l is to be replayed.
func (p *Progress) add(l *Letter) { p.records[string(p.value(l))] = struct{}{} }

func (p *Progress) key(l *Letter) []byte {
	return asJSON(progressKey{Topic: p.id, Partition: l.Partition, Offset: l.Offset})
}

func (p *Progress) value(l *Letter) []byte {
	return asJSON(progressValue{Connector: l.Connector, Topic: l.Origin.Topic, Partition: l.Origin.Partition, Offset: l.Origin.Offset, Timestamp: l.Timestamp.UnixMilli()})
}

func asJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers
	}
	return text
}

// mark is the record that remembers l.
func (p *Progress) mark(l *Letter) *kgo.Record {
	return &kgo.Record{Topic: p.Name, Key: p.key(l), Value: p.value(l)}
}
