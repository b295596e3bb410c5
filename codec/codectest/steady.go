package codectest

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

// CheckSteady reads rows and writes them again, and wants no allocation of it once all memory is there. The rows are of one group, and
// none of them fails.
func CheckSteady(t TB, conv codec.Converter, rows [][]byte) {
	t.Helper()
	n := len(rows)
	pool := batch.NewPool(mem.NewPool()) // a checked pool notes its callers
	home := pool.New(n)
	defer home.Release()
	in := Input(home, rows)
	d, e := conv.NewDecoder(), conv.NewEncoder()
	bb := batch.BytesBuilder{Pool: pool.Mem}
	var g codec.Groups
	var status batch.Status
	out := codec.Output{Topics: batch.OneTopic("t")}
	round := func() {
		dst := pool.New(n)
		if err := d.Group(dst, in, &g, &status); err != nil {
			t.Fatalf("codectest: Group: %v", err)
		}
		col, err := d.Decode(dst, in, 0, nil, nil, &status)
		if err != nil || g.N != 1 || g.Row != nil || status.Any() {
			t.Fatalf("codectest: Decode: %v, groups %v, %v", err, g, status.Errors())
		}
		bb.Reset(&dst.Arena, n, 1<<20)
		out.Column = col
		if err := e.Encode(&bb, &out, &status); err != nil || status.Any() || !bb.Valid.All(n) {
			t.Fatalf("codectest: Encode: %v, %v", err, status.Errors())
		}
		bb.Discard()
		dst.Release()
	}
	for range 5 {
		round()
	}
	if n := testing.AllocsPerRun(50, round); n > SteadyAllocations {
		t.Errorf("codectest: %v allocations a batch", n)
	}
}
