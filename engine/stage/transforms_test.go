package stage

import (
	"errors"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/smt"
)

// broken is a transform and predicate that fails, and that counts how often it is closed.
type broken struct {
	err    error
	closed int
}

func (b *broken) Apply(*batch.Batch) ([]*batch.Batch, error) { return nil, b.err }
func (b *broken) Test(_ *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	return yes, no, b.err
}

func (b *broken) Close() error {
	b.closed++
	return b.err
}

var errBroken = errors.New("broken")

// TestChain_ErrorReleasesAll: a transform or predicate that fails a task holds nothing back.
func TestChain_ErrorReleasesAll(t *testing.T) {
	split := step("T", func(r smt.Record) (smt.Record, bool, error) {
		if r.Value.Str() == "b" {
			r.ValueSchema = schemaOf('b')
		}
		return r, true, nil
	})
	list := []rec{{nil, "a", nil}, {nil, "b", nil}, {nil, "a", nil}}
	for name, steps := range map[string][]Step{
		"transform":          {split, {Class: "B", Transform: &broken{err: errBroken}}},
		"predicate":          {split, {Class: "B", Transform: &broken{}, Predicate: &broken{err: errBroken}}},
		"first":              {{Class: "B", Transform: &broken{err: errBroken}}},
		"behind a predicate": {{Class: "B", Transform: &broken{err: errBroken}, Predicate: having{"b"}}},
	} {
		pool := batch.NewPool(mem.Checked(t))
		b := polled(t, pool, list)
		out, _, err := (&Chain{Steps: steps}).Run(b.Fork(nil), nil)
		if !errors.Is(err, errBroken) || out != nil {
			t.Errorf("%s: %v %v", name, out, err)
		}
		b.Release()
	}
}

// TestChain_Attempt: whole-batch failures go through what tries again.
func TestChain_Attempt(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	b := polled(t, pool, []rec{{nil, "a", nil}})
	defer b.Release()
	tr, tries := &broken{err: errBroken}, 0
	c := &Chain{Steps: []Step{{Class: "B", Transform: tr}}, Attempt: func(op func() error) error {
		for {
			tries++
			if err := op(); err == nil || tries == 3 {
				return err
			}
			tr.err = nil
		}
	}}
	out, _, err := c.Run(b.Fork(nil), nil)
	if err != nil || tries != 2 || len(out) != 1 {
		t.Errorf("%v after %d tries", err, tries)
	}
	releaseAll(out)
}

// TestChain_PredicateDoesNotCutForGood: rows that a predicate keeps from a transform come back into one
// batch with the others where the transform changed nothing but the selection.
func TestChain_PredicateDoesNotCutForGood(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	b := polled(t, pool, []rec{{nil, "a", nil}, {nil, "b1", nil}, {nil, "c", nil}, {nil, "b2", nil}})
	defer b.Release()
	drop := Step{Class: "D", Predicate: having{"b"}, Transform: smt.Rows(func(r smt.Record) (smt.Record, bool, error) { return r, r.Value.Str() != "b1", nil }, nil)}
	out, _, err := (&Chain{Steps: []Step{drop}}).Run(b.Fork(nil), nil)
	if err != nil || len(out) != 1 || out[0].Live() != 3 {
		t.Errorf("%v %v", out, err)
	}
	releaseAll(out)
}

// TestChain_NoRowsNoBatches: nothing goes on when nothing is left.
func TestChain_NoRowsNoBatches(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	b := polled(t, pool, []rec{{nil, "a", nil}})
	defer b.Release()
	none := Step{Class: "D", Transform: smt.Rows(func(r smt.Record) (smt.Record, bool, error) { return r, false, nil }, nil)}
	never := Step{Class: "N", Transform: &broken{err: errBroken}}
	if out, _, err := (&Chain{Steps: []Step{none, never}}).Run(b.Fork(nil), nil); err != nil || len(out) != 0 {
		t.Errorf("%v %v", out, err)
	}
}

// TestChain_Close closes everything and tells the first failure.
func TestChain_Close(t *testing.T) {
	a, p, z := &broken{}, &broken{err: errBroken}, &broken{err: errors.New("later")}
	c := &Chain{Steps: []Step{{Transform: a, Predicate: p}, {Transform: z}}}
	if err := c.Close(); !errors.Is(err, errBroken) || a.closed+p.closed+z.closed != 3 {
		t.Errorf("%v, %d %d %d", err, a.closed, p.closed, z.closed)
	}
}

// TestChain_Projection: transforms may read anything; without any, what follows decides.
func TestChain_Projection(t *testing.T) {
	want := &batch.Projection{}
	if k, v := (&Chain{}).Projection(want, nil); k != want || v != nil {
		t.Errorf("%v %v", k, v)
	}
	if k, v := (&Chain{Steps: []Step{{}}}).Projection(want, want); k != nil || v != nil {
		t.Errorf("%v %v", k, v)
	}
}
