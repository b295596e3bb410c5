package ocf

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
)

const (
	magic      = "Obj\x01"
	syncBytes  = 16
	metaSchema = "avro.schema"
	metaCodec  = "avro.codec"
)

// Writer writes one file. A failed write leaves the file cut in mid-block: nothing more can be written.
type Writer struct {
	w     io.Writer
	codec block
	sync  [syncBytes]byte
	buf   []byte // the present block, or what was written
}

// NewWriter writes the header of a file of records of a schema, given as text, whose blocks go through a codec.
//
// Ownership: the caller closes w. Errors: a codec of another name, and those of w.
func NewWriter(w io.Writer, schema, codec string) (*Writer, error) {
	c, err := codecOf(codec)
	if err != nil {
		return nil, err
	}
	out := &Writer{w: w, codec: c}
	if _, err := rand.Read(out.sync[:]); err != nil {
		return nil, err
	}
	b := append([]byte(magic), 2*2) // one block of two entries
	for _, text := range []string{metaSchema, schema, metaCodec, codec} {
		b = append(binary.AppendVarint(b, int64(len(text))), text...)
	}
	b = append(append(b, 0), out.sync[:]...)
	_, err = w.Write(b)
	return out, err
}

// WriteBlock writes records, one behind the other in data, as a block. None are no block.
func (w *Writer) WriteBlock(records int, data []byte) error {
	if records == 0 {
		return nil
	}
	// The head stands before a block whose size is known only behind it: room for two numbers is left.
	const head = 2 * binary.MaxVarintLen64
	b, err := w.codec.compress(append(w.buf[:0], make([]byte, head)...), data)
	if err != nil {
		return fmt.Errorf("avro file: compress a block of %d bytes: %w", len(data), err)
	}
	var h [head]byte
	n := len(binary.AppendVarint(binary.AppendVarint(h[:0], int64(records)), int64(len(b)-head)))
	copy(b[head-n:], h[:n])
	b = append(b, w.sync[:]...)
	w.buf = b
	_, err = w.w.Write(b[head-n:])
	return err
}
