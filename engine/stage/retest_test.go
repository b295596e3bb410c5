package stage

import (
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/smt"
)

// hesitant is a predicate of "a" that fails in a way that may pass: for "a" and "b" twice, for "never" always.
type hesitant struct{ asked map[string]int }

func (h *hesitant) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	for r := range b.Rows() {
		v := r.Value().Str()
		if h.asked[v]++; v == "never" || v != "c" && h.asked[v] <= 2 {
			b.Status.Fail(r.Index(), b.Len(), connectors.Retriable(errBroken))
		} else if v == "a" {
			yes = append(yes, r.Index())
		} else {
			no = append(no, r.Index())
		}
	}
	return yes, no, nil
}

func (*hesitant) Close() error { return nil }

// TestChain_PredicatesAreTriedAgain, each row by itself, as transforms are.
// Source: TransformationChain.apply, which runs a stage with its predicate under the operator.
func TestChain_PredicatesAreTriedAgain(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	b := polled(t, pool, []rec{{nil, "a", nil}, {nil, "never", nil}, {nil, "b", nil}, {nil, "c", nil}})
	defer b.Release()
	s := step("T", func(r smt.Record) (smt.Record, bool, error) { return r, false, nil })
	h := &hesitant{asked: map[string]int{}}
	s.Predicate = h
	c := &Chain{Steps: []Step{s}, Attempt: func(op func() error) (err error) {
		for range 4 {
			if err = op(); err == nil || !connectors.IsRetriable(err) {
				break
			}
		}
		return err
	}}
	out, failed, err := c.Run(b.Fork(nil), nil)
	if err != nil || len(failed) != 1 || failed[0].Row != 1 || failed[0].Class != "T" {
		t.Fatalf("%v, failed %v", err, failed)
	}
	var left []int32
	for _, o := range out {
		left = append(left, o.Sel...)
	}
	if slices.Sort(left); !slices.Equal(left, []int32{2, 3}) {
		t.Errorf("rows %v are left, want those that the predicate is not true of", left)
	}
	if h.asked["a"] != 3 || h.asked["b"] != 3 || h.asked["c"] != 1 || h.asked["never"] != 4 {
		t.Errorf("asked %v", h.asked)
	}
	releaseAll(out)
}
