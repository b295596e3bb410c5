package cdc

import (
	"math/rand"
	"slices"
	"testing"

	"github.com/millrace/millrace/batch"
)

// TestPositions delivers the rows of random polls batch by batch and checks after each row that what may be committed
// leaves out every event with a row to come, and no more than that.
func TestPositions(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 500 {
		events := make([][]int32, 1+r.Intn(4))
		end := int32(r.Intn(20))
		for e := range end {
			if k := r.Intn(len(events) + 1); k < len(events) {
				for range 1 + r.Intn(3) {
					events[k] = append(events[k], e)
				}
			}
		}
		events = slices.DeleteFunc(events, func(e []int32) bool { return len(e) == 0 })
		positions := NewPositions(nil, events, end, func(k int32) batch.Value { return batch.Int64Value(int64(k)) })
		var todo []int32
		for _, e := range events {
			todo = append(todo, e...)
		}
		last := int64(-1)
		for b, e := range events {
			for i := range e {
				todo = todo[1:]
				want := int64(end) - 1
				if len(todo) > 0 {
					want = int64(slices.Min(todo)) - 1
				}
				got := positions[b].Offset(i).Int()
				if got != want || got < last {
					t.Fatalf("%v: after row %d of batch %d: event %d, want %d", events, i, b, got, want)
				}
				last = got
			}
		}
	}
}
