package engine

import (
	"context"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/internal/crash"
)

// CommitOffsets writes offsets of a stopped source connector that delivers exactly once: in one transaction, with the
// producer of its first task. A null offset removes the partition. The tasks were fenced before; one that came to life
// since then loses its id here, and its open transaction.
//
// Errors: ConnectException; the offsets may be written where the end of the transaction is not known.
// Source: Worker.modifySourceConnectorOffsets.
func (w *Worker) CommitOffsets(ctx context.Context, name string, config map[string]string, offsets []connectors.PartitionOffset) error {
	if len(offsets) == 0 {
		return nil
	}
	if err := w.commitOffsets(ctx, name, config, offsets); err != nil {
		return &connectors.Error{Class: connectors.ConnectException, Text: "Failed to modify offsets for source connector " + name, Err: err}
	}
	return nil
}

func (w *Worker) commitOffsets(ctx context.Context, name string, config map[string]string, offsets []connectors.PartitionOffset) error {
	config, err := w.Resolve(ctx, config)
	if err != nil {
		return err
	}
	props, err := w.transactionalProducer(connectors.TaskID{Connector: name}, config, w.log)
	if err != nil {
		return err
	}
	port := w.opt.ExactlyOnce
	topic, err := port.OffsetsTopic(ctx, name)
	if err != nil {
		return err
	}
	records, err := port.OffsetRecords(ctx, name, offsets)
	if err != nil {
		return err
	}
	producer, err := produce.New(props, func(opts ...kgo.Opt) (*kgo.Client, error) { return w.opt.NewClient(props, opts...) })
	if err != nil {
		return err
	}
	defer producer.Close()
	if err := producer.InitTransactions(ctx); err != nil {
		return err
	}
	if err := producer.Begin(); err != nil {
		return err
	}
	crash.At(crash.AlterBegun)
	if err := producer.Write(ctx, topic, records); err != nil {
		return err
	}
	crash.At(crash.AlterWritten)
	if err := producer.Commit(ctx); err != nil {
		return err
	}
	crash.At(crash.AlterCommitted)
	if err := port.OffsetsCommitted(ctx, name, offsets); err != nil {
		w.log.Warn("source offsets are committed, but not in the worker's topic", "connector", name, "err", err)
	}
	return nil
}
