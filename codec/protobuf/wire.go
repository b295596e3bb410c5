package protobuf

import (
	"encoding/binary"
	"math/bits"
)

// How values are written: the low three bits of a tag. Source: WireFormat.
const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireStart   = 3 // a group
	wireEnd     = 4
	wireFixed32 = 5
)

// varintBytesMax is how many bytes a number takes at most.
const varintBytesMax = 10

// varint reads a number of seven bits a byte at i and returns where it ends, -1 where it does not, or has more than ten bytes. i is not
// negative.
func varint(b []byte, i int) (v uint64, end int) {
	if i < len(b) && b[i] < 0x80 {
		return uint64(b[i]), i + 1
	}
	return longVarint(b, i)
}

// longVarint is varint for numbers of several bytes: eight are looked at at once.
func longVarint(b []byte, i int) (v uint64, end int) {
	if i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		if stop := ^w & 0x8080808080808080; stop != 0 {
			n := bits.TrailingZeros64(stop) >> 3
			w &= 0x7f7f7f7f7f7f7f7f & (^uint64(0) >> (56 - 8*uint(n)))
			w = w&0x007f007f007f007f | w&0x7f007f007f007f00>>1
			w = w&0x00003fff00003fff | w&0x3fff00003fff0000>>2
			return w&0x0fffffff | w&0x0fffffff00000000>>4, i + n + 1
		}
	}
	return varintPlain(b, i)
}

// varintPlain is varint, a byte at a time.
func varintPlain(b []byte, i int) (v uint64, end int) {
	for n := range varintBytesMax {
		if i+n >= len(b) {
			return 0, -1
		}
		c := b[i+n]
		v |= uint64(c&0x7f) << (7 * uint(n))
		if c < 0x80 {
			if n == varintBytesMax-1 {
				v |= 1 << 63 // Java does not look at the bits of a tenth byte. Source: CodedInputStream.readRawVarint64
			}
			return v, i + n + 1
		}
	}
	return 0, -1
}

// skipValue returns where a value of a wire type ends that starts at i, -1 where it does not end, or is a group.
func skipValue(b []byte, i, wire int) int {
	switch wire {
	case wireVarint:
		_, i = varint(b, i)
		return i
	case wireFixed64:
		i += 8
	case wireFixed32:
		i += 4
	case wireBytes:
		v, end := varint(b, i)
		if end < 0 || int32(v) < 0 || int(int32(v)) > len(b)-end {
			return -1
		}
		return end + int(int32(v))
	default:
		return -1
	}
	if i > len(b) {
		return -1
	}
	return i
}

func zigzag32(v uint32) int32 { return int32(v>>1) ^ -int32(v&1) }
func zigzag64(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
