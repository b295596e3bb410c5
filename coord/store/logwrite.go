package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Write writes records in their order and returns when all replicas that have to have them have them.
// What is written shows once it was read back; ReadToEnd waits for that.
//
// Errors: the first record's that was not written; those before it are, those after it may be, and where
// ctx ended the rest may be too.
func (l *Log) Write(ctx context.Context, records ...Record) error {
	for {
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
}

// writeEach is Write with an error for each record.
func (l *Log) writeEach(ctx context.Context, records []Record) []error {
	errs := make([]error, len(records))
	var wait sync.WaitGroup
	wait.Add(len(records))
	for i := range records {
		l.writer.Produce(ctx, l.record(&records[i]), func(_ *kgo.Record, err error) {
			errs[i] = l.writeError(err)
			wait.Done()
		})
	}
	wait.Wait()
	return errs
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
	return fmt.Errorf("writing to topic %s: %w", l.o.Topic.Name, err)
}
