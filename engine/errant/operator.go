package errant

import (
	"context"
	"math/rand/v2"
	"sort"
	"sync"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// retryDelayMin is RetryWithToleranceOperator.RETRIES_DELAY_MIN_MS.
const retryDelayMin = 300 * time.Millisecond

// Options configure an Operator.
type Options struct {
	RetryTimeout  time.Duration // errors.retry.timeout; negative = for ever
	RetryDelayMax time.Duration // errors.retry.delay.max.ms
	TolerateAll   bool          // errors.tolerance=all
	Metrics       Metrics       // nil counts nothing
	Rand          *rand.Rand    // jitter; nil = an own seeded source
}

// Metrics receives what happens. Source: ErrorHandlingMetrics. Methods are safe for concurrent use.
type Metrics interface {
	Failures(n int) // operations that failed, each attempt
	Errors(n int)   // rows given up
	Skipped(n int)  // rows skipped because of errors
	Retries(n int)  // operations tried again
	Logged(n int)   // rows logged
	DeadLetters(n int)
	DeadLetterFailures(n int)
	LastError(t time.Time)
}

// Reporter is told of failed rows. Source: ErrorReporter.
type Reporter interface {
	// Report takes one failed row of b, which is borrowed. The result is nil when there is nothing to
	// wait for.
	Report(ctx context.Context, b *batch.Batch, e *RowError) connectors.Report
	Close() error
}

// Pending is told of the reports that offsets must wait for.
type Pending interface {
	Add(b *batch.Batch, row int32, r connectors.Report)
}

// Operator applies the errors.* settings of a connector to the rows of one task.
//
// Invariant: without TolerateAll, failures never comes back to zero.
type Operator struct {
	opt       Options
	reporters []Reporter
	stop      chan struct{}
	stopOnce  sync.Once
	trial     bool // made by Trial
	gaveUp    bool // see GaveUp

	mu       sync.Mutex
	failures int64
}

// NewOperator returns an operator that tells reporters, in order, of every failed row.
func NewOperator(opt Options, reporters ...Reporter) *Operator {
	if opt.Metrics == nil {
		opt.Metrics = nothing{}
	}
	if opt.Rand == nil {
		opt.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return &Operator{opt: opt, reporters: reporters, stop: make(chan struct{})}
}

// Stop ends waits between attempts: what is being retried fails. Safe from any goroutine.
func (o *Operator) Stop() { o.stopOnce.Do(func() { close(o.stop) }) }

// TolerateAll reports errors.tolerance=all.
func (o *Operator) TolerateAll() bool { return o.opt.TolerateAll }

// Retries reports whether retriable failures are tried again at all.
func (o *Operator) Retries() bool { return o.opt.RetryTimeout != 0 }

// Attempts is the retry state of one operation on one batch.
type Attempts struct {
	o        *Operator
	n        int
	deadline time.Time // zero: for ever
}

// Attempts returns the retry state of an operation that begins now.
func (o *Operator) Attempts() Attempts {
	a := Attempts{o: o}
	if o.opt.RetryTimeout >= 0 {
		a.deadline = time.Now().Add(o.opt.RetryTimeout)
	}
	return a
}

// Next counts the retriable failures of as many rows and waits before the next attempt. It reports false, without
// waiting, when there must be none: the time is up, or the task stops.
// Source: RetryWithToleranceOperator.execAndRetry, backoff.
func (a *Attempts) Next(ctx context.Context, rows int) bool {
	o := a.o
	if o.trial {
		o.gaveUp = true
		return false
	}
	o.opt.Metrics.Failures(rows)
	a.n++
	now := time.Now()
	if !a.deadline.IsZero() && !now.Before(a.deadline) {
		return false
	}
	delay := o.delay(a.n)
	if !a.deadline.IsZero() && now.Add(delay).After(a.deadline) {
		delay = a.deadline.Sub(now)
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-o.stop:
	case <-ctx.Done():
	}
	o.opt.Metrics.Retries(rows)
	select {
	case <-o.stop:
		return false
	default:
		return ctx.Err() == nil
	}
}

// delay is the wait after the nth failure: from 300 ms doubling; above the largest one, at random below.
func (o *Operator) delay(n int) time.Duration {
	d := retryDelayMin << min(n-1, 32)
	if d <= o.opt.RetryDelayMax {
		return d
	}
	if o.opt.RetryDelayMax <= 0 {
		return 0
	}
	return time.Duration(o.opt.Rand.Int64N(int64(o.opt.RetryDelayMax)))
}

// Do runs op until it succeeds or fails for good: errors that are retriable are tried again inside
// errors.retry.timeout. It is for operations on whole batches, which no row can be blamed for.
func (o *Operator) Do(ctx context.Context, op func() error) error {
	a := o.Attempts()
	for {
		err := op()
		if err == nil || !connectors.IsRetriable(err) || !a.Next(ctx, 1) {
			return err
		}
	}
}

// Again is Do for an operation that has failed once already, with the given error.
func (o *Operator) Again(ctx context.Context, failed error, op func() error) error {
	return o.Do(ctx, After(failed, op))
}

// After returns an operation whose first attempt has been made, and failed with the given error: its first call returns
// that, the next ones those of op.
func After(failed error, op func() error) func() error {
	return func() error {
		if err := failed; err != nil {
			failed = nil
			return err
		}
		return op()
	}
}

// Failed handles rows of b that a converter or the transforms refused, in row order: each is counted
// and reported. With errors.tolerance=none the first one fails the task: the result is Java's
// "Tolerance exceeded in error handler". pending collects what offsets must wait for; nil where nothing is.
// Source: RetryWithToleranceOperator.execute.
func (o *Operator) Failed(ctx context.Context, b *batch.Batch, errs []RowError, pending Pending) error {
	if len(errs) == 0 {
		return nil
	}
	sort.SliceStable(errs, func(i, k int) bool { return errs[i].Row < errs[k].Row })
	for i := range errs {
		e := &errs[i]
		o.opt.Metrics.Failures(1)
		if !o.Retries() && connectors.IsRetriable(e.Err) {
			o.opt.Metrics.Failures(1) // the attempt, which Java counts beside the row
		}
		o.markFailed()
		if o.opt.TolerateAll {
			o.opt.Metrics.Skipped(1)
		}
		o.opt.Metrics.Errors(1)
		o.report(ctx, b, e, pending)
		if !o.WithinTolerance() {
			return exceeded(e.Err)
		}
	}
	return nil
}

// Report handles a row that failed outside the converters and transforms: refused by a sink
// (TaskPut) or by Kafka (KafkaProduce). The result is nil when there is nothing to wait for.
// Errors: with errors.tolerance=none, Java's "Tolerance exceeded in error handler".
// Source: RetryWithToleranceOperator.executeFailed.
func (o *Operator) Report(ctx context.Context, b *batch.Batch, e *RowError, pending Pending) (connectors.Report, error) {
	o.markFailed()
	o.opt.Metrics.Failures(1)
	r := o.report(ctx, b, e, pending)
	if !o.WithinTolerance() {
		o.opt.Metrics.Errors(1)
		return r, exceeded(e.Err)
	}
	return r, nil
}

// WithinTolerance reports whether the task may go on after what failed so far.
func (o *Operator) WithinTolerance() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.opt.TolerateAll || o.failures == 0
}

// Close closes the reporters.
func (o *Operator) Close() error {
	var first error
	for _, r := range o.reporters {
		if err := r.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (o *Operator) markFailed() {
	o.opt.Metrics.LastError(time.Now())
	o.mu.Lock()
	o.failures++
	o.mu.Unlock()
}

func (o *Operator) report(ctx context.Context, b *batch.Batch, e *RowError, pending Pending) connectors.Report {
	var out connectors.Report
	for _, r := range o.reporters {
		if p := r.Report(ctx, b, e); p != nil {
			out = p
			if pending != nil {
				pending.Add(b, e.Row, p)
			}
		}
	}
	return out
}

// Exceeded is the error that fails a task whose errors.tolerance is none.
func exceeded(cause error) error {
	return &connectors.Error{Class: connectors.ConnectException, Text: "Tolerance exceeded in error handler", Err: cause}
}

type nothing struct{}

func (nothing) Failures(int)           {}
func (nothing) Errors(int)             {}
func (nothing) Skipped(int)            {}
func (nothing) Retries(int)            {}
func (nothing) Logged(int)             {}
func (nothing) DeadLetters(int)        {}
func (nothing) DeadLetterFailures(int) {}
func (nothing) LastError(time.Time)    {}
