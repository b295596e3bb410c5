package errant

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/internal/crash"
	"github.com/millrace/millrace/internal/kafka"
)

// HeaderPrefix is that of the original's headers of dead letters.
const HeaderPrefix = "__connect.errors."

// Names of the headers that say what went wrong. Source: DeadLetterQueueReporter.
const (
	HeaderTopic      = HeaderPrefix + "topic"
	HeaderPartition  = HeaderPrefix + "partition"
	HeaderOffset     = HeaderPrefix + "offset"
	HeaderConnector  = HeaderPrefix + "connector.name"
	HeaderTask       = HeaderPrefix + "task.id"
	HeaderStage      = HeaderPrefix + "stage"
	HeaderClass      = HeaderPrefix + "class.name"
	HeaderException  = HeaderPrefix + "exception.class.name"
	HeaderMessage    = HeaderPrefix + "exception.message"
	HeaderStacktrace = HeaderPrefix + "exception.stacktrace"
)

// DeadLetterQueue writes failed rows to a topic: those of a sink as they were consumed, those of a source as they
// were polled.
//
// What is written is copied first: the row's batch may be released at once. Safe for concurrent use.
// Source: DeadLetterQueueReporter.
type DeadLetterQueue struct {
	ID      connectors.TaskID
	Topic   string
	Headers bool           // errors.deadletterqueue.context.headers.enable
	Source  *SourceRecords // how rows of a source become bytes; nil: the task is a sink
	Client  *kgo.Client
	Until   func() context.Context // says when a letter that is sent now may be given up; nil: never
	Logger  *slog.Logger
	Metrics Metrics
}

var _ Reporter = (*DeadLetterQueue)(nil)

// CreateTopic makes the dead letter topic, with one partition, unless it exists.
// Source: DeadLetterQueueReporter.createAndSetup.
func CreateTopic(ctx context.Context, admin *kgo.Client, topic string, replication int16) error {
	adm := kadm.NewClient(admin)
	fail := func(err error) error {
		return &connectors.Error{Class: connectors.ConnectException, Text: "Could not initialize dead letter queue with topic=" + topic, Err: kafka.Denied(admin, err, "Create", topic)}
	}
	details, err := adm.ListTopics(ctx, topic)
	if err != nil {
		return fail(err)
	}
	if d, ok := details[topic]; ok && d.Err == nil {
		return nil
	}
	res, err := adm.CreateTopic(ctx, 1, replication, nil, topic)
	if err == nil {
		err = res.Err
	}
	if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
		return fail(err)
	}
	crash.At(crash.LetterTopic)
	return nil
}

// Report sends the row; the result, a *Letter, waits for Kafka's acknowledgement.
func (d *DeadLetterQueue) Report(_ context.Context, b *batch.Batch, e *RowError) connectors.Report {
	rec := &kgo.Record{Topic: d.Topic, Partition: -1}
	if d.Until != nil {
		rec.Context = d.Until()
	}
	if ts := b.Row(e.Row).Timestamp(); ts != batch.NoTimestamp {
		rec.Timestamp = time.UnixMilli(ts)
	}
	if d.Source != nil {
		d.Source.fill(rec, b, e.Row)
	} else {
		fillConsumed(rec, b, int(e.Row))
	}
	if d.Headers {
		d.addContext(rec, b, e)
	}
	if d.Metrics != nil {
		d.Metrics.DeadLetters(1)
	}
	s := &Letter{done: make(chan struct{})}
	// The client's context, not the caller's: a letter that was accepted must not be lost because the
	// task was told to stop. Closing the client ends it.
	crash.At(crash.LetterSend)
	d.Client.Produce(context.Background(), rec, func(_ *kgo.Record, err error) {
		crash.At(crash.LetterAcked)
		if err = kafka.Denied(d.Client, err, "Write", d.Topic); err != nil {
			d.Logger.Error("could not produce record to dead letter queue", "connector", d.ID.Connector, "task", d.ID.Task,
				"topic", d.Topic, "err", err)
			if d.Metrics != nil {
				d.Metrics.DeadLetterFailures(1)
			}
		}
		s.end(err)
	})
	return s
}

// Close closes the client; letters that are still on their way get a last chance.
func (d *DeadLetterQueue) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := d.Client.Flush(ctx)
	d.Client.Close()
	return err
}

// fillConsumed sets key, value and headers as they were consumed.
func fillConsumed(rec *kgo.Record, b *batch.Batch, row int) {
	if k, ok := b.RawKey.Get(row); ok && row < b.RawKey.Len() {
		rec.Key = bytes.Clone(k)
	}
	if v, ok := b.RawValue.Get(row); ok && row < b.RawValue.Len() {
		rec.Value = bytes.Clone(v)
	}
	for _, h := range b.Headers.Of(row) {
		rec.Headers = append(rec.Headers, kgo.RecordHeader{Key: h.Key, Value: bytes.Clone(h.Raw)})
	}
}

// addContext adds the headers that say what went wrong. Source: DeadLetterQueueReporter.populateContextHeaders.
func (d *DeadLetterQueue) addContext(rec *kgo.Record, b *batch.Batch, e *RowError) {
	add := func(key, value string) {
		rec.Headers = append(rec.Headers, kgo.RecordHeader{Key: key, Value: []byte(value)})
	}
	if d.Source == nil {
		add(HeaderTopic, b.Origin.Topic)
		add(HeaderPartition, strconv.Itoa(int(b.Origin.Partition)))
		add(HeaderOffset, strconv.FormatInt(b.Offsets[e.Row], 10))
	} else {
		row := b.Row(e.Row)
		add(HeaderTopic, row.Topic())
		if p := row.Partition(); p != batch.NoPartition {
			add(HeaderPartition, strconv.Itoa(int(p)))
		}
	}
	add(HeaderConnector, d.ID.Connector)
	add(HeaderTask, strconv.Itoa(d.ID.Task))
	add(HeaderStage, e.Stage.String())
	add(HeaderClass, e.Class)
	add(HeaderException, Class(e.Err))
	if m := Message(e.Err); m != "" {
		add(HeaderMessage, m)
	} else {
		rec.Headers = append(rec.Headers, kgo.RecordHeader{Key: HeaderMessage})
	}
	add(HeaderStacktrace, Trace(e.Err))
	if d.Source != nil {
		addSourcePosition(rec, b, e.Row)
	}
}
