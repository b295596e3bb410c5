package wire

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

// The header of a record batch, magic 2:
//
//	 0 base offset        int64
//	 8 length             int32, of what follows it
//	12 leader epoch       int32
//	16 magic              int8
//	17 CRC-32C            uint32, of what follows it
//	21 attributes         int16
//	23 last offset delta  int32
//	27 base timestamp     int64
//	35 maximum timestamp  int64
//	43 producer id        int64
//	51 producer epoch     int16
//	53 base sequence      int32
//	57 records            int32
//	61 the records, compressed together
const (
	lengthAt = 8
	magicAt  = 16
	crcAt    = 17
	attrsAt  = 21
	deltaAt  = 23
	baseAt   = 27
	maxAt    = 35
	rowsAt   = 57
	headEnd  = 61
	// beforeLength is what the length does not count.
	beforeLength = 12
)

// Bits of a record batch's attributes.
const (
	codecBits       = 0x07
	logAppendBit    = 0x08
	transactionBit  = 0x10
	controlBit      = 0x20
	codecLast       = 4    // zstd
	standInAttrBits = 0x18 // what a stand-in has of the original's attributes
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// head is what we read of a record batch's header.
type head struct {
	first, last int64 // offsets
	leaderEpoch int32
	attrs       int16
	base, max   int64 // timestamps
	rows        int
}

// readHead reads a header. b has at least headEnd bytes.
func readHead(b []byte) head {
	first := int64(binary.BigEndian.Uint64(b))
	return head{
		first: first, last: first + int64(int32(binary.BigEndian.Uint32(b[deltaAt:]))),
		leaderEpoch: int32(binary.BigEndian.Uint32(b[lengthAt+4:])),
		attrs:       int16(binary.BigEndian.Uint16(b[attrsAt:])),
		base:        int64(binary.BigEndian.Uint64(b[baseAt:])),
		max:         int64(binary.BigEndian.Uint64(b[maxAt:])),
		rows:        int(int32(binary.BigEndian.Uint32(b[rowsAt:]))),
	}
}

// plain reports whether a batch is one of data that we read ourselves.
func (h *head) plain() bool {
	return h.attrs&controlBit == 0 && h.attrs&codecBits <= codecLast &&
		h.first >= 0 && h.last >= h.first && h.last < math.MaxInt64 &&
		h.rows > 0 && int64(h.rows)-1 <= h.last-h.first
}

// sound reports whether the checksum of a batch is right.
func sound(b []byte) bool {
	return crc32.Checksum(b[attrsAt:], castagnoli) == binary.BigEndian.Uint32(b[crcAt:])
}

// next cuts the first message off b: its length and magic. ok is false where b ends before it does.
func next(b []byte) (n int, magic byte, ok bool) {
	if len(b) <= magicAt+1 {
		return 0, 0, false
	}
	length := int64(int32(binary.BigEndian.Uint32(b[lengthAt:]))) + beforeLength
	if length <= magicAt || length > int64(len(b)) {
		return 0, 0, false
	}
	return int(length), b[magicAt], true
}
