package mirror

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka"
)

// syncsMax is how many syncs may be on their way. Source: OffsetSyncWriter.MAX_OUTSTANDING_OFFSET_SYNCS.
const syncsMax = 10

// syncsCloseWait is how long a task that ends waits for them.
const syncsCloseWait = 3 * time.Second

// syncWriter writes offset syncs. Those that are due go out at once, while fewer than syncsMax are on their way; the latest of
// every partition with the next commit. It belongs to the task's goroutine; slots are given back by the client's.
// Source: OffsetSyncWriter.
type syncWriter struct {
	send  func(*partition, offsetSync) // on a slot that was taken for it, which it gives back
	slots chan struct{}

	all   []*partition
	queue []*partition // with a pending sync, in the order in which it became due
	clock uint64       // numbers partitions as their syncs were delayed
}

func newSyncWriter(all []*partition) *syncWriter {
	return &syncWriter{slots: make(chan struct{}, syncsMax), all: all}
}

// copied takes the offset that a record's copy got.
func (w *syncWriter) copied(p *partition, r offsetSync) {
	s := &p.syncs
	if !s.update(r) {
		s.delayed = r
		if !s.waits {
			s.waits = true
			s.since = w.clock
			w.clock++
		}
		return
	}
	s.waits = false
	w.enqueue(p, r)
	w.fire()
}

// enqueue makes r pending; one that was pending before is forgotten, its place is kept.
func (w *syncWriter) enqueue(p *partition, r offsetSync) {
	p.syncs.pending = r
	if !p.syncs.queued {
		p.syncs.queued = true
		w.queue = append(w.queue, p)
	}
}

// fire sends what is pending.
func (w *syncWriter) fire() {
	for len(w.queue) > 0 {
		select {
		case w.slots <- struct{}{}:
		default:
			return
		}
		p := w.queue[0]
		w.queue[0] = nil
		w.queue = w.queue[1:]
		p.syncs.queued = false
		w.send(p, p.syncs.pending)
	}
}

// commit sends the latest of all partitions.
func (w *syncWriter) commit() {
	var waiting []*partition
	for _, p := range w.all {
		if p.syncs.waits {
			p.syncs.waits = false
			waiting = append(waiting, p)
		}
	}
	slices.SortFunc(waiting, func(a, b *partition) int { return int(int64(a.syncs.since - b.syncs.since)) })
	for _, p := range waiting {
		w.enqueue(p, p.syncs.delayed)
	}
	w.fire()
}

// done gives a slot back. Any goroutine.
func (w *syncWriter) done() { <-w.slots }

// syncProducer sends syncs to their topic.
type syncProducer struct {
	client *kgo.Client
	topic  string
	log    *slog.Logger
}

// newSyncProducer makes the producer. Errors: its keys are wrong. The caller closes it.
func newSyncProducer(s *settings, log *slog.Logger) (*syncProducer, error) {
	where, role := targetCluster, "offset-syncs-target-producer"
	if s.syncsAtSource() {
		where, role = sourceCluster, "offset-syncs-source-producer"
	}
	props := s.client(where, producerClient, role)
	opts, err := producerOptions(props)
	if err != nil {
		return nil, err
	}
	client, err := kafka.Clients{Logger: log}.New(props, opts...)
	if err != nil {
		return nil, err
	}
	return &syncProducer{client, s.syncsTopic(), log}, nil
}

// attach has the writer send here.
func (p *syncProducer) attach(w *syncWriter) {
	w.send = func(of *partition, s offsetSync) {
		r := &kgo.Record{Topic: p.topic, Partition: 0, Key: appendSyncKey(nil, of.Topic, of.Partition), Value: s.appendValue(nil)}
		p.client.Produce(context.Background(), r, func(_ *kgo.Record, err error) {
			if err != nil {
				p.log.Error("offset sync could not be sent", "topic", p.topic, "err", err)
			}
			w.done()
		})
	}
}

// close waits a moment for what is on its way.
func (p *syncProducer) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, syncsCloseWait)
	defer cancel()
	if err := p.client.Flush(ctx); err != nil {
		p.log.Warn("offset syncs are given up", "topic", p.topic, "err", err)
	}
	p.client.Close()
}

// producerOptions returns the client options that Java producer properties stand for, of those that matter for a few small
// records. Errors: *config.ConfigException.
func producerOptions(props map[string]string) ([]kgo.Opt, error) {
	d := config.NewDef().
		Define(config.Key{Name: "acks", Type: config.String, Default: "all", Validator: config.In("all", "-1", "0", "1")}).
		Define(config.Key{Name: "enable.idempotence", Type: config.Boolean, Default: true}).
		Define(config.Key{Name: "compression.type", Type: config.String, Default: "none", Validator: config.In("none", "gzip", "snappy", "lz4", "zstd")}).
		Define(config.Key{Name: "transactional.id", Type: config.String})
	v, err := d.Parse(props)
	if err != nil {
		return nil, err
	}
	if !v.IsNull("transactional.id") {
		return nil, config.NewException("transactional.id", "transactional.id: offset syncs are not written in transactions; remove the key")
	}
	codecs := map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()}
	opts := []kgo.Opt{kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchCompression(codecs[v.String("compression.type")])}
	acks := map[string]kgo.Acks{"all": kgo.AllISRAcks(), "-1": kgo.AllISRAcks(), "0": kgo.NoAck(), "1": kgo.LeaderAck()}[v.String("acks")]
	if acks != kgo.AllISRAcks() || !v.Bool("enable.idempotence") {
		opts = append(opts, kgo.DisableIdempotentWrite())
	}
	return append(opts, kgo.RequiredAcks(acks)), nil
}
