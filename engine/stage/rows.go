package stage

import (
	"cmp"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/engine/errant"
)

// drain moves the failures of b into failed, as failures of the given stage and class, and takes the
// rows out of b's selection.
func drain(b *batch.Batch, stage errant.Stage, class string, failed []errant.RowError) []errant.RowError {
	if !b.Status.Any() {
		return failed
	}
	for _, e := range b.Status.Errors() {
		failed = append(failed, errant.RowError{Row: e.Row, Stage: stage, Class: class, Err: e.Err})
	}
	b.Sel = without(b, &b.Status)
	b.Status.Reset()
	return failed
}

// without returns b's selection less the rows that failed in s.
func without(b *batch.Batch, s *batch.Status) batch.Selection {
	sel := mem.Alloc[int32](&b.Arena, b.Live())[:0]
	if b.Sel == nil {
		for i := range int32(b.Len()) {
			if !s.Failed(i) {
				sel = append(sel, i)
			}
		}
	} else {
		for _, i := range b.Sel {
			if !s.Failed(i) {
				sel = append(sel, i)
			}
		}
	}
	if sel == nil {
		return batch.Selection{}
	}
	return sel
}

// copySelection copies s, which may be empty, into b's arena.
func copySelection(b *batch.Batch, s batch.Selection) batch.Selection {
	if len(s) == 0 {
		return batch.Selection{}
	}
	out := mem.Alloc[int32](&b.Arena, len(s))
	copy(out, s)
	return out
}

// rejoin merges forks that hold the same columns and envelope, as a transform that only drops or
// passes rows leaves them, so that a predicate does not cut a batch for good.
func rejoin(list []*batch.Batch) []*batch.Batch {
	out := list[:0]
next:
	for _, b := range list {
		for _, o := range out {
			if same(o, b) {
				o.Sel = merge(o, o.Sel, b.Sel)
				b.Release()
				continue next
			}
		}
		out = append(out, b)
	}
	return out
}

// same reports whether two forks of one batch differ in their selections alone.
func same(a, b *batch.Batch) bool {
	return a.Key == b.Key && a.Value == b.Value && a.Partition == b.Partition &&
		sameNames(a.Topics.Names, b.Topics.Names) && sameSlice(a.Topics.Index, b.Topics.Index) &&
		sameSlice(a.Partitions, b.Partitions) && sameSlice(a.Timestamps, b.Timestamps) &&
		sameSlice(a.Headers.Entries, b.Headers.Entries) && sameSlice(a.Headers.Offsets, b.Headers.Offsets) &&
		sameSlice(a.Headers.Columns, b.Headers.Columns)
}

// sameNames is sameSlice for topics, of which a transform mostly makes one.
func sameNames(a, b []string) bool {
	return sameSlice(a, b) || len(a) == 1 && len(b) == 1 && a[0] == b[0]
}

func sameSlice[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// merge returns the union of two disjoint selections, made in b's arena.
func merge(b *batch.Batch, x, y batch.Selection) batch.Selection {
	out := mem.Alloc[int32](&b.Arena, len(x)+len(y))[:0]
	for len(x) > 0 && len(y) > 0 {
		if x[0] < y[0] {
			out, x = append(out, x[0]), x[1:]
		} else {
			out, y = append(out, y[0]), y[1:]
		}
	}
	out = append(append(out, x...), y...)
	if len(out) == b.Len() {
		return nil
	}
	return batch.Selection(out)
}

// Order cuts forks over the same rows into batches that hold those rows in order over the result: what
// SinkTask.Put promises. Ownership of the forks goes in; batches that stay whole come back themselves.
func Order(forks []*batch.Batch) []*batch.Batch {
	if len(forks) <= 1 || sorted(forks) {
		return forks
	}
	// Which fork each row is in; -1: none.
	n := forks[0].Len()
	owner := make([]int32, n)
	for i := range owner {
		owner[i] = -1
	}
	for f, b := range forks {
		for _, r := range b.Sel {
			owner[r] = int32(f)
		}
	}
	next := make([]int, len(forks)) // how much of each fork's selection was handed out
	var out []*batch.Batch
	for r := 0; r < n; {
		f := owner[r]
		if f < 0 {
			r++
			continue
		}
		count := 0
		for ; r < n && (owner[r] == f || owner[r] < 0); r++ {
			if owner[r] == f {
				count++
			}
		}
		sel := forks[f].Sel[next[f] : next[f]+count]
		next[f] += count
		out = append(out, forks[f].Fork(sel))
	}
	releaseAll(forks)
	return out
}

// sorted reports whether the forks, exchanged as wholes if need be, hold the rows in order.
//
// Several forks have rows each: selections that are not nil and not empty.
func sorted(forks []*batch.Batch) bool {
	slices.SortFunc(forks, func(a, b *batch.Batch) int { return cmp.Compare(a.Sel[0], b.Sel[0]) })
	for i := 1; i < len(forks); i++ {
		if prev := forks[i-1].Sel; prev[len(prev)-1] > forks[i].Sel[0] {
			return false
		}
	}
	return true
}

func releaseAll(list []*batch.Batch) {
	for _, b := range list {
		b.Release()
	}
}
