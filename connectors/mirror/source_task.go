package mirror

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
)

// unackedWait is how long a poll may wait while acknowledgements are awaited: what they say of offsets should get out soon.
const unackedWait = 100 * time.Millisecond

// sourceTask copies partitions. Source: MirrorSourceTask.
type sourceTask struct {
	def *config.Def

	log     *slog.Logger
	wait    time.Duration // of a poll
	reader  *reader
	syncs   *syncWriter   // nil: none are written
	syncsTo *syncProducer // nil with syncs
	polled  int64         // rows
	settled int64         // rows that are acknowledged or dropped
}

var (
	_ connectors.SourceTask      = (*sourceTask)(nil)
	_ connectors.Committer       = (*sourceTask)(nil)
	_ connectors.RecordCommitter = (*sourceTask)(nil)
)

// Start goes to the committed offsets.
func (t *sourceTask) Start(ctx context.Context, tc connectors.SourceTaskContext, props map[string]string) error {
	s, err := parse(t.def, props)
	if err != nil {
		return err
	}
	if n, ok := s.values.OptInt32(taskIndexKey); ok {
		s.label += "-" + strconv.Itoa(int(n))
	} else {
		s.label += "-?"
	}
	t.log = tc.Logger()
	t.wait = time.Duration(s.values.Int64(pollTimeoutKey)) * time.Millisecond
	list, err := decodePartitions(s.values.List(assignedKey))
	if err != nil {
		return err
	}
	parts := make([]*partition, len(list))
	for i, tp := range list {
		parts[i] = newPartition(s, tp)
	}
	if s.values.Bool(emitSyncsKey) {
		if t.syncsTo, err = newSyncProducer(s, t.log); err != nil {
			return failed("producer", err)
		}
		t.syncs = newSyncWriter(parts)
		t.syncsTo.attach(t.syncs)
	}
	next, err := committed(ctx, tc.OffsetReader(), parts)
	if err != nil {
		return err
	}
	if t.reader, err = newReader(s.client(sourceCluster, consumerClient, "replication-consumer"), parts, next, tc); err != nil {
		return failed("consumer", err)
	}
	t.log.Info("mirror task started", "source", s.source, "target", s.target, "partitions", len(parts), "without_offset", len(parts)-len(next))
	return nil
}

// committed returns where to go on: behind the last record that was copied. Source: MirrorSourceTask.initializeConsumer.
func committed(ctx context.Context, r connectors.OffsetReader, parts []*partition) (map[connectors.TopicPartition]int64, error) {
	places := make([]batch.Value, len(parts))
	for i, p := range parts {
		places[i] = p.places[0]
	}
	offsets, err := r.Offsets(ctx, places)
	if err != nil {
		return nil, err
	}
	next := map[connectors.TopicPartition]int64{}
	for i, o := range offsets {
		m := o.Map()
		if m == nil {
			continue
		}
		v, ok := offsetMap{m}.get(offsetField)
		switch {
		case !ok || v.IsNull():
		case !integer(v):
			return nil, connectors.Errorf("mirror: topic %q, partition %d: stored offset %s has no number %q: reset the offsets", parts[i].Topic, parts[i].Partition, offsetMap{m}, offsetField)
		case v.Int() >= 0:
			next[parts[i].TopicPartition] = v.Int() + 1
		}
	}
	return next, nil
}

// failed is what Java throws where a client cannot be made.
func failed(kind string, err error) error {
	var bad *config.ConfigException
	if errors.As(err, &bad) {
		return err
	}
	return &connectors.Error{Class: "org.apache.kafka.common.KafkaException", Text: "Failed to construct kafka " + kind, Err: err}
}

// Poll returns what has come within consumer.poll.timeout.ms.
func (t *sourceTask) Poll(ctx context.Context) ([]*batch.Batch, error) {
	wait := t.wait
	if t.syncs != nil && t.settled < t.polled {
		wait = min(wait, unackedWait)
	}
	out, err := t.reader.poll(ctx, wait)
	for _, b := range out {
		t.polled += int64(b.Len())
	}
	return out, err
}

// CommitRecords learns which offsets copies got.
func (t *sourceTask) CommitRecords(_ context.Context, b *batch.Batch, rows []connectors.RowMetadata) error {
	at := b.Source.(*positions)
	if b.Wire.Is() { // one result, of the first row
		t.settled += int64(b.Len())
		for i := range b.Len() {
			if t.syncs != nil && rows[0].Offset >= 0 {
				t.syncs.copied(at.of, offsetSync{at.at(i), rows[0].Offset + int64(i)})
			}
		}
		rows = nil
	}
	t.settled += int64(len(rows))
	if t.syncs == nil {
		return nil
	}
	for i := range rows {
		r := &rows[i]
		if r.Dropped || r.Offset < 0 { // dropped by a transform, or acks=0
			continue
		}
		t.syncs.copied(at.of, offsetSync{at.at(int(r.Row)), r.Offset})
	}
	t.syncs.fire()
	return nil
}

// Commit sends the syncs that were not due.
func (t *sourceTask) Commit(context.Context) error {
	if t.syncs != nil {
		t.syncs.commit()
	}
	return nil
}

// Stop closes the clients; syncs that wait are lost, as in Java.
func (t *sourceTask) Stop(ctx context.Context) error {
	if t.reader != nil {
		t.reader.close()
	}
	if t.syncsTo != nil {
		t.syncsTo.close(ctx)
	}
	return nil
}
