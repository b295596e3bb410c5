package signal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
)

// kafkaWait bounds a request about offsets: the connector waits for one of them, that which commits.
const kafkaWait = 5 * time.Second

// topic is the channel signal.kafka.topic: partition 0, from where the group has committed, or else its beginning. A goroutine
// reads, so that a cluster that does not answer holds nobody up.
// Source: KafkaSignalChannel.
type topic struct {
	set    *Settings
	log    *slog.Logger
	client *kgo.Client // for offsets
	admin  *kadm.Client
	end    context.CancelFunc
	ended  chan struct{}
	taken  int64 // offset behind what Read has returned
	done   int64 // committed

	mu      sync.Mutex
	waiting []Signal
	next    int64 // offset behind what was read
}

func openKafka(s *Settings, log *slog.Logger) (*topic, error) {
	client, err := kafka.NewClient(s.consumer)
	if err != nil {
		return nil, fmt.Errorf("signal.consumer: %w", err)
	}
	ctx, end := context.WithCancel(context.Background())
	t := &topic{set: s, log: log, client: client, admin: kadm.NewClient(client), end: end, ended: make(chan struct{})}
	go t.run(ctx)
	return t, nil
}

// run reads until the channel is closed.
func (t *topic) run(ctx context.Context) {
	defer close(t.ended)
	reader, err := t.reader(ctx)
	for err != nil && ctx.Err() == nil {
		t.log.Warn("signals cannot be read, trying again", "topic", t.set.Topic, "next_in", t.set.Every, "err", err)
		timer := time.NewTimer(t.set.Every)
		select {
		case <-timer.C:
			reader, err = t.reader(ctx)
		case <-ctx.Done():
			timer.Stop()
		}
	}
	if err != nil {
		return
	}
	defer reader.Close()
	for {
		fetches := reader.PollFetches(ctx)
		if ctx.Err() != nil {
			return
		}
		for _, e := range fetches.Errors() {
			t.log.Warn("signals cannot be read, trying again", "topic", e.Topic, "err", e.Err)
		}
		fetches.EachRecord(t.record)
	}
}

// reader makes a client that reads from where the group stands.
func (t *topic) reader(ctx context.Context) (*kgo.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, kafkaWait)
	defer cancel()
	committed, err := t.admin.FetchOffsets(ctx, t.set.Group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return nil, fmt.Errorf("offsets of group %q: %w", t.set.Group, err)
	}
	from := kgo.NewOffset().AtStart()
	if o, ok := committed.Lookup(t.set.Topic, 0); ok && o.Err == nil && o.At >= 0 {
		from = kgo.NewOffset().At(o.At)
	}
	return kafka.NewClient(t.set.consumer, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{t.set.Topic: {0: from}}))
}

// record takes one record: a signal for this connector, or not.
func (t *topic) record(r *kgo.Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next = r.Offset + 1
	if string(r.Key) != t.set.prefix {
		t.log.Info("signal is for another connector", "topic", r.Topic, "offset", r.Offset, "key", string(r.Key))
		return
	}
	if len(r.Value) == 0 {
		return
	}
	s, err := parseRecord(r.Value)
	if err != nil {
		t.log.Warn("signal is left out", "topic", r.Topic, "offset", r.Offset, "err", err)
		return
	}
	t.waiting = append(t.waiting, s)
}

// Read returns what has come.
func (t *topic) Read(context.Context) ([]Signal, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.waiting
	t.waiting, t.taken = nil, t.next
	return out, nil
}

// parseRecord reads {"id":…,"type":…,"data":{…}}.
func parseRecord(value []byte) (s Signal, err error) {
	var d struct {
		ID, Type string
		Data     json.RawMessage
	}
	if err := json.Unmarshal(value, &d); err != nil {
		return s, err
	}
	if d.Type == "" || len(d.Data) == 0 || d.Data[0] != '{' {
		return s, errors.New("type or data is missing")
	}
	return Signal{ID: d.ID, Type: d.Type, Data: string(d.Data)}, nil
}

// Commit stores where the group stands.
func (t *topic) Commit(ctx context.Context) error {
	if t.taken == t.done {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, kafkaWait)
	defer cancel()
	var offsets kadm.Offsets
	offsets.AddOffset(t.set.Topic, 0, t.taken, -1)
	if err := t.admin.CommitAllOffsets(ctx, t.set.Group, offsets); err != nil {
		return fmt.Errorf("signal.kafka: commit offset %d of topic %q for group %q: %w", t.taken, t.set.Topic, t.set.Group, err)
	}
	t.done = t.taken
	return nil
}

// Close commits, and ends the goroutine and its clients.
func (t *topic) Close(ctx context.Context) error {
	t.end()
	<-t.ended
	err := t.Commit(ctx)
	t.client.Close()
	return err
}
