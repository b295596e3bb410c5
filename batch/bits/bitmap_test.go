package bits_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch/bits"
)

func TestBitmap_AgreesWithASetOfNumbers(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		n := r.IntN(200)
		a, b := bits.New(n), bits.New(n)
		in := make([][2]bool, n)
		var want []int32
		for i := range n {
			in[i] = [2]bool{r.IntN(2) == 0, r.IntN(2) == 0}
			a.SetTo(i, in[i][0])
			b.SetTo(i, in[i][1])
			if in[i][0] {
				want = append(want, int32(i))
			}
		}
		if got := a.AppendIndices(nil, n); !slices.Equal(got, want) {
			t.Fatalf("indices %v, want %v", got, want)
		}
		if a.Count(n) != len(want) || a.Any() != (len(want) > 0) || a.All(n) != (len(want) == n) {
			t.Fatal("count, any or all differ")
		}
		and, andNot, or := bits.New(n), bits.New(n), bits.New(n)
		and.And(a, b)
		andNot.AndNot(a, b)
		or.Or(a, b)
		for i, x := range in {
			if and.Get(i) != (x[0] && x[1]) || andNot.Get(i) != (x[0] && !x[1]) || or.Get(i) != (x[0] || x[1]) {
				t.Fatalf("bit %d differs", i)
			}
		}
		a.Fill(n)
		if a.Count(n) != n || len(a.AppendIndices(nil, n)) != n {
			t.Fatal("fill leaves rows out or sets bits past the end")
		}
	}
	if every := bits.Bitmap(nil); !every.Has(5) || every.Count(7) != 7 || !every.All(7) {
		t.Fatal("a nil bitmap has every row")
	}
}
