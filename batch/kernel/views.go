package kernel

import (
	"bytes"
	"encoding/binary"

	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
)

// SumLengths returns the bytes of the selected present rows; nil sel is all rows, nil valid all present.
func SumLengths(views []mem.View, valid bits.Bitmap, sel []int32) int {
	switch {
	case sel == nil && valid == nil:
		return sumAll(views)
	case sel == nil:
		n := 0
		for w, word := range valid[:bits.Words(len(views))] {
			rows := views[w<<6 : min(w<<6+64, len(views))]
			if word == ^uint64(0) {
				n += sumAll(rows)
				continue
			}
			for _, v := range rows {
				n += int(v.Len) & -int(word&1)
				word >>= 1
			}
		}
		return n
	case valid == nil:
		n := 0
		for _, r := range sel {
			n += int(views[r].Len)
		}
		return n
	}
	n := 0
	for _, r := range sel {
		n += int(views[r].Len) & -int(valid[r>>6]>>(uint(r)&63)&1)
	}
	return n
}

func sumAll(views []mem.View) int {
	a, b := 0, 0
	for ; len(views) >= 2; views = views[2:] {
		a += int(views[0].Len)
		b += int(views[1].Len)
	}
	if len(views) > 0 {
		a += int(views[0].Len)
	}
	return a + b
}

func sumLengthsPlain(views []mem.View, valid bits.Bitmap, sel []int32) int {
	n := 0
	if sel == nil {
		sel = Complement(nil, nil, len(views))
	}
	for _, r := range sel {
		if valid.Has(int(r)) {
			n += int(views[r].Len)
		}
	}
	return n
}

// EqualViews appends the rows of sel whose bytes are want to dst; nil sel is all rows. Nulls are the
// caller's: their views must lie within bufs.
//
// Most rows differ in length or in their first 8 bytes, so those are compared first, as one word.
func EqualViews(dst []int32, bufs *[2][]byte, views []mem.View, sel []int32, want []byte) []int32 {
	var head, mask uint64
	for i := range min(len(want), 8) {
		head |= uint64(want[i]) << (8 * i)
		mask |= 0xff << (8 * i)
	}
	e := equality{bufs: bufs, want: want, head: head, mask: mask}
	if sel == nil {
		for i, v := range views {
			if int(v.Len) == len(want) && e.holds(v) {
				dst = append(dst, int32(i))
			}
		}
		return dst
	}
	for _, r := range sel {
		if v := views[r]; int(v.Len) == len(want) && e.holds(v) {
			dst = append(dst, r)
		}
	}
	return dst
}

// equality compares views of the right length with one text.
type equality struct {
	bufs       *[2][]byte
	want       []byte
	head, mask uint64 // the first 8 bytes of want, and which bits of a word those are
}

func (e *equality) holds(v mem.View) bool {
	buf := e.bufs[v.Pos>>31]
	p := int(v.Pos &^ (1 << 31))
	if p+8 > len(buf) {
		return bytes.Equal(buf[p:p+len(e.want)], e.want)
	}
	if (binary.LittleEndian.Uint64(buf[p:])^e.head)&e.mask != 0 {
		return false
	}
	return len(e.want) <= 8 || bytes.Equal(buf[p+8:p+len(e.want)], e.want[8:])
}

func equalViewsPlain(dst []int32, bufs *[2][]byte, views []mem.View, sel []int32, want []byte) []int32 {
	if sel == nil {
		sel = Complement(nil, nil, len(views))
	}
	for _, r := range sel {
		if bytes.Equal(viewBytes(bufs, views[r]), want) {
			dst = append(dst, r)
		}
	}
	return dst
}
