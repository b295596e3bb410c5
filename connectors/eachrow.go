package connectors

import (
	"iter"
	"slices"

	"github.com/millrace/millrace/batch"
)

// EachRow calls f for the live rows of what Put got, until it returns an error, which it hands back.
//
// Rows of one topic partition come in the order of their record offsets, also where several batches
// hold interleaved parts of it, as they do after transforms that gave rows different schemas. For sinks
// that work on records; f's row is borrowed.
func EachRow(batches []*batch.Batch, f func(batch.Row) error) error {
	for len(batches) > 0 {
		n := Interleaved(batches)
		if err := merge(batches[:n], f); err != nil {
			return err
		}
		batches = batches[n:]
	}
	return nil
}

// Interleaved returns how many of the first batches of a Put have to be merged to keep the order of their
// topic partition: batches of one origin, each of which starts before an earlier one ends. It is 1 where
// the first batch can be written by itself, column by column; EachRow takes the others. batches is not
// empty.
func Interleaved(batches []*batch.Batch) int {
	_, end, ok := span(batches[0])
	n := 1
	for ; ok && n < len(batches); n++ {
		b := batches[n]
		if b.Origin != batches[0].Origin {
			break
		}
		first, last, some := span(b)
		if some && first > end {
			break
		}
		if some {
			end = max(end, last)
		}
	}
	return n
}

// span returns the record offsets of the first and last selected row; ok is false without any.
func span(b *batch.Batch) (first, last int64, ok bool) {
	if len(b.Offsets) == 0 || b.Sel != nil && len(b.Sel) == 0 {
		return 0, 0, false
	}
	if b.Sel == nil {
		return b.Offsets[0], b.Offsets[len(b.Offsets)-1], true
	}
	return b.Offsets[b.Sel[0]], b.Offsets[b.Sel[len(b.Sel)-1]], true
}

// merge calls f for the rows of batches of one origin in the order of their offsets.
func merge(batches []*batch.Batch, f func(batch.Row) error) error {
	if len(batches) == 1 {
		for r := range batches[0].Rows() {
			if err := f(r); err != nil {
				return err
			}
		}
		return nil
	}
	var heads []head
	defer func() {
		for _, h := range heads {
			h.stop()
		}
	}()
	for _, b := range batches {
		next, stop := iter.Pull(b.Rows())
		if row, ok := next(); ok {
			heads = append(heads, head{row, next, stop})
		} else {
			stop()
		}
	}
	for len(heads) > 0 {
		least := 0
		for i := range heads[1:] {
			if heads[i+1].offset() < heads[least].offset() {
				least = i + 1
			}
		}
		h := &heads[least]
		if err := f(h.row); err != nil {
			return err
		}
		var ok bool
		if h.row, ok = h.next(); !ok {
			h.stop()
			heads = slices.Delete(heads, least, least+1)
		}
	}
	return nil
}

// head is the next row of one batch.
type head struct {
	row  batch.Row
	next func() (batch.Row, bool)
	stop func()
}

func (h *head) offset() int64 { o, _ := h.row.Offset(); return o }
