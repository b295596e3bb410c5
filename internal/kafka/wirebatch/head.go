package wirebatch

import (
	"encoding/binary"
	"hash/crc32"
)

// The header of a wire batch:
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
	LengthAt      = 8
	LeaderEpochAt = 12
	MagicAt       = 16
	CRCAt         = 17
	AttrsAt       = 21
	DeltaAt       = 23
	BaseAt        = 27
	MaxAt         = 35
	ProducerAt    = 43
	EpochAt       = 51
	SequenceAt    = 53
	RowsAt        = 57
	HeadEnd       = 61
	// BeforeLength is what the length does not count.
	BeforeLength = 12
)

// Bits of a wire batch's attributes.
const (
	CodecBits      = 0x07
	LogAppendBit   = 0x08
	TransactionBit = 0x10
	ControlBit     = 0x20
	// DeleteHorizonBit says that the base timestamp is the time at which tombstones may go.
	DeleteHorizonBit = 0x40
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checksum is the checksum of bytes, of which crc is that of what goes before them, 0 for nothing.
func Checksum(crc uint32, b []byte) uint32 { return crc32.Update(crc, castagnoli, b) }

// Seal sets the length and the checksum of a wire batch that is whole otherwise.
func Seal(b []byte) {
	binary.BigEndian.PutUint32(b[LengthAt:], uint32(len(b)-BeforeLength))
	binary.BigEndian.PutUint32(b[CRCAt:], Checksum(0, b[AttrsAt:]))
}
