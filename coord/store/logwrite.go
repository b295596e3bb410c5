package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
)

// Write writes records in their order and returns when all replicas that have to have them have them.
// What is written shows once it was read back; ReadToEnd waits for that.
//
// Errors: the first record's that was not written; those before it are, those after it may be, and where
// ctx ended the rest may be too.
func (l *Log) Write(ctx context.Context, records ...Record) error {
	for len(records) > 0 {
		errs := l.writeEach(ctx, records)
		at := slices.IndexFunc(errs, func(err error) bool { return err != nil })
		switch {
		case at < 0:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%w: %w", ctx.Err(), errs[at])
		case !errors.Is(errs[at], context.Canceled) && !errors.Is(errs[at], context.DeadlineExceeded):
			return errs[at]
		}
		// Somebody else's context ended, whose record is in the same batch: the client fails them all. What
		// follows is written again too, so that the order stays.
		records = records[at:]
	}
	return nil
}

// writeEach is Write with an error for each record. It does not wait for a client that has more patience
// than ctx: that looks at the context of a batch's first record alone.
func (l *Log) writeEach(ctx context.Context, records []Record) []error {
	a := &answers{errs: make([]error, len(records)), known: make([]bool, len(records)), missing: len(records), all: make(chan struct{})}
	for i := range records {
		l.writer.Produce(ctx, l.record(&records[i]), func(_ *kgo.Record, err error) { a.set(i, l.writeError(err)) })
	}
	select {
	case <-a.all:
	case <-ctx.Done():
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	errs := slices.Clone(a.errs)
	for i, known := range a.known {
		if !known {
			errs[i] = fmt.Errorf("not known to be written: %w", ctx.Err())
		}
	}
	return errs
}

// answers are those to the records of a write.
type answers struct {
	mu      sync.Mutex
	errs    []error
	known   []bool
	missing int
	all     chan struct{} // closed when none is missing
}

func (a *answers) set(i int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.errs[i], a.known[i] = err, true
	if a.missing--; a.missing == 0 {
		close(a.all)
	}
}

// send writes records without waiting; done is called for each.
//
// Errors, to done: also that too much waits to be written.
func (l *Log) send(ctx context.Context, records []Record, done func(error)) {
	for i := range records {
		l.writer.TryProduce(ctx, l.record(&records[i]), func(_ *kgo.Record, err error) { done(l.writeError(err)) })
	}
}

func (l *Log) record(r *Record) *kgo.Record {
	return &kgo.Record{Topic: l.o.Topic.Name, Key: r.Key, Value: r.Value}
}

func (l *Log) writeError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing to topic %s: %w", l.o.Topic.Name, kafka.Denied(l.writer, err, "Write", l.o.Topic.Name))
}
