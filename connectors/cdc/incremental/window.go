package incremental

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"

	"github.com/millrace/millrace/batch/bits"
)

// Window holds the keys of a chunk's rows. A key is built by AppendPart of each of its values. The zero value is empty;
// what it has grown to is used again. It belongs to one goroutine.
//
// Rows are found by their hash in a table of open addressing; rows with equal keys all have places of their own.
type Window struct {
	seed    maphash.Seed
	seeded  bool
	keys    []byte
	ends    []uint32 // of each row's key
	slots   []int32  // row + 1, 0: free
	dropped bits.Bitmap
	live    int
}

// AppendPart appends a value of a key, nil for null.
func AppendPart(dst, value []byte) []byte {
	if value == nil {
		return append(dst, 0)
	}
	dst = binary.AppendUvarint(dst, uint64(len(value))+1)
	return append(dst, value...)
}

// Reset empties it.
func (w *Window) Reset() {
	w.keys, w.ends, w.live = w.keys[:0], w.ends[:0], 0
	clear(w.slots)
	clear(w.dropped)
}

// Live returns how many rows are left.
func (w *Window) Live() int { return w.live }

func (w *Window) key(row int32) []byte {
	from := uint32(0)
	if row > 0 {
		from = w.ends[row-1]
	}
	return w.keys[from:w.ends[row]]
}

func (w *Window) slot(key []byte) int {
	return int(maphash.Bytes(w.seed, key) & uint64(len(w.slots)-1))
}

// Add appends a row.
func (w *Window) Add(key []byte) {
	if 2*(len(w.ends)+1) > len(w.slots) {
		w.grow()
	}
	w.keys = append(w.keys, key...)
	w.ends = append(w.ends, uint32(len(w.keys)))
	w.live++
	w.put(int32(len(w.ends) - 1))
	if n := bits.Words(len(w.ends)); n > len(w.dropped) {
		w.dropped = append(w.dropped, 0)
	}
}

func (w *Window) put(row int32) {
	at := w.slot(w.key(row))
	for w.slots[at] != 0 {
		at = (at + 1) & (len(w.slots) - 1)
	}
	w.slots[at] = row + 1
}

func (w *Window) grow() {
	if !w.seeded {
		w.seed, w.seeded = maphash.MakeSeed(), true
	}
	w.slots = make([]int32, max(64, 2*len(w.slots)))
	for row := range w.ends {
		w.put(int32(row))
	}
}

// Drop takes out the rows with a key.
func (w *Window) Drop(key []byte) {
	if w.live == 0 {
		return
	}
	for at := w.slot(key); w.slots[at] != 0; at = (at + 1) & (len(w.slots) - 1) {
		row := w.slots[at] - 1
		if !w.dropped.Get(int(row)) && bytes.Equal(w.key(row), key) {
			w.dropped.Set(int(row))
			w.live--
		}
	}
}

// AppendRows appends the numbers of the rows that are left, in their order.
func (w *Window) AppendRows(dst []int32) []int32 {
	for row := range w.ends {
		if !w.dropped.Get(row) {
			dst = append(dst, int32(row))
		}
	}
	return dst
}
