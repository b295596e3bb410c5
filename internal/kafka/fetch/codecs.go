package fetch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch/mem"
)

// codecs decompresses the records of batches into slabs, none larger than max. It belongs to one goroutine. Readers
// are made when they are first needed.
type codecs struct {
	pool *mem.Pool
	max  int

	src  bytes.Reader
	gzip *gzip.Reader
	lz4  *lz4.Reader
	zstd *zstd.Decoder
}

var errXerial = errors.New("malformed xerial framing")

// xerialMagic begins what Java's snappy streams write: 16 bytes with versions, then blocks, each a big-endian length
// and raw snappy. Source: org.xerial.snappy.SnappyCodec.
var xerialMagic = []byte{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0}

const xerialHead = 16

// expand decompresses src. The slab that holds the result is the caller's; it is nil where the result is not in one.
//
// Errors: kgo.ErrMaxDecompress beyond max.
func (c *codecs) expand(codec kgo.CompressionCodecType, src []byte) (*mem.Slab, []byte, error) {
	switch codec {
	case kgo.CodecNone:
		return nil, src, nil
	case kgo.CodecSnappy:
		return c.snappy(src)
	case kgo.CodecZstd:
		return c.expandZstd(src)
	case kgo.CodecGzip:
		c.src.Reset(src)
		if c.gzip == nil {
			c.gzip = new(gzip.Reader)
		}
		if err := c.gzip.Reset(&c.src); err != nil {
			return nil, nil, err
		}
		return c.stream(c.gzip, len(src))
	case kgo.CodecLz4:
		c.src.Reset(src)
		if c.lz4 == nil {
			c.lz4 = lz4.NewReader(nil)
		}
		c.lz4.Reset(&c.src)
		return c.stream(c.lz4, len(src))
	}
	return nil, nil, fmt.Errorf("unknown compression codec %d", codec)
}

// growth is how much larger than its source a result is taken to be before it is known.
const growth = 4

// stream reads r to its end into a slab, which it changes for a larger one as often as it needs to.
func (c *codecs) stream(r io.Reader, src int) (*mem.Slab, []byte, error) {
	s := c.pool.Get(min(growth*src, c.max) + 1) // one more shows that there is more than max
	n := 0
	for {
		k, err := r.Read(s.B[n:min(len(s.B), c.max+1)])
		n += k
		switch {
		case n > c.max:
			c.pool.Put(s)
			return nil, nil, kgo.ErrMaxDecompress
		case errors.Is(err, io.EOF):
			return s, s.B[:n], nil
		case err != nil:
			c.pool.Put(s)
			return nil, nil, err
		}
		if n == len(s.B) {
			larger := c.pool.Get(min(2*len(s.B), c.max+1))
			copy(larger.B, s.B[:n])
			c.pool.Put(s)
			s = larger
		}
	}
}

func (c *codecs) expandZstd(src []byte) (*mem.Slab, []byte, error) {
	if c.zstd == nil {
		d, err := zstd.NewReader(nil, zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(c.max)))
		if err != nil {
			return nil, nil, err
		}
		c.zstd = d
	}
	size := min(growth*len(src), c.max)
	var h zstd.Header
	if h.Decode(src) == nil && h.HasFCS && h.FrameContentSize <= uint64(c.max) {
		size = int(h.FrameContentSize)
	}
	s := c.pool.Get(max(size, 1))
	out, err := c.zstd.DecodeAll(src, s.B[:0:len(s.B)])
	if err != nil {
		c.pool.Put(s)
		if errors.Is(err, zstd.ErrDecoderSizeExceeded) {
			err = fmt.Errorf("%w: %w", kgo.ErrMaxDecompress, err)
		}
		return nil, nil, err
	}
	if len(out) > 0 && &out[0] != &s.B[0] {
		c.pool.Put(s) // it did not fit: out is the collector's
		return nil, out, nil
	}
	return s, out, nil
}

func (c *codecs) snappy(src []byte) (*mem.Slab, []byte, error) {
	if len(src) > xerialHead && bytes.HasPrefix(src, xerialMagic) {
		return c.xerial(src[xerialHead:])
	}
	n, err := s2.DecodedLen(src)
	if err != nil {
		return nil, nil, err
	}
	if n > c.max {
		return nil, nil, kgo.ErrMaxDecompress
	}
	s := c.pool.Get(max(n, 1))
	out, err := s2.Decode(s.B[:n], src)
	if err != nil {
		c.pool.Put(s)
		return nil, nil, err
	}
	return s, out, nil
}

// xerial decompresses blocks: first their sizes are added up, then each is put behind the one before.
func (c *codecs) xerial(src []byte) (*mem.Slab, []byte, error) {
	total := 0
	for rest := src; len(rest) > 0; {
		block, after, err := xerialBlock(rest)
		if err != nil {
			return nil, nil, err
		}
		n, err := s2.DecodedLen(block)
		if err != nil {
			return nil, nil, err
		}
		if total += n; total > c.max {
			return nil, nil, kgo.ErrMaxDecompress
		}
		rest = after
	}
	s := c.pool.Get(max(total, 1))
	at := 0
	for rest := src; len(rest) > 0; {
		block, after, err := xerialBlock(rest)
		var n int
		if err == nil {
			n, err = s2.DecodedLen(block)
		}
		if err == nil {
			_, err = s2.Decode(s.B[at:at+n:at+n], block)
		}
		if err != nil {
			c.pool.Put(s)
			return nil, nil, err
		}
		at += n
		rest = after
	}
	return s, s.B[:total], nil
}

func xerialBlock(src []byte) (block, rest []byte, err error) {
	if len(src) < 4 {
		return nil, nil, errXerial
	}
	n := int64(int32(binary.BigEndian.Uint32(src)))
	src = src[4:]
	if n < 0 || n > int64(len(src)) {
		return nil, nil, errXerial
	}
	return src[:n], src[n:], nil
}

// Decompress implements kgo.Decompressor, for the record API beside us: results are the collector's.
func (c *codecs) Decompress(src []byte, codec kgo.CompressionCodecType) ([]byte, error) {
	s, out, err := c.expand(codec, src)
	if s == nil {
		return out, err
	}
	out = bytes.Clone(out)
	c.pool.Put(s)
	return out, nil
}

func (c *codecs) close() {
	if c.zstd != nil {
		c.zstd.Close()
	}
}
