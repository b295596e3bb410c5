package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// waiter waits until the log has been read to where it ended when it was asked.
type waiter struct{ done chan error }

// ReadToEnd returns when everything has been applied that was in the topic when it was called.
//
// Errors: the end of ctx, a closed log, and *Error where the brokers refuse to tell the end.
func (l *Log) ReadToEnd(ctx context.Context) error {
	w := &waiter{done: make(chan error, 1)}
	l.mu.Lock()
	if l.closed || l.cancel == nil {
		l.mu.Unlock()
		return errClosed
	}
	l.waiters = append(l.waiters, w)
	l.mu.Unlock()
	signal(l.asked)
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		l.mu.Lock()
		l.waiters = slices.DeleteFunc(l.waiters, func(o *waiter) bool { return o == w })
		l.mu.Unlock()
		return fmt.Errorf("reading topic %s to its end: %w", l.o.Topic.Name, ctx.Err())
	}
}

// serve answers those who wait for the end, all that wait by then with one question to the brokers.
func (l *Log) serve(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			l.end(errClosed)
			return
		case <-l.asked:
		}
		l.mu.Lock()
		waiters := l.waiters
		l.waiters = nil
		l.mu.Unlock()
		if len(waiters) == 0 {
			continue
		}
		ends, err := l.offsetsPatiently(ctx, latest)
		if err == nil && !l.await(ctx, ends) || err != nil && ctx.Err() != nil {
			err = errClosed
		}
		for _, w := range waiters {
			w.done <- err
		}
	}
}

// end gives err to all who wait.
func (l *Log) end(err error) {
	l.mu.Lock()
	waiters := l.waiters
	l.waiters = nil
	l.mu.Unlock()
	for _, w := range waiters {
		w.done <- err
	}
}

// await waits until the positions have reached ends; false when ctx ends.
func (l *Log) await(ctx context.Context, ends []int64) bool {
	stall := time.NewTicker(stallAfter)
	defer stall.Stop()
	said := time.Now()
	for {
		left := l.left(ends)
		if left == 0 {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-l.moved:
			stall.Reset(stallAfter)
		case <-stall.C:
			l.look(ctx, ends)
		}
		if time.Since(said) >= progressLine {
			said = time.Now()
			l.log.Info("reading the internal topic", "records_left_max", left)
		}
	}
}

// left is how many offsets there are between the positions and ends.
func (l *Log) left(ends []int64) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	var n int64
	for p, end := range ends[:min(len(ends), len(l.positions))] {
		n += max(0, end-l.positions[p])
	}
	return n
}
