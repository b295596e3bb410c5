package wire

import (
	"bytes"
	"encoding/binary"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// slabLeast is the least memory of a batch with rows; it doubles.
const slabLeast = 4 << 10

// Batch is a wire batch that takes rows until it is written. Make it with NewBatch, or whole with NewWhole.
type Batch struct {
	of    *batch.Batch // whose bytes it has; nil: its own
	pool  *mem.Pool
	first int // bytes of its first memory
	most  int // bytes of the wire batch, as if not compressed
	id    uint64
	refs  atomic.Int32

	// Of the lane: guarded by its lock.
	lane      *Lane
	ordinal   int64
	slab      *mem.Slab
	n         int // bytes of records
	rows      int
	base, max int64 // timestamps
	sent      stamp // by which the client knows it, once written
	sequence  int32 // that went with it

	// Of whoever writes requests, one at a time.
	sealed bool
	body   []byte
	codec  kgo.CompressionCodecType
	packed *bytes.Buffer
}

// NewBatch returns an empty batch of at most so many bytes, with one reference. Its records will have about so many bytes
// as it is said.
func NewBatch(pool *mem.Pool, most, about int) *Batch {
	b := &Batch{pool: pool, most: most, first: max(about, slabLeast), sent: stamp{id: -1}}
	b.refs.Store(1)
	return b
}

// Bytes is how many bytes its records have. The lane is locked, or the batch has ended.
func (b *Batch) Bytes() int { return b.n }

// noHeaders is what Add writes for a row without headers.
var noHeaders = []byte{0}

// Add appends a row; false means that there is no room for it. The lane is locked. A nil key or value is null; headers
// are as AppendCount and AppendHeader make them, nil for none.
//
//	length varint | attributes int8 | timestamp delta varlong | offset delta varint |
//	key length varint, key | value length varint, value | headers
func (b *Batch) Add(ts int64, key, value, headers []byte) bool {
	if headers == nil {
		headers = noHeaders
	}
	base := b.base
	if b.rows == 0 {
		base = ts
	}
	delta := ts - base
	body := bodyBytes(delta, b.rows, key, value, headers)
	n := varintLen(int64(body)) + body
	if wirebatch.HeadEnd+b.n+n > b.most {
		return false
	}
	if b.rows == 0 {
		b.base, b.max = ts, ts
	}
	b.max = max(b.max, ts)
	p := b.room(n)
	i := putVarint(p, 0, int64(body))
	p[i] = 0 // attributes: none are in use
	i = putVarint(p, i+1, delta)
	i = putVarint(p, i, int64(b.rows))
	i = putSpan(p, i, key)
	i = putSpan(p, i, value)
	copy(p[i:], headers)
	b.n += n
	b.rows++
	return true
}

func bodyBytes(delta int64, row int, key, value, headers []byte) int {
	return 1 + varintLen(delta) + varintLen(int64(row)) + spanLen(key) + spanLen(value) + len(headers)
}

// BatchBytes is how many bytes a batch of one row has.
func BatchBytes(key, value, headers []byte) int {
	if headers == nil {
		headers = noHeaders
	}
	body := bodyBytes(0, 0, key, value, headers)
	return wirebatch.HeadEnd + varintLen(int64(body)) + body
}

// room returns n bytes behind the records so far.
func (b *Batch) room(n int) []byte {
	if b.slab == nil || b.n+n > len(b.slab.B) {
		size := b.first
		if b.slab != nil {
			size = 2 * len(b.slab.B)
		}
		larger := b.pool.Get(max(min(size, b.most), b.n+n))
		if b.slab != nil {
			copy(larger.B, b.slab.B[:b.n])
			b.pool.Put(b.slab)
		}
		b.slab = larger
	}
	return b.slab.B[b.n : b.n+n]
}

// seal compresses the records, the first time. The batch has ended.
func (b *Batch) seal(c kgo.Compressor, version int16) {
	if b.sealed {
		return
	}
	b.sealed = true
	b.body = b.slab.B[:b.n]
	if c == nil {
		return
	}
	var flags []kgo.CompressFlag
	if version < produceZstd {
		flags = append(flags, kgo.CompressDisableZstd)
	}
	b.packed = new(bytes.Buffer)
	if packed, codec := c.Compress(b.packed, b.body, flags...); packed != nil && len(packed) < len(b.body) {
		b.body, b.codec = packed, codec
		b.pool.Put(b.slab)
		b.slab = nil
	} else {
		b.packed = nil
	}
}

// appendHead appends the header of the batch: what the client wrote for its stand-in, with what is the batch's own.
func (b *Batch) appendHead(dst, standIn []byte, h stamp) []byte {
	at := len(dst)
	dst = append(dst, standIn[:wirebatch.HeadEnd]...)
	p := dst[at:]
	attrs := binary.BigEndian.Uint16(p[wirebatch.AttrsAt:])&wirebatch.TransactionBit | uint16(b.codec)
	binary.BigEndian.PutUint64(p, 0)
	binary.BigEndian.PutUint32(p[wirebatch.LengthAt:], uint32(wirebatch.HeadEnd-wirebatch.BeforeLength+len(b.body)))
	binary.BigEndian.PutUint16(p[wirebatch.AttrsAt:], attrs)
	binary.BigEndian.PutUint32(p[wirebatch.DeltaAt:], uint32(b.rows-1))
	binary.BigEndian.PutUint64(p[wirebatch.BaseAt:], uint64(b.base))
	binary.BigEndian.PutUint64(p[wirebatch.MaxAt:], uint64(b.max))
	binary.BigEndian.PutUint32(p[wirebatch.SequenceAt:], uint32(h.sequence))
	binary.BigEndian.PutUint32(p[wirebatch.RowsAt:], uint32(b.rows))
	crc := wirebatch.Checksum(wirebatch.Checksum(0, p[wirebatch.AttrsAt:]), b.body)
	binary.BigEndian.PutUint32(p[wirebatch.CRCAt:], crc)
	return dst
}

// Release lets go of one reference.
func (b *Batch) Release() {
	if b.refs.Add(-1) > 0 {
		return
	}
	if b.slab != nil {
		b.pool.Put(b.slab)
	}
	if b.of != nil {
		b.of.Release()
	}
	b.of, b.slab, b.body, b.packed = nil, nil, nil, nil
}

// AppendCount appends how many headers follow.
func AppendCount(dst []byte, n int) []byte { return binary.AppendVarint(dst, int64(n)) }

// AppendHeader appends a header of a row; a nil value is null.
func AppendHeader(dst []byte, key string, value []byte) []byte {
	dst = append(binary.AppendVarint(dst, int64(len(key))), key...)
	if value == nil {
		return binary.AppendVarint(dst, -1)
	}
	return append(binary.AppendVarint(dst, int64(len(value))), value...)
}

// spanLen is how many bytes a key or value takes with its length.
func spanLen(v []byte) int {
	if v == nil {
		return 1
	}
	return varintLen(int64(len(v))) + len(v)
}

// putSpan writes a key or value with its length at p[i] and returns where it ends.
func putSpan(p []byte, i int, v []byte) int {
	if v == nil {
		return putVarint(p, i, -1)
	}
	i = putVarint(p, i, int64(len(v)))
	return i + copy(p[i:], v)
}

func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

// varintLen is how many bytes a zigzag varint takes.
func varintLen(v int64) int {
	n := 1
	for u := zigzag(v); u >= 0x80; u >>= 7 {
		n++
	}
	return n
}

// putVarint writes a zigzag varint at p[i] and returns where it ends.
func putVarint(p []byte, i int, v int64) int {
	u := zigzag(v)
	for ; u >= 0x80; u >>= 7 {
		p[i] = byte(u) | 0x80
		i++
	}
	p[i] = byte(u)
	return i + 1
}
