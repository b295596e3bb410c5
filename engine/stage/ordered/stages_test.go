package ordered

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fate is what a stage does with a batch.
type fate byte

const (
	fine   fate = iota
	bad         // rows fail
	broken      // the batch fails
	again       // is tried twice
	panics
)

// scripted is a stage of batches whose partitions are their places in fates.
type scripted struct {
	fates    []fate
	operator *errant.Operator
	helper   bool
	out      *atomic.Int64 // results that nobody let go of
	at       func(place int32, helper bool)
	tries    int
	order    []int32 // that the task's own stage did
}

var errBroken = errors.New("broken")

func (s *scripted) Run(ctx context.Context, b *batch.Batch) (out []*batch.Batch, failed []errant.RowError, err error) {
	place := b.Partition
	if s.at != nil {
		s.at(place, s.helper)
	}
	if !s.helper {
		s.order = append(s.order, place)
	}
	defer func() { s.out.Add(int64(len(out))) }()
	switch s.fates[place] {
	case bad:
		failed = []errant.RowError{{Row: 1, Stage: errant.ValueConverter, Err: fmt.Errorf("bad %d", place)}}
	case broken:
		return nil, nil, errBroken
	case again:
		first := true
		if err := s.operator.Do(ctx, func() error {
			if first {
				first = false
				return connectors.Retriable(errors.New("busy"))
			}
			s.tries++
			return nil
		}); err != nil {
			return nil, nil, err
		}
	case panics:
		panic(fmt.Sprintf("oops %d", place))
	case fine:
	}
	return []*batch.Batch{b.Fork(nil)}, failed, nil
}

// retries counts what a metric would.
type retries struct {
	errant.Metrics
	n int
}

func (r *retries) Retries(n int) { r.n += n }
func (r *retries) Failures(int)  {}

// kit is the stages of a task with helpers, and what they share.
type kit struct {
	*Stages
	own *scripted
	out atomic.Int64
	m   retries
}

func newKit(fates []fate, helpers int, at func(int32, bool)) *kit {
	k := &kit{}
	op := errant.NewOperator(errant.Options{RetryTimeout: time.Hour, Metrics: &k.m})
	k.own = &scripted{fates: fates, operator: op, out: &k.out, at: at}
	var list []Helper
	for range helpers {
		trial := op.Trial()
		list = append(list, Helper{&scripted{fates: fates, operator: trial, helper: true, out: &k.out, at: at}, trial})
	}
	k.Stages = New(k.own, func(b *batch.Batch) {
		b.Release()
		k.out.Add(-1)
	}, list...)
	return k
}

// batches returns as many batches, of enough rows to wake helpers for.
func batches(t testing.TB, pool *batch.Pool, n int) []*batch.Batch {
	var list []*batch.Batch
	for i := range n {
		b := pool.New(rowsMin)
		b.Partition = int32(i)
		t.Cleanup(b.Release)
		list = append(list, b)
	}
	return list
}

// run goes through a list as a task does and returns what came of it, up to the first batch that fails.
func (k *kit) run(t *testing.T, list []*batch.Batch) (got []string) {
	t.Helper()
	k.Begin(t.Context(), list)
	defer k.End()
	defer func() {
		if r := recover(); r != nil {
			got = append(got, fmt.Sprint(r))
		}
	}()
	for _, b := range list {
		out, failed, err := k.Run(t.Context(), b)
		text := fmt.Sprintf("%d: %v", b.Partition, err)
		for _, o := range out {
			text += fmt.Sprint(" partition ", o.Partition)
			k.release(o)
		}
		for _, f := range failed {
			text += fmt.Sprint(" row ", f.Row, " ", f.Err)
		}
		if got = append(got, text); err != nil {
			return got
		}
	}
	return got
}

// TestStages_AsOnOneCore: whatever becomes of batches, results, retries and the end are those of one core.
func TestStages_AsOnOneCore(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 0))
		var fates []fate
		for range 1 + rng.IntN(12) {
			f := fine
			if rng.IntN(3) == 0 {
				f = fate(rng.IntN(4))
			}
			if rng.IntN(30) == 0 {
				f = panics
			}
			fates = append(fates, f)
		}
		list := batches(t, batch.NewPool(mem.Checked(t)), len(fates))
		one := newKit(fates, 0, nil)
		want := one.run(t, list)
		for helpers := 1; helpers < 4; helpers++ {
			many := newKit(fates, helpers, nil)
			for pass := range 3 { // those after a panic too
				many.own.tries, many.m.n = 0, 0
				if got := many.run(t, list); !slices.Equal(got, want) {
					t.Fatalf("seed %d, %d helpers, pass %d:\n%q\nwant\n%q", seed, helpers, pass, got, want)
				}
				if many.own.tries != one.own.tries || many.m.n != one.m.n {
					t.Fatalf("seed %d, %d helpers: %d tries and %d retries, want %d and %d", seed, helpers, many.own.tries, many.m.n, one.own.tries, one.m.n)
				}
				if n := many.out.Load(); n != 0 {
					t.Fatalf("seed %d, %d helpers: %d results are not let go of", seed, helpers, n)
				}
			}
		}
	}
}

// TestStages_WorkBesideEachOther: while the task is at the first batch, helpers do all others.
func TestStages_WorkBesideEachOther(t *testing.T) {
	fates := make([]fate, 7)
	var others sync.WaitGroup
	others.Add(len(fates) - 1)
	k := newKit(fates, 2, func(place int32, helper bool) {
		if place == 0 {
			others.Wait()
		} else if helper {
			others.Done()
		}
	})
	if got := k.run(t, batches(t, batch.NewPool(mem.Checked(t)), len(fates))); len(got) != len(fates) {
		t.Error(got)
	}
	if !slices.Equal(k.own.order, []int32{0}) {
		t.Errorf("the task did %v", k.own.order)
	}
}

// TestStages_NobodyIsWokenForLittle: one batch, or few rows, are the task's alone.
func TestStages_NobodyIsWokenForLittle(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	few := []*batch.Batch{pool.New(1), pool.New(rowsMin - 2)}
	for i, b := range few {
		b.Partition = int32(i)
		t.Cleanup(b.Release)
	}
	for _, list := range [][]*batch.Batch{few, batches(t, pool, 1), nil} {
		k := newKit(make([]fate, 2), 2, func(_ int32, helper bool) {
			if helper {
				t.Error("a helper works")
			}
		})
		if got := k.run(t, list); len(got) != len(list) {
			t.Error(got)
		}
	}
}

// TestStages_ThatPanickedIsNotUsedAgain: nobody knows what state a stage is in that panicked.
func TestStages_ThatPanickedIsNotUsedAgain(t *testing.T) {
	fates := []fate{fine, panics}
	taken := make(chan struct{})
	var helped atomic.Int32
	k := newKit(fates, 1, func(_ int32, helper bool) {
		if !helper {
			<-taken
		} else if helped.Add(1) == 1 {
			close(taken)
		}
	})
	list := batches(t, batch.NewPool(mem.Checked(t)), 2)
	for range 2 {
		if got := k.run(t, list); got[len(got)-1] != "oops 1" {
			t.Error(got)
		}
	}
	if helped.Load() != 1 {
		t.Errorf("the helper worked %d times", helped.Load())
	}
}

// BenchmarkStages is what helpers cost beside the stage, for a list of eight batches.
func BenchmarkStages(b *testing.B) {
	for helpers := range 3 {
		b.Run(fmt.Sprintf("helpers=%d", helpers), func(b *testing.B) {
			k := newKit(make([]fate, 8), helpers, nil)
			list := batches(b, batch.NewPool(mem.NewPool()), 8)
			b.ReportAllocs()
			for b.Loop() {
				k.own.order = k.own.order[:0]
				k.Begin(b.Context(), list)
				for _, x := range list {
					out, _, err := k.Run(b.Context(), x)
					if err != nil {
						b.Fatal(err)
					}
					for _, o := range out {
						k.release(o)
					}
				}
				k.End()
			}
		})
	}
}
