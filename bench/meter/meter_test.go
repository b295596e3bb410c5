package meter

import "testing"

func TestQuartiles(t *testing.T) {
	for _, c := range []struct {
		of        []float64
		low, high float64
	}{
		{nil, 0, 0},
		{[]float64{7}, 7, 7},
		{[]float64{4, 2}, 2.5, 3.5},
		{[]float64{5, 1, 3, 2, 4}, 2, 4},
		{[]float64{1, 1, 1, 100}, 1, 25.75},
	} {
		if low, high := Quartiles(c.of); low != c.low || high != c.high {
			t.Errorf("%v: %v and %v, want %v and %v", c.of, low, high, c.low, c.high)
		}
	}
}

func TestFewestAllocations_LeavesOutWhatSomePassesMakeMore(t *testing.T) {
	var kept []*int
	n := 0
	fewest, err := FewestAllocations(func() error {
		kept = kept[:0]
		for range 3 + n%2*10 {
			kept = append(kept, new(int))
		}
		n++
		return nil
	})
	if err != nil || fewest != 3 {
		t.Fatalf("%d allocations (%v), want 3", fewest, err)
	}
}
