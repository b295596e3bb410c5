package fetch

import (
	"encoding/binary"
	"math"

	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// codecLast is the last codec that batches have: zstd.
const codecLast = 4

// head is what we read of a record batch's header.
type head struct {
	first, last int64 // offsets
	leaderEpoch int32
	attrs       int16
	base, max   int64 // timestamps
	rows        int
}

// readHead reads a header. b has at least wirebatch.HeadEnd bytes.
func readHead(b []byte) head {
	first := int64(binary.BigEndian.Uint64(b))
	return head{
		first: first, last: first + int64(int32(binary.BigEndian.Uint32(b[wirebatch.DeltaAt:]))),
		leaderEpoch: int32(binary.BigEndian.Uint32(b[wirebatch.LeaderEpochAt:])),
		attrs:       int16(binary.BigEndian.Uint16(b[wirebatch.AttrsAt:])),
		base:        int64(binary.BigEndian.Uint64(b[wirebatch.BaseAt:])),
		max:         int64(binary.BigEndian.Uint64(b[wirebatch.MaxAt:])),
		rows:        int(int32(binary.BigEndian.Uint32(b[wirebatch.RowsAt:]))),
	}
}

// plain reports whether a batch is one of data that we read ourselves.
func (h *head) plain() bool {
	return h.attrs&wirebatch.ControlBit == 0 && h.attrs&wirebatch.CodecBits <= codecLast &&
		h.first >= 0 && h.last >= h.first && h.last < math.MaxInt64 &&
		h.rows > 0 && int64(h.rows)-1 <= h.last-h.first
}

// sound reports whether the checksum of a batch is right.
func sound(b []byte) bool {
	return wirebatch.Checksum(0, b[wirebatch.AttrsAt:]) == binary.BigEndian.Uint32(b[wirebatch.CRCAt:])
}

// next cuts the first message off b: its length and magic. ok is false where b ends before it does.
func next(b []byte) (n int, magic byte, ok bool) {
	if len(b) <= wirebatch.MagicAt+1 {
		return 0, 0, false
	}
	length := int64(int32(binary.BigEndian.Uint32(b[wirebatch.LengthAt:]))) + wirebatch.BeforeLength
	if length <= wirebatch.MagicAt || length > int64(len(b)) {
		return 0, 0, false
	}
	return int(length), b[wirebatch.MagicAt], true
}
