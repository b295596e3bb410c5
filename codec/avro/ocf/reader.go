package ocf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Bounds of what a reader takes.
const (
	// BlockBytesMax bounds a block, as it is written and as it expands.
	BlockBytesMax = 64 << 20
	// headerBytesMax bounds the metadata of a file, its schema before all.
	headerBytesMax = 16 << 20
)

// Reader reads one file.
type Reader struct {
	r      *bufio.Reader
	at     int64 // bytes read
	codec  block
	sync   [syncBytes]byte
	schema string
	raw    []byte
	data   []byte
}

// NewReader reads the header of a file.
//
// Errors: what is no such file, is cut off, names a codec that there is not, or has more than 16 MiB of metadata; those of r.
func NewReader(r io.Reader) (*Reader, error) {
	f := &Reader{r: bufio.NewReader(r)}
	name := Null
	if err := f.header(&name); err != nil {
		return nil, fmt.Errorf("avro file: header, byte %d: %w", f.at, whole(err))
	}
	var err error
	f.codec, err = codecOf(name)
	return f, err
}

// Schema returns the text of the schema of all records.
func (f *Reader) Schema() string { return f.schema }

// whole makes an end where more must come an error.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (f *Reader) header(codec *string) error {
	var start [len(magic)]byte
	if err := f.fill(start[:]); err != nil {
		return err
	}
	if string(start[:]) != magic {
		return errors.New("the file does not begin as Avro's do")
	}
	left, known := int64(headerBytesMax), false
	take := func() ([]byte, error) {
		n, err := f.number()
		if err != nil {
			return nil, err
		}
		if left -= max(n, 1); n < 0 || left < 0 {
			return nil, fmt.Errorf("metadata of more than %d bytes, or of less than none", headerBytesMax)
		}
		return f.take(nil, int(n))
	}
	for {
		n, err := f.number()
		if err != nil {
			return err
		}
		if n < 0 { // the size in bytes follows
			n = -n
			if _, err := f.number(); err != nil {
				return err
			}
		}
		if n == 0 {
			break
		}
		for ; n != 0; n-- {
			key, err := take()
			if err != nil {
				return err
			}
			value, err := take()
			if err != nil {
				return err
			}
			switch string(key) {
			case metaSchema:
				f.schema, known = string(value), true
			case metaCodec:
				*codec = string(value)
			}
		}
	}
	if !known {
		return errors.New("it has no " + metaSchema)
	}
	return f.fill(f.sync[:])
}

// Next returns the records of the next block, one behind the other, and how many the file says they are; io.EOF behind the last block.
//
// Ownership: the bytes are the reader's, until its next call. Errors: a block that is cut off, larger than 64 MiB or damaged, another
// sync marker behind it; those of r. Nothing can be read after an error.
func (f *Reader) Next() (records int64, data []byte, err error) {
	if _, err := f.r.Peek(1); err != nil {
		return 0, nil, err // io.EOF: the file ends here
	}
	start := f.at
	records, err = f.block()
	if err != nil {
		return 0, nil, fmt.Errorf("avro file: block at byte %d: %w", start, whole(err))
	}
	return records, f.data, nil
}

func (f *Reader) block() (records int64, err error) {
	if records, err = f.number(); err != nil {
		return 0, err
	}
	n, err := f.number()
	switch {
	case err != nil:
		return 0, err
	case records < 0 || n < 0:
		return 0, fmt.Errorf("%d records in %d bytes", records, n)
	case n > BlockBytesMax:
		return 0, errLimit(BlockBytesMax)
	}
	if f.raw, err = f.take(f.raw[:0], int(n)); err != nil {
		return 0, err
	}
	var sync [syncBytes]byte
	if err := f.fill(sync[:]); err != nil {
		return 0, err
	}
	if sync != f.sync {
		return 0, errors.New("another sync marker follows than the header has")
	}
	f.data, err = f.codec.expand(f.data[:0], f.raw, BlockBytesMax)
	return records, err
}

// pieceBytes is how much room is made at once for what a file claims to hold.
const pieceBytes = 1 << 20

// take appends n bytes to dst. It makes no more room than there are bytes.
func (f *Reader) take(dst []byte, n int) ([]byte, error) {
	for n > 0 {
		piece := min(n, pieceBytes)
		at := len(dst)
		dst = append(dst, make([]byte, piece)...)
		if err := f.fill(dst[at:]); err != nil {
			return dst, err
		}
		n -= piece
	}
	return dst, nil
}

func (f *Reader) fill(b []byte) error {
	n, err := io.ReadFull(f.r, b)
	f.at += int64(n)
	return err
}

func (f *Reader) number() (int64, error) {
	var b [binary.MaxVarintLen64]byte
	for i := range b {
		c, err := f.r.ReadByte()
		if err != nil {
			return 0, err
		}
		f.at++
		if b[i] = c; c < 0x80 {
			if v, n := binary.Varint(b[:i+1]); n > 0 {
				return v, nil
			}
			break
		}
	}
	return 0, errors.New("a number of more than 64 bits")
}
