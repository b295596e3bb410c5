package protobuf

import (
	"testing"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/codectest"
)

func TestBatch_AllocatesNothingWhenWarm(t *testing.T) {
	r := newFakeRegistry(t, order, nested)
	for name, rows := range map[string][][]byte{"order": orderRows(1, 256), "nested": nestedRows(2, 256)} {
		t.Run(name, func(t *testing.T) {
			c := r.open(t, nil)
			pool := batch.NewPool(mem.NewPool()) // a checked pool notes its callers
			home := pool.New(256)
			defer home.Release()
			in := input(home, rows)
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

// TestForms: what was read in any form of input is written again so that it reads as the same.
func TestForms(t *testing.T) {
	r := newFakeRegistry(t, order, nested)
	c := r.open(t, map[string]string{"optional.for.nullables": "true"}) // without it, null is written as nothing is
	for id, rows := range map[int][][]byte{1: orderRows(1, 40), 2: nestedRows(2, 40)} {
		for i, d := range codectest.CheckDecoder(t, c, codectest.Rows{Raw: rows}) {
			checkPlainRead(t, c, rows[i], d)
			if d.Err != nil {
				t.Errorf("schema %d row %d: %v", id, i, d.Err)
			}
		}
		codectest.CheckStable(t, c, codectest.Rows{Raw: rows})
	}
	for _, p := range c.readings.All() {
		if p.steps == nil {
			t.Errorf("%s is read a value at a time", p.message.FullName)
		}
	}
	for s, w := range c.writings.All() {
		if s != nil && w.steps == nil {
			t.Errorf("%s is written a value at a time", s.Name())
		}
	}
}
