package connectortest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

// Sink is a sink class and a system for it to write to.
type Sink struct {
	Class *connectors.Class
	// Config makes an empty system and returns the config that writes to it. Each call makes the system
	// anew. t.Cleanup ends it.
	Config func(t testing.TB) map[string]string
	// Read returns what the system holds now, a text for each row, in the order in which it was written;
	// nil where nothing can be read back: then only errors and leaks are seen.
	Read func(t testing.TB, config map[string]string) []string
	// Line is the text by which Read shows a row; nil: the value's text, as batch.AppendLiteral has it.
	Line func(r batch.Row) string
	// Input is the batches to write, each in the form of batchtest.Parse with @topic, @partition and
	// @offset; offsets of a partition ascend, lines differ from one another. nil: text values.
	Input []string
	// Upserts says that rows written again replace themselves, so that Read shows each once.
	Upserts bool
	// Tasks is tasks.max; 0 means 1. All but the first task get nothing to write.
	Tasks int
	// Refused are configs that must be refused.
	Refused []Refusal
	// Bad is a batch like those of Input, of which the sink refuses the rows at the indices BadRows and
	// takes the others; "" skips the check.
	Bad     string
	BadRows []int32
	// Break makes the system fail until repair is called; nil skips the check.
	Break func(t testing.TB, config map[string]string) (repair func())
}

func (s Sink) checks() []check {
	list := []check{
		{"class", func(testing.TB, *batch.Pool) error { return checkClass(s.Class) }},
		{"config", func(t testing.TB, _ *batch.Pool) error { return checkConfig(s.Class, s.Config(t), s.Refused) }},
		{"start and stop", s.startAndStop},
		{"delivery", s.delivery},
		{"selection", s.selection},
		{"interrupt", s.interrupt},
		{"redelivery", s.redelivery},
	}
	if s.Break != nil {
		list = append(list, check{"retriable", s.retriable})
	}
	if s.Bad != "" {
		list = append(list, check{"errant", s.errant})
	}
	return list
}

// life runs f between start and stop of a sink.
func (s Sink) life(t testing.TB, pool *batch.Pool, config map[string]string, f func(*sinkRun) error) error {
	r := &sinkRun{s: s, pool: pool, t: t}
	err := r.start(config)
	if err == nil {
		err = f(r)
	}
	return errors.Join(err, r.stop())
}

// startAndStop stops without a row, and after calls without rows.
func (s Sink) startAndStop(t testing.TB, pool *batch.Pool) error {
	config := s.Config(t)
	for _, puts := range []int{0, 2} {
		err := s.life(t, pool, config, func(r *sinkRun) error {
			for range puts {
				if err := r.put(context.Background()); err != nil {
					return err
				}
			}
			return r.commit()
		})
		if err != nil {
			return fmt.Errorf("stopped after %d puts without rows: %w", puts, err)
		}
	}
	return s.holds(t, config, nil, nil)
}

// delivery writes all input, one batch a put, then the same in one put.
func (s Sink) delivery(t testing.TB, pool *batch.Pool) error {
	for _, at := range []int{1, len(s.input())} {
		config := s.Config(t)
		var want []line
		err := s.life(t, pool, config, func(r *sinkRun) error {
			batches, err := r.batches(s.input())
			if err != nil {
				return err
			}
			want = s.lines(batches)
			for i := 0; i < len(batches) && err == nil; i += at {
				err = r.put(context.Background(), batches[i:min(i+at, len(batches))]...)
			}
			release(batches)
			return errors.Join(err, r.commit())
		})
		if err != nil {
			return fmt.Errorf("%d batches a put: %w", at, err)
		}
		if err := s.holds(t, config, want, nil); err != nil {
			return fmt.Errorf("%d batches a put: %w", at, err)
		}
	}
	return nil
}

// selection writes forks that interleave, leave rows out and have failed rows.
func (s Sink) selection(t testing.TB, pool *batch.Pool) error {
	config := s.Config(t)
	var want []line
	err := s.life(t, pool, config, func(r *sinkRun) error {
		batches, err := r.batches(s.input())
		if err != nil {
			return err
		}
		defer func() { release(batches) }()
		for _, b := range batches {
			odd, even := batch.Selection{}, batch.Selection{}
			for i := range int32(b.Len()) {
				switch {
				case i%5 == 4: // in no fork
				case i%2 == 1:
					odd = append(odd, i)
				default:
					even = append(even, i)
				}
			}
			forks := []*batch.Batch{b.Fork(even), b.Fork(odd)}
			if len(even) > 1 {
				forks[0].Status.Fail(even[1], b.Len(), errors.New("failed before the sink"))
			}
			want = append(want, s.lines(forks)...)
			err = r.put(context.Background(), forks...)
			release(forks)
			if err != nil {
				return err
			}
		}
		return r.commit()
	})
	if err != nil {
		return err
	}
	return s.holds(t, config, want, nil)
}

// interrupt puts with an ended context, which may fail; then the rows come again, as after a restart.
func (s Sink) interrupt(t testing.TB, pool *batch.Pool) error {
	config := s.Config(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var all []line
	for _, ctx := range []context.Context{ctx, context.Background()} {
		err := s.life(t, pool, config, func(r *sinkRun) error {
			batches, err := r.batches(s.input())
			if err != nil {
				return err
			}
			defer release(batches)
			all = s.lines(batches)
			err = within("put", func() error { return r.put(ctx, batches...) })
			if ctx.Err() != nil {
				return nil
			}
			return errors.Join(err, r.commit())
		})
		if err != nil {
			return err
		}
	}
	return s.holds(t, config, all, all)
}

// redelivery stops after every put without a commit, or with one some puts before, and writes again
// what was not committed.
func (s Sink) redelivery(t testing.TB, pool *batch.Pool) error {
	n := len(s.input())
	for stop := 1; stop <= n; stop++ {
		for _, committed := range []int{0, stop / 2, stop} {
			if err := s.redeliverAt(t, pool, stop, committed); err != nil {
				return fmt.Errorf("stopped after put %d, committed after put %d: %w", stop, committed, err)
			}
		}
	}
	return nil
}

func (s Sink) redeliverAt(t testing.TB, pool *batch.Pool, stop, committed int) error {
	config := s.Config(t)
	var all []line
	var position map[connectors.TopicPartition]int64
	for again := range 2 {
		err := s.life(t, pool, config, func(r *sinkRun) error {
			batches, err := r.batches(s.input())
			if err != nil {
				return err
			}
			defer func() { release(batches) }()
			all = s.lines(batches)
			if again == 0 {
				for i, b := range batches[:stop] {
					if err := r.put(context.Background(), b); err != nil {
						return err
					}
					if i+1 == committed {
						if err := r.commit(); err != nil {
							return err
						}
					}
				}
				position = r.committed
				return nil
			}
			for _, b := range batches {
				// A partition is read again from its committed offset.
				if next := position[partitionOf(b)]; b.Offsets[b.Len()-1] >= next {
					if err := r.put(context.Background(), b); err != nil {
						return err
					}
				}
			}
			return r.commit()
		})
		if err != nil {
			return err
		}
	}
	return s.holds(t, config, all, all)
}

// retriable breaks the system under a running task and repairs it.
func (s Sink) retriable(t testing.TB, pool *batch.Pool) error {
	config := s.Config(t)
	var want []line
	err := s.life(t, pool, config, func(r *sinkRun) error {
		batches, err := r.batches(s.input())
		if err != nil {
			return err
		}
		defer release(batches)
		want = s.lines(batches)
		repair := s.Break(t, config)
		for range 2 {
			err := r.put(context.Background(), batches...)
			if err == nil {
				err = r.commit()
			}
			if err == nil || !connectors.IsRetriable(err) {
				repair()
				return fmt.Errorf("put to a broken system returns %s, want a retriable error", said(err))
			}
		}
		repair()
		return errors.Join(r.put(context.Background(), batches...), r.commit())
	})
	if err != nil {
		return err
	}
	return s.holds(t, config, want, want)
}

// errant writes rows that the sink refuses: with a reporter, with one that does not tolerate, without.
func (s Sink) errant(t testing.TB, pool *batch.Pool) error {
	refuse := errors.New("not tolerated")
	for _, c := range []struct {
		name    string
		reports *Reports
	}{{"tolerated", &Reports{}}, {"not tolerated", &Reports{Refuse: refuse}}, {"without reporter", nil}} {
		config := s.Config(t)
		var good []line
		err := s.life(t, pool, config, func(r *sinkRun) error {
			batches, err := r.batches([]string{s.Bad})
			if err != nil {
				return err
			}
			defer release(batches)
			bad := map[int32]bool{}
			for _, i := range s.BadRows {
				bad[i] = true
			}
			for x := range batches[0].Rows() {
				if !bad[x.Index()] {
					good = append(good, s.line(x))
				}
			}
			if c.reports != nil {
				r.context.Reporter = c.reports
			}
			err = r.put(context.Background(), batches...)
			if err == nil {
				err = r.commit()
			}
			switch {
			case c.reports == nil && err == nil:
				return errors.New("a bad row without reporter fails nothing")
			case c.reports != nil && c.reports.Refuse != nil && !errors.Is(err, refuse):
				return fmt.Errorf("put returns %s, not the reporter's error", said(err))
			case c.reports != nil && c.reports.Refuse == nil:
				if err == nil && len(c.reports.Rows) != len(bad) {
					err = fmt.Errorf("%d rows reported, want %d", len(c.reports.Rows), len(bad))
				}
				return err
			}
			good = nil
			return nil
		})
		if err == nil && good != nil {
			err = s.holds(t, config, good, nil)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}
