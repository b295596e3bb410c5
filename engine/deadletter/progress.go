package deadletter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// progressSuffix makes the name of the topic that remembers from that of the dead letter topic.
const progressSuffix = ".replayed"

// Progress remembers which letters of a topic were replayed, in a compacted topic beside it: a record for each letter,
// written in the transaction that writes the letter's record back. So a letter is remembered exactly if its record can
// be read with isolation.level=read_committed. A letter's key holds the id of the dead letter topic: what was
// remembered of a deleted topic does not count for one of the same name.
type Progress struct {
	Name string
	id   string
	done map[string]struct{}
}

// progressKey names a letter.
type progressKey struct {
	Topic     string `json:"topicId"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
}

// OpenProgress reads what was replayed; a topic that is missing remembers nothing.
func OpenProgress(ctx context.Context, of *Topic) (*Progress, error) {
	p := &Progress{Name: of.Name + progressSuffix, id: of.ID.String(), done: map[string]struct{}{}}
	t, err := OpenTopic(ctx, of.open, p.Name)
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	return p, t.records(ctx, t.starts, t.stops, func(r *kgo.Record) error {
		p.done[string(r.Key)] = struct{}{}
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
	return nil
}

// Has reports whether l was replayed.
func (p *Progress) Has(l *Letter) bool {
	_, ok := p.done[string(p.key(l))]
	return ok
}

func (p *Progress) key(l *Letter) []byte {
	text, err := json.Marshal(progressKey{Topic: p.id, Partition: l.Partition, Offset: l.Offset})
	if err != nil {
		panic(err) // texts and numbers
	}
	return text
}

// mark is the record that remembers l.
func (p *Progress) mark(l *Letter) *kgo.Record {
	return &kgo.Record{Topic: p.Name, Key: p.key(l), Value: []byte(l.Origin.String())}
}
