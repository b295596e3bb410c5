package connectortest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// Source is a source class and a system for it to read.
type Source struct {
	Class *connectors.Class
	// Config makes a system with data and returns the config that reads it. Each call makes the system
	// anew: rows and source positions are the same every time. t.Cleanup ends it.
	Config func(t testing.TB) map[string]string
	// Rows is how many rows the kit reads: all there are, or some of an Endless source. A few dozen, in
	// several polls, show most.
	Rows    int
	Endless bool
	// Tasks is tasks.max; 0 means 1.
	Tasks int
	// Repeats says that a new task may begin before the committed offset, and so repeat rows or parts of
	// them. The rows must differ from one another then.
	Repeats bool
	// Refused are configs that must be refused.
	Refused []Refusal
	// Break makes the system that config names fail or vanish, until repair is called; nil skips the
	// check. It is called before the first poll.
	Break func(t testing.TB, config map[string]string) (repair func())
}

// cutsMax bounds how many places a source is killed at.
const cutsMax = 24

func (s Source) checks() []check {
	list := []check{
		{"class", func(testing.TB, *batch.Pool) error { return checkClass(s.Class) }},
		{"config", func(t testing.TB, _ *batch.Pool) error { return checkConfig(s.Class, s.Config(t), s.Refused) }},
		{"start and stop", s.startAndStop},
		{"delivery", s.delivery},
		{"interrupt", s.interrupt},
		{"resume", s.resume},
	}
	if s.Break != nil {
		list = append(list, check{"retriable", s.retriable})
	}
	return list
}

// startAndStop stops before, and right after, the first poll.
func (s Source) startAndStop(t testing.TB, pool *batch.Pool) error {
	for polls := range 2 {
		r := &sourceRun{s: s, pool: pool, store: &Offsets{}}
		err := r.start(s.Config(t))
		for range polls {
			if err == nil {
				_, err = r.poll(context.Background())
			}
		}
		if err = errors.Join(err, r.stop()); err != nil {
			return fmt.Errorf("stopped after %d polls: %w", polls, err)
		}
	}
	return nil
}

// read returns the rows of an undisturbed run.
func (s Source) read(t testing.TB, pool *batch.Pool) (rows []row, polls []int, err error) {
	r := &sourceRun{s: s, pool: pool, store: &Offsets{}}
	err = r.start(s.Config(t))
	if err == nil {
		rows, polls, err = r.read(s.Rows, nil)
	}
	return rows, polls, errors.Join(err, r.stop())
}

// delivery checks that two runs see the same rows, whole, each at a place of its own.
func (s Source) delivery(t testing.TB, pool *batch.Pool) error {
	first, _, err := s.read(t, pool)
	if err != nil {
		return err
	}
	second, _, err := s.read(t, pool)
	if err != nil {
		return err
	}
	return s.same("a second run", byPartition(first), byPartition(second))
}

// interrupt polls with ended contexts between all others, and ends one that waits.
func (s Source) interrupt(t testing.TB, pool *batch.Pool) error {
	want, _, err := s.read(t, pool)
	if err != nil {
		return err
	}
	r := &sourceRun{s: s, pool: pool, store: &Offsets{}, ended: true}
	err = r.start(s.Config(t))
	var got []row
	if err == nil {
		got, _, err = r.read(s.Rows, nil)
	}
	if err == nil && !s.Endless {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() {
			done <- within("poll after its context ended", func() error { _, err := r.poll(ctx); return err })
		}()
		cancel()
		if err = <-done; errors.Is(err, context.Canceled) {
			err = nil
		}
	}
	if err = errors.Join(err, r.stop()); err != nil {
		return err
	}
	return s.same("polling with ended contexts", byPartition(want), byPartition(got))
}

// resume kills the source after every poll, with all rows so far committed, or some of the last poll.
func (s Source) resume(t testing.TB, pool *batch.Pool) error {
	want, polls, err := s.read(t, pool)
	if err != nil {
		return err
	}
	step := max(1, len(polls)/cutsMax)
	before := 0
	for k := 0; k < len(polls); k += step {
		for _, committed := range []int{before, (before + polls[k]) / 2, polls[k]} {
			if err := s.resumeAt(t, pool, want, k+1, committed); err != nil {
				return fmt.Errorf("killed after poll %d with %d rows committed: %w", k+1, committed, err)
			}
		}
		before = polls[k]
	}
	return nil
}

func (s Source) resumeAt(t testing.TB, pool *batch.Pool, want []row, polls, committed int) error {
	config := s.Config(t)
	store := &Offsets{}
	r := &sourceRun{s: s, pool: pool, store: store}
	err := r.start(config)
	var got []row
	for range polls {
		if err == nil {
			var rows []row
			rows, err = r.poll(context.Background())
			got = append(got, rows...)
		}
	}
	committed = min(committed, len(got))
	if err == nil {
		err = r.commit(got[:committed])
	}
	if err = errors.Join(err, r.stop()); err != nil {
		return err
	}

	left := byPartition(want)
	for id, rows := range byPartition(got[:committed]) {
		left[id] = left[id][min(len(rows), len(left[id])):]
	}
	var done func([]row) bool
	if s.Repeats {
		done = seen(left)
	}
	r = &sourceRun{s: s, pool: pool, store: store}
	err = r.start(config)
	var rest []row
	if err == nil {
		rest, _, err = r.read(len(want)-committed, done)
	}
	if err = errors.Join(err, r.stop()); err != nil {
		return err
	}
	return s.same("the new task", left, byPartition(rest))
}

// retriable breaks the system before the first poll and repairs it after some.
func (s Source) retriable(t testing.TB, pool *batch.Pool) error {
	want, _, err := s.read(t, pool)
	if err != nil {
		return err
	}
	config := s.Config(t)
	repair := s.Break(t, config)
	r := &sourceRun{s: s, pool: pool, store: &Offsets{}}
	err = r.start(config)
	if err == nil {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		for range 3 {
			rows, perr := r.poll(ctx)
			if len(rows) > 0 {
				err = fmt.Errorf("%d rows of a broken system", len(rows))
			}
			if perr != nil && !connectors.IsRetriable(perr) && !errors.Is(perr, context.Canceled) {
				err = fmt.Errorf("poll of a broken system is not retriable: %w", perr)
			}
		}
	}
	repair()
	var got []row
	if err == nil {
		got, _, err = r.read(s.Rows, nil)
	}
	if err = errors.Join(err, r.stop()); err != nil {
		return err
	}
	return s.same("after the repair", byPartition(want), byPartition(got))
}
