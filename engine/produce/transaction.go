package produce

import (
	"context"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
)

// Record is a key and a value beside rows, such as a source offset. A nil value is a tombstone.
type Record struct{ Key, Value []byte }

// InitTransactions takes the transactional.id: producers that had it before are refused from then on, and a
// transaction that one of them left open is aborted.
//
// Source: KafkaProducer.initTransactions.
func (p *Records) InitTransactions(ctx context.Context) error {
	_, _, err := p.cl.ProducerID(ctx)
	return kafka.Denied(p.cl, err, "IdempotentWrite", "")
}

// Begin begins a transaction; the rows of every Send that follows are part of it.
func (p *Records) Begin() error { return p.cl.BeginTransaction() }

// Write writes records to a topic and returns when they are acknowledged.
func (p *Records) Write(ctx context.Context, topic string, records []Record) error {
	list, within := make([]*kgo.Record, len(records)), Within(p.within)
	for i, r := range records {
		list[i] = &kgo.Record{Topic: topic, Partition: -1, Key: r.Key, Value: r.Value, Context: within}
	}
	return kafka.Denied(p.cl, p.cl.ProduceSync(ctx, list...).FirstErr(), "Write", topic)
}

// Commit ends the transaction with all that it has. Flush comes before it, with rows that all arrived.
//
// Errors: it is not known whether it was committed. The producer must not be used again: the next one with
// its transactional.id sees what became of it.
func (p *Records) Commit(ctx context.Context) error { return p.cl.EndTransaction(ctx, kgo.TryCommit) }

// Abort ends the transaction without anything that it has; rows on their way fail.
func (p *Records) Abort(ctx context.Context) error {
	if err := p.cl.AbortBufferedRecords(ctx); err != nil {
		return err
	}
	return p.cl.EndTransaction(ctx, kgo.TryAbort)
}
