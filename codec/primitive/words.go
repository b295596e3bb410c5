package primitive

import (
	"encoding/binary"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
)

// bigEndian is the bits of a fixed-width value.
type bigEndian interface {
	uint8 | uint16 | uint32 | uint64
}

// widthOf returns the bytes of a T; the compiler knows it for each T.
func widthOf[T bigEndian]() int {
	switch uint64(^T(0)) {
	case 0xff:
		return 1
	case 0xffff:
		return 2
	case 0xffffffff:
		return 4
	}
	return 8
}

func load[T bigEndian](b []byte) T {
	switch widthOf[T]() {
	case 1:
		return T(b[0])
	case 2:
		return T(binary.BigEndian.Uint16(b))
	case 4:
		return T(binary.BigEndian.Uint32(b))
	}
	return T(binary.BigEndian.Uint64(b))
}

func appendWord[T bigEndian](dst []byte, v T) []byte {
	switch widthOf[T]() {
	case 1:
		return append(dst, byte(v))
	case 2:
		return binary.BigEndian.AppendUint16(dst, uint16(v))
	case 4:
		return binary.BigEndian.AppendUint32(dst, uint32(v))
	}
	return binary.BigEndian.AppendUint64(dst, uint64(v))
}

// loadWords reads the selected present rows of b into out, one element per row, and appends the rows
// that have another length than a T to bad; nil sel is all rows.
func loadWords[T bigEndian](out []T, b *batch.Bytes, sel batch.Selection, bad []int32) []int32 {
	width := uint32(widthOf[T]())
	if sel == nil {
		for i, v := range b.Views {
			switch {
			case !b.Valid.Has(i):
			case v.Len == width:
				out[i] = load[T](b.Bufs[v.Pos>>31][v.Pos&^batch.InArena:])
			default:
				bad = append(bad, int32(i))
			}
		}
		return bad
	}
	for _, r := range sel {
		v := b.Views[r]
		switch {
		case !b.Valid.Has(int(r)):
		case v.Len == width:
			out[r] = load[T](b.Bufs[v.Pos>>31][v.Pos&^batch.InArena:])
		default:
			bad = append(bad, r)
		}
	}
	return bad
}

// appendWords writes the selected present rows of v; nil sel is all rows, nil valid all present. The
// caller has made room.
func appendWords[T bigEndian](dst *batch.BytesBuilder, v []T, valid bits.Bitmap, sel batch.Selection) {
	if sel == nil {
		for i, w := range v {
			if valid.Has(i) {
				dst.Buf = appendWord(dst.Buf, w)
				dst.EndRow(i)
			}
		}
		return
	}
	for _, r := range sel {
		if valid.Has(int(r)) {
			dst.Buf = appendWord(dst.Buf, v[r])
			dst.EndRow(int(r))
		}
	}
}
