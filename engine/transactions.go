package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/internal/crash"
)

// abortMax is how long a task that ends may take to abort its transaction. Whoever has its transactional id next
// aborts it too.
const abortMax = 5 * time.Second

// transactions let a source task deliver exactly once: rows and the offsets behind them are committed in one
// transaction of the task's producer.
//
// A transaction is begun with the first row and ended at a boundary. Nothing is committed of a task that
// failed. All methods but those of requests belong to the task's goroutine.
// Source: ExactlyOnceWorkerSourceTask.
type transactions struct {
	s        *sourceTask
	port     ExactlyOnce
	producer *produce.Records
	topic    string // of the offsets
	boundary settings.Boundary
	interval time.Duration
	requests *boundaryRequests // nil unless the connector defines boundaries

	open bool
	rows int       // of the open transaction
	last time.Time // when the interval began
}

// prepare takes the transactional id, once older generations are fenced, then makes sure that this one is not old
// itself. Source: ExactlyOnceWorkerSourceTask.prepareToInitializeTask.
func (x *transactions) prepare(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(x.s.polling, cancel)() // a task that is to stop waits no longer
	id := x.s.t.id
	if err := x.port.Fence(ctx, id); err != nil {
		return maybeWrap(err, "Failed to perform round of zombie fencing")
	}
	if x.s.t.isStopping() {
		return context.Canceled
	}
	crash.At(crash.TransactionInit)
	if err := x.producer.InitTransactions(ctx); err != nil {
		return err
	}
	crash.At(crash.TransactionReady)
	if err := x.port.Verify(ctx, id); err != nil {
		return maybeWrap(err, "Failed to perform preflight check for task "+id.String())
	}
	var err error
	x.topic, err = x.port.OffsetsTopic(ctx, id.Connector)
	return err
}

// execute polls and sends until the task stops, and commits a last time unless it failed.
func (x *transactions) execute(ctx context.Context) error {
	x.last = time.Now()
	if err := guard(func() error { return x.s.loop(ctx) }); err != nil || x.s.t.isCancelled() {
		return err
	}
	return x.final(ctx)
}

// send sends one polled batch, in pieces where the connector said that a transaction ends inside.
func (x *transactions) send(ctx context.Context, b *batch.Batch) error {
	cuts, err := x.requests.rows(b)
	if err != nil {
		return err
	}
	from := int32(0)
	for _, c := range cuts {
		piece := b.Fork(between(b, from, c.row))
		from = c.row + 1
		err := x.s.send(ctx, piece)
		piece.Release()
		if err == nil && c.abort {
			err = x.discard(ctx)
		}
		if err == nil {
			err = x.commit(ctx)
		}
		if err != nil {
			return err
		}
	}
	if cuts == nil {
		return x.s.send(ctx, b)
	}
	rest := b.Fork(between(b, from, int32(b.Len())-1))
	defer rest.Release()
	return x.s.send(ctx, rest)
}

// between returns the selected rows of b from first to last.
func between(b *batch.Batch, first, last int32) batch.Selection {
	sel := batch.Selection{}
	if b.Sel == nil {
		for r := first; r <= last; r++ {
			sel = append(sel, r)
		}
		return sel
	}
	for _, r := range b.Sel {
		if r >= first && r <= last {
			sel = append(sel, r)
		}
	}
	return sel
}

// begin begins a transaction, if none is open, for rows that are about to be sent.
//
// Errors: rows for the topic of the offsets. A task that reads its offsets while its own transaction is open there
// would wait for itself.
func (x *transactions) begin(parts []produce.Rows) error {
	sent := 0
	for i := range parts {
		sent += parts[i].B.Live()
		if goesTo(parts[i].B, x.topic) {
			return connectException("Source tasks may not produce to their own offsets topics when exactly-once support is enabled")
		}
	}
	if sent == 0 {
		return nil
	}
	x.rows += sent
	return x.ensureOpen()
}

// goesTo reports whether a selected row is for the topic.
func goesTo(b *batch.Batch, topic string) bool {
	if !slices.Contains(b.Topics.Names, topic) {
		return false
	}
	for r := range b.Len() {
		if b.Topics.At(r) == topic && selected(b, int32(r)) {
			return true
		}
	}
	return false
}

func (x *transactions) ensureOpen() error {
	if x.open {
		return nil
	}
	if err := x.producer.Begin(); err != nil {
		return x.failed(err)
	}
	crash.At(crash.TransactionBegun)
	x.open = true
	return nil
}

// polled ends the transaction where the end of a poll, also of an empty one, is a boundary.
func (x *transactions) polled(ctx context.Context) error {
	switch x.boundary {
	case settings.BoundaryPoll:
		return x.commit(ctx)
	case settings.BoundaryInterval:
		if time.Since(x.last) < x.interval {
			return nil
		}
		x.last = time.Now()
		return x.commit(ctx)
	}
	return x.asked(ctx)
}

// final ends the transaction of a task that pauses or stops, unless the connector wants it to go on.
func (x *transactions) final(ctx context.Context) error {
	if x.boundary != settings.BoundaryConnector {
		return x.commit(ctx)
	}
	return x.asked(ctx)
}

// asked does what the connector asked for at the end of a batch.
func (x *transactions) asked(ctx context.Context) error {
	commit, abort, err := x.requests.batch()
	switch {
	case err != nil:
		return err
	case abort:
		if err := x.discard(ctx); err != nil {
			return err
		}
		return x.commit(ctx)
	case commit:
		return x.commit(ctx)
	}
	return nil
}

// discard aborts what the connector does not want to be seen. Its offsets are committed all the same, so that the
// rows do not come again.
func (x *transactions) discard(ctx context.Context) error {
	if !x.open {
		x.s.log.Warn("request of the connector to abort a transaction ignored, the transaction is empty")
		return nil
	}
	x.s.log.Info("transaction aborted as the connector asked for", "rows", x.rows)
	// With their results, which say how far the offsets go, before they are gone.
	if err := x.settle(ctx); err != nil {
		return x.failed(err)
	}
	x.open, x.rows = false, 0
	crash.At(crash.TransactionAbort)
	if err := x.producer.Abort(ctx); err != nil {
		return x.failed(err)
	}
	crash.At(crash.TransactionAborted)
	return nil
}

// commit commits what was sent, with its offsets, and tells the plugin.
func (x *transactions) commit(ctx context.Context) error {
	began := time.Now()
	err := x.write(ctx)
	x.s.metrics.Committed(err == nil, time.Since(began))
	if err != nil {
		return x.failed(err)
	}
	x.s.mu.Lock()
	x.s.commitDue = true
	x.s.mu.Unlock()
	x.s.callCommits(ctx)
	return nil
}

func (x *transactions) write(ctx context.Context) error {
	s, name := x.s, x.s.t.id.Connector
	if err := x.settle(ctx); err != nil {
		return err
	}
	offsets := s.offsets.Take().Offsets
	if !x.open && len(offsets) == 0 {
		return nil
	}
	if err := x.ensureOpen(); err != nil {
		return err
	}
	crash.At(crash.TransactionSettled)
	if len(offsets) > 0 {
		records, err := x.port.OffsetRecords(ctx, name, offsets)
		if err != nil {
			return err
		}
		if err := x.producer.Write(ctx, x.topic, records); err != nil {
			return err
		}
	}
	crash.At(crash.TransactionOffsets)
	if err := x.producer.Commit(ctx); err != nil {
		return err
	}
	crash.At(crash.TransactionCommitted)
	s.metrics.Transaction(x.rows)
	s.log.Debug("transaction committed", "rows", x.rows, "partitions", len(offsets))
	x.open, x.rows = false, 0
	if err := x.port.OffsetsCommitted(ctx, name, offsets); err != nil {
		s.log.Warn("source offsets are committed, but not in the worker's topic", "err", err)
	}
	crash.At(crash.TransactionTold)
	return nil
}

// settle waits until every row has its result, dead letters included.
func (x *transactions) settle(ctx context.Context) error {
	if err := x.producer.Flush(ctx); err != nil {
		return err
	}
	select {
	case <-x.s.offsets.Idle():
	case <-x.s.broken:
	case <-ctx.Done():
		return ctx.Err()
	}
	return x.s.failed()
}

// close aborts the transaction of a task that ends without having committed it.
func (x *transactions) close() {
	if !x.open || x.s.t.isCancelled() {
		return
	}
	ctx, cancel := context.WithTimeout(x.s.t.ctx, abortMax)
	defer cancel()
	if err := x.producer.Abort(ctx); err != nil {
		x.s.log.Debug("transaction not aborted, the brokers will", "err", err)
	}
}

// failed words an error of the producer. Source: ExactlyOnceWorkerSourceTask.maybeWrapProducerSendException.
func (x *transactions) failed(err error) error {
	var e *connectors.Error
	if errors.As(err, &e) && e.Class == connectors.ConnectException {
		return err
	}
	id := x.s.t.id.String()
	text := "Failed to flush offsets and/or records for task " + id
	if errors.Is(err, kerr.InvalidProducerEpoch) {
		text = "The task " + id + " was unable to finish writing records to Kafka before its producer transaction expired. " +
			"It may be necessary to reconfigure this connector in order for it to run healthily with exactly-once support. " +
			"Options for this include: tune the connector's producer configuration for higher throughput, " +
			"increase the transaction timeout for the connector's producers, " +
			"decrease the offset commit interval (if using interval-based transaction boundaries), " +
			"or use the 'poll' transaction boundary (if the connector is not already configured to use it)."
	}
	return &connectors.Error{Class: connectors.ConnectException, Text: text, Err: err}
}
