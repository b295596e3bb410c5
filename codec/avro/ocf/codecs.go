package ocf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// The codecs, by the names that files have for them.
const (
	Null    = "null"
	Deflate = "deflate" // RFC 1951, without a header
	Snappy  = "snappy"  // a block, and the CRC-32 of what is in it
	Zstd    = "zstandard"
)

// block compresses and expands blocks.
type block interface {
	// compress appends data, compressed, to dst.
	compress(dst, data []byte) ([]byte, error)
	// expand appends what data holds to dst, at most limit bytes.
	expand(dst, data []byte, limit int) ([]byte, error)
}

// codecOf returns the codec of a name.
func codecOf(name string) (block, error) {
	switch name {
	case Null:
		return plain{}, nil
	case Deflate:
		return &deflated{}, nil
	case Snappy:
		return snappy{}, nil
	case Zstd:
		return &zstandard{}, nil
	}
	return nil, fmt.Errorf("avro file: codec %q: want %s, %s, %s or %s", name, Null, Deflate, Snappy, Zstd)
}

// errLimit says that a block holds more than a reader takes.
type errLimit int

func (e errLimit) Error() string { return fmt.Sprintf("it holds more than %d bytes", int(e)) }

type plain struct{}

func (plain) compress(dst, data []byte) ([]byte, error) { return append(dst, data...), nil }

func (plain) expand(dst, data []byte, limit int) ([]byte, error) {
	if len(data) > limit {
		return nil, errLimit(limit)
	}
	return append(dst, data...), nil
}

type deflated struct {
	w *flate.Writer
	r io.ReadCloser
}

func (d *deflated) compress(dst, data []byte) ([]byte, error) {
	out := bytes.NewBuffer(dst)
	if d.w == nil {
		w, err := flate.NewWriter(out, flate.DefaultCompression)
		if err != nil {
			return nil, err
		}
		d.w = w
	} else {
		d.w.Reset(out)
	}
	if _, err := d.w.Write(data); err != nil {
		return nil, err
	}
	err := d.w.Close()
	return out.Bytes(), err
}

func (d *deflated) expand(dst, data []byte, limit int) ([]byte, error) {
	in := bytes.NewReader(data)
	if d.r == nil {
		d.r = flate.NewReader(in)
	} else if err := d.r.(flate.Resetter).Reset(in, nil); err != nil {
		return nil, err
	}
	return readAll(dst, d.r, limit)
}

// readAll appends all of r to dst, at most limit bytes.
func readAll(dst []byte, r io.Reader, limit int) ([]byte, error) {
	out := bytes.NewBuffer(dst)
	n, err := io.Copy(out, io.LimitReader(r, int64(limit)+1))
	switch {
	case err != nil:
		return nil, err
	case n > int64(limit):
		return nil, errLimit(limit)
	}
	return out.Bytes(), nil
}

type snappy struct{}

const checksumBytes = 4

func (snappy) compress(dst, data []byte) ([]byte, error) {
	start := len(dst)
	n := s2.MaxEncodedLen(len(data))
	if n < 0 {
		return nil, fmt.Errorf("avro file: block of %d bytes is too large for snappy", len(data))
	}
	dst = append(dst, make([]byte, n)...)
	dst = dst[:start+len(s2.EncodeSnappy(dst[start:], data))]
	return binary.BigEndian.AppendUint32(dst, crc32.ChecksumIEEE(data)), nil
}

func (snappy) expand(dst, data []byte, limit int) ([]byte, error) {
	if len(data) < checksumBytes {
		return nil, io.ErrUnexpectedEOF
	}
	data, sum := data[:len(data)-checksumBytes], data[len(data)-checksumBytes:]
	n, err := s2.DecodedLen(data)
	switch {
	case err != nil:
		return nil, err
	case n > limit:
		return nil, errLimit(limit)
	}
	start := len(dst)
	dst = append(dst, make([]byte, n)...)
	if _, err := s2.Decode(dst[start:], data); err != nil {
		return nil, err
	}
	if crc32.ChecksumIEEE(dst[start:]) != binary.BigEndian.Uint32(sum) {
		return nil, fmt.Errorf("its checksum is another")
	}
	return dst, nil
}

type zstandard struct {
	w *zstd.Encoder
	r *zstd.Decoder
}

func (z *zstandard) compress(dst, data []byte) ([]byte, error) {
	if z.w == nil {
		w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		z.w = w
	}
	return z.w.EncodeAll(data, dst), nil
}

// zstdMemory is how many bytes a frame may ask for beside what it holds.
const zstdMemory = 64 << 20

func (z *zstandard) expand(dst, data []byte, limit int) ([]byte, error) {
	in := bytes.NewReader(data)
	if z.r == nil {
		r, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(zstdMemory))
		if err != nil {
			return nil, err
		}
		z.r = r
	} else if err := z.r.Reset(in); err != nil {
		return nil, err
	}
	return readAll(dst, z.r, limit)
}
