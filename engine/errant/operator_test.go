package errant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors"
)

var errOp = errors.New("no")

// TestDo_RetryTimes: 300 ms doubling, cut at the deadline, which counts from the beginning of the first
// attempt. Source: RetryWithToleranceOperator.
func TestDo_RetryTimes(t *testing.T) {
	ms := func(n ...int) (out []time.Duration) {
		for _, v := range n {
			out = append(out, time.Duration(v)*time.Millisecond)
		}
		return out
	}
	for _, c := range []struct {
		name           string
		timeout, delay time.Duration
		took           time.Duration // by each attempt
		at             []time.Duration
		failures       int
		retries        int
	}{
		{"no retries", 0, time.Minute, 0, ms(0), 1, 0},
		{"until the deadline", 3 * time.Second, time.Minute, 0, ms(0, 300, 900, 2100, 3000), 5, 4},
		{"attempts take time", 1500 * time.Millisecond, time.Minute, 200 * time.Millisecond, ms(0, 500, 1300), 3, 2},
		{"deadline below the first delay", 100 * time.Millisecond, time.Minute, 0, ms(0, 100), 2, 1},
		{"no delay", 2 * time.Second, 0, time.Second, ms(0, 1000), 2, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &counts{}
				o := NewOperator(Options{RetryTimeout: c.timeout, RetryDelayMax: c.delay, Metrics: m, Rand: fixedRand()})
				began := time.Now()
				var at []time.Duration
				err := o.Do(t.Context(), func() error {
					at = append(at, time.Since(began))
					time.Sleep(c.took)
					return connectors.Retriable(errOp)
				})
				if !errors.Is(err, errOp) || m.failures != c.failures || m.retries != c.retries {
					t.Errorf("%v, %+v", err, m)
				}
				if !slices.Equal(at, c.at) {
					t.Errorf("attempts at %v, want %v", at, c.at)
				}
			})
		})
	}
}

// TestDo_Jitter: above errors.retry.delay.max.ms the delay is at random below it.
func TestDo_Jitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := NewOperator(Options{RetryTimeout: -1, RetryDelayMax: time.Second, Rand: fixedRand()})
		var delays []time.Duration
		last := time.Now()
		n := 0
		if err := o.Do(t.Context(), func() error {
			delays = append(delays, time.Since(last))
			last = time.Now()
			if n++; n == 40 {
				return nil
			}
			return connectors.Retriable(errOp)
		}); err != nil {
			t.Fatal(err)
		}
		if delays[1] != 300*time.Millisecond || delays[2] != 600*time.Millisecond {
			t.Errorf("first delays: %v", delays[:3])
		}
		different := map[time.Duration]bool{}
		for _, d := range delays[3:] {
			if d >= time.Second {
				t.Errorf("delay %v", d)
			}
			different[d] = true
		}
		if len(different) < 10 {
			t.Errorf("delays are not random: %v", delays)
		}
	})
}

// TestDo_OthersAreNotTriedAgain: only errors that say that they are retriable.
func TestDo_OthersAreNotTriedAgain(t *testing.T) {
	m := &counts{}
	o := NewOperator(Options{RetryTimeout: -1, RetryDelayMax: time.Minute, Metrics: m})
	n := 0
	if err := o.Do(t.Context(), func() error { n++; return errOp }); !errors.Is(err, errOp) || n != 1 || *m != (counts{}) {
		t.Errorf("%v after %d attempts, %+v", err, n, m)
	}
}

// TestDo_StopEndsTheWait, and so does the end of the task's context.
func TestDo_StopEndsTheWait(t *testing.T) {
	for _, how := range []string{"stop", "context"} {
		synctest.Test(t, func(t *testing.T) {
			o := NewOperator(Options{RetryTimeout: -1, RetryDelayMax: time.Hour})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			time.AfterFunc(100*time.Millisecond, func() {
				if how == "stop" {
					o.Stop()
					o.Stop() // once more does nothing
				} else {
					cancel()
				}
			})
			began, n := time.Now(), 0
			err := o.Do(ctx, func() error { n++; return connectors.Retriable(errOp) })
			if !errors.Is(err, errOp) || n != 1 || time.Since(began) != 100*time.Millisecond {
				t.Errorf("%s: %v after %d attempts and %v", how, err, n, time.Since(began))
			}
		})
	}
}

func rowErrors(rows ...int32) []RowError {
	var out []RowError
	for _, r := range rows {
		out = append(out, RowError{Row: r, Stage: ValueConverter, Class: "C", Err: errOp})
	}
	return out
}

// TestFailed_Tolerated: every row is counted and reported, in row order, and the task goes on.
func TestFailed_Tolerated(t *testing.T) {
	m, k1, k2 := &counts{}, &keeper{}, &keeper{answer: done{}}
	o := NewOperator(Options{TolerateAll: true, Metrics: m}, k1, k2)
	var reports Reports
	b := &batch.Batch{Origin: batch.Origin{Topic: "t", Partition: 4}}
	if err := o.Failed(t.Context(), b, rowErrors(7, 2, 5), &reports); err != nil {
		t.Fatal(err)
	}
	if want := []int32{2, 5, 7}; !slices.Equal(k1.rows, want) || !slices.Equal(k2.rows, want) {
		t.Errorf("reported %v and %v", k1.rows, k2.rows)
	}
	if m.last.IsZero() {
		t.Error("no time of the last error")
	}
	m.last = time.Time{}
	if *m != (counts{failures: 3, errors: 3, skipped: 3}) {
		t.Errorf("%+v", m)
	}
	if n := len(reports.open[connectors.TopicPartition{Topic: "t", Partition: 4}]); n != 3 {
		t.Errorf("%d reports to wait for", n)
	}
	if !o.WithinTolerance() || !o.TolerateAll() {
		t.Error("not within tolerance")
	}
	if err := o.Failed(t.Context(), b, nil, nil); err != nil {
		t.Error(err)
	}
}

// TestFailed_NotTolerated: the first row is reported and fails the task; Java's text, cause kept.
func TestFailed_NotTolerated(t *testing.T) {
	m, k := &counts{}, &keeper{}
	o := NewOperator(Options{Metrics: m}, k)
	if !o.WithinTolerance() {
		t.Error("nothing failed and tolerance is exceeded")
	}
	err := o.Failed(t.Context(), &batch.Batch{}, rowErrors(3, 1), nil)
	if err == nil || err.Error() != "Tolerance exceeded in error handler" || !errors.Is(err, errOp) || Class(err) != connectors.ConnectException {
		t.Errorf("%v", err)
	}
	m.last = time.Time{}
	if !slices.Equal(k.rows, []int32{1}) || *m != (counts{failures: 1, errors: 1}) {
		t.Errorf("reported %v, %+v", k.rows, m)
	}
	if o.WithinTolerance() {
		t.Error("within tolerance after a failure")
	}
}

// TestReport: a row that a sink or Kafka refused. Source: RetryWithToleranceOperator.executeFailed.
func TestReport(t *testing.T) {
	e := &RowError{Row: 1, Stage: TaskPut, Class: "C", Err: errOp}
	m, k := &counts{}, &keeper{answer: done{}}
	o := NewOperator(Options{TolerateAll: true, Metrics: m}, k)
	r, err := o.Report(t.Context(), &batch.Batch{}, e, nil)
	m.last = time.Time{}
	if err != nil || r == nil || *m != (counts{failures: 1}) {
		t.Errorf("%v %v %+v", r, err, m)
	}
	m = &counts{}
	o = NewOperator(Options{Metrics: m}, k)
	r, err = o.Report(t.Context(), &batch.Batch{}, e, nil)
	m.last = time.Time{}
	if err == nil || r == nil || *m != (counts{failures: 1, errors: 1}) || len(k.rows) != 2 {
		t.Errorf("%v %v %+v", r, err, m)
	}
}

// TestClose_ClosesAll reporters, also behind one that fails.
func TestClose_ClosesAll(t *testing.T) {
	k1, k2 := &keeper{err: errOp}, &keeper{}
	if err := NewOperator(Options{}, k1, k2).Close(); !errors.Is(err, errOp) || k1.closed != 1 || k2.closed != 1 {
		t.Errorf("%v", err)
	}
}

// done is a report that arrived.
type done struct{ err error }

func (d done) Wait(context.Context) error { return d.err }

func (d done) arrived() bool { return d.err == nil }

// TestReports: offsets wait for the reports of their partitions, and a lost one fails the task.
func TestReports(t *testing.T) {
	a, b := connectors.TopicPartition{Topic: "t", Partition: 0}, connectors.TopicPartition{Topic: "t", Partition: 1}
	var r Reports
	r.add(a, done{})
	r.add(b, done{errOp})
	if err := r.Await(t.Context(), []connectors.TopicPartition{a}); err != nil {
		t.Error(err)
	}
	for range 2 { // the task that fails of it must not commit on its way out
		if err := r.Await(t.Context(), []connectors.TopicPartition{a, b}); !errors.Is(err, errOp) {
			t.Errorf("%v", err)
		}
	}
	r.Forget([]connectors.TopicPartition{b})
	if err := r.Await(t.Context(), []connectors.TopicPartition{b}); err != nil {
		t.Error(err)
	}
}

// TestReports_DoNotPileUp: between two commits of offsets any number of letters may arrive; the failed
// ones are kept.
func TestReports_DoNotPileUp(t *testing.T) {
	a := connectors.TopicPartition{Topic: "t"}
	var r Reports
	r.add(a, done{errOp})
	for range 100_000 {
		r.add(a, done{})
	}
	if n := len(r.open[a]); n > 2*sweepAt {
		t.Errorf("%d reports are kept", n)
	}
	if err := r.Await(t.Context(), []connectors.TopicPartition{a}); !errors.Is(err, errOp) {
		t.Errorf("%v", err)
	}
}

// TestClass_OfKafkasRefusals is Java's for what brokers say of records. Source: Errors.
func TestClass_OfKafkasRefusals(t *testing.T) {
	for err, want := range map[*kerr.Error]string{
		kerr.MessageTooLarge:           "org.apache.kafka.common.errors.RecordTooLargeException",
		kerr.InvalidRecord:             "org.apache.kafka.common.InvalidRecordException",
		kerr.TopicAuthorizationFailed:  "org.apache.kafka.common.errors.TopicAuthorizationException",
		kerr.CoordinatorLoadInProgress: connectors.ConnectException,
	} {
		if got := Class(fmt.Errorf("produce: %w", err)); got != want {
			t.Errorf("%v is a %s, want %s", err, got, want)
		}
	}
}

// TestRetries_AreCountedByRows: each row is an operation, as in Java, and the first attempt is one too.
func TestRetries_AreCountedByRows(t *testing.T) {
	m := &counts{}
	o := NewOperator(Options{TolerateAll: true, Metrics: m})
	errs := rowErrors(1)
	errs[0].Err = connectors.Retriable(errOp)
	if err := o.Failed(t.Context(), &batch.Batch{}, errs, nil); err != nil || m.failures != 2 {
		t.Errorf("without retries: %v, %d failures", err, m.failures)
	}
	synctest.Test(t, func(t *testing.T) {
		m := &counts{}
		o := NewOperator(Options{RetryTimeout: time.Second, RetryDelayMax: time.Minute, Metrics: m})
		a := o.Attempts()
		if !a.Next(t.Context(), 3) || m.failures != 3 || m.retries != 3 {
			t.Errorf("%+v", m)
		}
		began, n := time.Now(), 0
		if err := o.Again(t.Context(), connectors.Retriable(errOp), func() error { n++; return nil }); err != nil || n != 1 || time.Since(began) != retryDelayMin {
			t.Errorf("%v after %d more attempts and %v", err, n, time.Since(began))
		}
	})
}
