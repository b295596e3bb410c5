package metrics

import (
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/engine/errant"
)

// Errors counts what failed in a task. Source: ErrorHandlingMetrics.
type Errors struct {
	failures, errors, skipped, retries, logged atomic.Int64
	letters, letterFailures                    atomic.Int64
	last                                       atomic.Int64 // ms; 0: never
}

var _ errant.Metrics = (*Errors)(nil)

func (e *Errors) add(c func(*Errors) *atomic.Int64, n int) {
	if e != nil {
		c(e).Add(int64(n))
	}
}

// Failures counts operations that failed, each attempt.
func (e *Errors) Failures(n int) { e.add(func(e *Errors) *atomic.Int64 { return &e.failures }, n) }

// Errors counts rows given up.
func (e *Errors) Errors(n int) { e.add(func(e *Errors) *atomic.Int64 { return &e.errors }, n) }

// Skipped counts rows skipped because of errors.
func (e *Errors) Skipped(n int) { e.add(func(e *Errors) *atomic.Int64 { return &e.skipped }, n) }

// Retries counts operations tried again.
func (e *Errors) Retries(n int) { e.add(func(e *Errors) *atomic.Int64 { return &e.retries }, n) }

// Logged counts rows logged.
func (e *Errors) Logged(n int) { e.add(func(e *Errors) *atomic.Int64 { return &e.logged }, n) }

// DeadLetters counts rows handed to the dead letter queue.
func (e *Errors) DeadLetters(n int) { e.add(func(e *Errors) *atomic.Int64 { return &e.letters }, n) }

// DeadLetterFailures counts rows that the dead letter queue did not take.
func (e *Errors) DeadLetterFailures(n int) {
	e.add(func(e *Errors) *atomic.Int64 { return &e.letterFailures }, n)
}

// LastError says when a row failed.
func (e *Errors) LastError(t time.Time) {
	if e != nil {
		e.last.Store(t.UnixMilli())
	}
}

func (e *Errors) read(out emit, tags []string) {
	put := func(name string, n *atomic.Int64) { out(groupErrors, tags, name, Number(float64(n.Load()))) }
	put("total-record-failures", &e.failures)
	put("total-record-errors", &e.errors)
	put("total-records-skipped", &e.skipped)
	put("total-retries", &e.retries)
	put("total-errors-logged", &e.logged)
	put("deadletterqueue-produce-requests", &e.letters)
	put("deadletterqueue-produce-failures", &e.letterFailures)
	put("last-error-timestamp", &e.last)
}

func (e *Errors) snapshot(s *TaskSnapshot) {
	s.Failures, s.Errors, s.Skipped = e.failures.Load(), e.errors.Load(), e.skipped.Load()
	s.Retries, s.DeadLetters, s.DeadLetterFailures = e.retries.Load(), e.letters.Load(), e.letterFailures.Load()
	if ms := e.last.Load(); ms != 0 {
		s.LastError = time.UnixMilli(ms)
	}
}
