package signal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
)

// kafkaWait bounds a request about offsets.
const kafkaWait = 10 * time.Second

// topic is the channel signal.kafka.topic: partition 0, from where the group has committed, or else its beginning.
// Source: KafkaSignalChannel.
type topic struct {
	set    *Settings
	log    *slog.Logger
	client *kgo.Client // that reads, once it is known from where
	admin  *kadm.Client
	known  bool
	next   int64
	done   int64 // committed
}

func openKafka(s *Settings, log *slog.Logger) (*topic, error) {
	client, err := kafka.NewClient(s.consumer)
	if err != nil {
		return nil, fmt.Errorf("signal.consumer: %w", err)
	}
	return &topic{set: s, log: log, client: client, admin: kadm.NewClient(client)}, nil
}

// begin asks where the group stands.
func (t *topic) begin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, kafkaWait)
	defer cancel()
	committed, err := t.admin.FetchOffsets(ctx, t.set.Group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
		return fmt.Errorf("signal.kafka: offsets of group %q: %w", t.set.Group, err)
	}
	from := kgo.NewOffset().AtStart()
	if o, ok := committed.Lookup(t.set.Topic, 0); ok && o.Err == nil && o.At >= 0 {
		from, t.next = kgo.NewOffset().At(o.At), o.At
	}
	client, err := kafka.NewClient(t.set.consumer, kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{t.set.Topic: {0: from}}))
	if err != nil {
		return fmt.Errorf("signal.consumer: %w", err)
	}
	t.client.Close()
	t.client, t.admin = client, kadm.NewClient(client)
	t.known, t.done = true, t.next
	return nil
}

// Read returns what the client has fetched.
func (t *topic) Read(ctx context.Context) (out []Signal, err error) {
	if !t.known {
		if err := t.begin(ctx); err != nil {
			return nil, err
		}
	}
	fetches := t.client.PollFetches(nil) //nolint:staticcheck // nil: what is there, without waiting
	for _, e := range fetches.Errors() {
		err = errors.Join(err, fmt.Errorf("signal.kafka: topic %q: %w", e.Topic, e.Err))
	}
	fetches.EachRecord(func(r *kgo.Record) {
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
		out = append(out, s)
	})
	return out, err
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
	if t.next == t.done {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, kafkaWait)
	defer cancel()
	var offsets kadm.Offsets
	offsets.AddOffset(t.set.Topic, 0, t.next, -1)
	if err := t.admin.CommitAllOffsets(ctx, t.set.Group, offsets); err != nil {
		return fmt.Errorf("signal.kafka: commit offset %d of topic %q for group %q: %w", t.next, t.set.Topic, t.set.Group, err)
	}
	t.done = t.next
	return nil
}

// Close commits and ends the client.
func (t *topic) Close(ctx context.Context) error {
	err := t.Commit(ctx)
	t.client.Close()
	return err
}
