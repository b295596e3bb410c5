package stage

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
)

// TestOrder_ForksExchanged: the forks were sorted after it was noted which rows are in which, so rows
// went to wrong schemas where the first fork did not hold the first row.
func TestOrder_ForksExchanged(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	b := pool.New(4)
	defer b.Release()
	fork := func(name string, sel ...int32) *batch.Batch {
		f := b.Fork(sel)
		f.Topics = batch.OneTopic(name)
		return f
	}
	out := Order([]*batch.Batch{fork("odd", 1, 3), fork("even", 0, 2)})
	var got []string
	for _, o := range out {
		for range o.Sel {
			got = append(got, o.Topics.At(0))
		}
	}
	releaseAll(out)
	if want := []string{"even", "odd", "even", "odd"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestOrder_Random: rows come in order and stay with their forks; forks that need no cut stay whole.
func TestOrder_Random(t *testing.T) {
	pool := batch.NewPool(mem.Checked(t))
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 9))
		n := 1 + rng.IntN(30)
		b := pool.New(n)
		sel := make([]batch.Selection, 1+rng.IntN(5))
		want := map[int32]int32{}
		for r := range int32(n) {
			if k := rng.IntN(len(sel) + 1); k < len(sel) {
				if rng.IntN(3) > 0 && r > 0 {
					if last, ok := want[r-1]; ok {
						k = int(last)
					}
				}
				sel[k] = append(sel[k], r)
				want[r] = int32(k)
			}
		}
		var forks []*batch.Batch
		for k, s := range sel {
			if len(s) > 0 {
				f := b.Fork(s)
				f.Partition = int32(k)
				forks = append(forks, f)
			}
		}
		rng.Shuffle(len(forks), func(i, j int) { forks[i], forks[j] = forks[j], forks[i] })
		out := Order(forks)
		last, rows := int32(-1), 0
		for _, o := range out {
			for _, r := range o.Sel {
				if r <= last || o.Partition != want[r] {
					t.Fatalf("seed %d: row %d of fork %d after row %d", seed, r, o.Partition, last)
				}
				last = r
				rows++
			}
		}
		if rows != len(want) {
			t.Fatalf("seed %d: %d rows of %d", seed, rows, len(want))
		}
		releaseAll(out)
		b.Release()
	}
}
