package jsonschema

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
)

func TestBatch_AllocatesNothingWhenWarm(t *testing.T) {
	for name, of := range map[string]struct {
		text string
		rows [][]byte
	}{"order": {order, orderRows(256)}, "nested": {nested, nestedRows(256)}} {
		t.Run(name, func(t *testing.T) {
			c := opened(t, of.text, nil)
			pool := batch.NewPool(mem.NewPool()) // a checked pool notes its callers
			home := pool.New(256)
			defer home.Release()
			in := input(home, of.rows)
			d, e := c.NewDecoder(), c.NewEncoder()
			bb := batch.BytesBuilder{Pool: pool.Mem}
			var g codec.Groups
			var status batch.Status
			topics := batch.OneTopic("t")
			round := func() {
				dst := pool.New(256)
				if err := d.Group(dst, in, &g, &status); err != nil {
					t.Fatal(err)
				}
				col, err := d.Decode(dst, in, 0, nil, nil, &status)
				if err != nil || g.N != 1 || g.Row != nil || status.Any() {
					t.Fatal(err, g, status.Errors())
				}
				bb.Reset(&dst.Arena, 256, 1<<20)
				if err := e.Encode(&bb, &codec.Output{Topics: topics, Column: col}, &status); err != nil || status.Any() || !bb.Valid.All(256) {
					t.Fatal(err, status.Errors())
				}
				bb.Discard()
				dst.Release()
			}
			for range 5 {
				round()
			}
			if n := testing.AllocsPerRun(50, round); n > steadyAllocations {
				t.Errorf("%v allocations a batch", n)
			}
		})
	}
}
