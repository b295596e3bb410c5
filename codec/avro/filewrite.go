package avro

import (
	"io"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/avro/ocf"
)

// FileOptions say how columns become a container file.
type FileOptions struct {
	Codec      string // of package ocf
	Enhanced   bool   // enhanced.avro.schema.support
	NoMetaData bool   // connect.meta.data=false
}

// fileBlockBytes is how large a block grows before it is written. Source: DataFileConstants.DEFAULT_SYNC_INTERVAL.
const fileBlockBytes = 64_000

// FileWriter writes columns of one schema as a container file. It belongs to one goroutine.
//
// Source: AvroData, and DataFileWriter beneath, as file sinks of Confluent's use them.
type FileWriter struct {
	encoder encoder
	w       *ocf.Writer
	schema  *batch.Schema
	to      *writing
	root    []source
	rows    int // in the present block
	end     int // bytes of them
}

// NewFileWriter writes the header of a file of records of s, schemaless ones for nil.
//
// Ownership: the caller closes the writer, and then w. Errors: a schema that Avro has no word for, an unknown codec, those of w.
func NewFileWriter(w io.Writer, s *batch.Schema, pool *mem.Pool, o FileOptions) (*FileWriter, error) {
	c := &converter{data: data{enhanced: o.Enhanced, metaData: !o.NoMetaData, flattenSingletons: true}}
	to := c.newWriting(s)
	if to.err != nil {
		return nil, to.err
	}
	out, err := ocf.NewWriter(w, to.schema.Text, o.Codec)
	if err != nil {
		return nil, err
	}
	f := &FileWriter{encoder: encoder{converter: c, dst: &batch.BytesBuilder{Pool: pool}}, w: out, schema: s, to: to}
	if to.fast {
		f.root = []source{newSource(&to.step)}
	}
	return f, nil
}

// Write appends the selected rows of c, whose schema is the file's. Rows that are no values of it fail in status; the others are
// written, whole blocks at once, the rest by Flush.
//
// Errors: those of the file, after which it is of no use.
func (f *FileWriter) Write(c *batch.Column, sel batch.Selection, status *batch.Status) error {
	if f.root != nil && c.Schema() != nil {
		f.root[0].bind(&f.encoder.data, c)
		defer f.root[0].unbind()
	}
	if sel != nil {
		for _, i := range sel {
			if err := f.row(c, i, status); err != nil {
				return err
			}
		}
		return nil
	}
	for i := range int32(c.Len()) {
		if err := f.row(c, i, status); err != nil {
			return err
		}
	}
	return nil
}

func (f *FileWriter) row(c *batch.Column, i int32, status *batch.Status) error {
	e := &f.encoder
	p := -1
	if f.root != nil && c.Schema() != nil && !c.IsNull(int(i)) {
		p = e.members(f.root, int(i), f.end)
	}
	if p < 0 {
		body, err := e.plainAppendValue(nil, f.schema, f.to.avro, rowValue(c, int(i)))
		if err != nil {
			status.Fail(i, c.Len(), rowError(err))
			return nil
		}
		p = e.fill(f.end, body)
	}
	if p-f.end > ocf.BlockBytesMax {
		status.Fail(i, c.Len(), codec.Data("record of %d bytes: a file takes %d at most", p-f.end, ocf.BlockBytesMax))
		return nil
	}
	if f.rows > 0 && p > ocf.BlockBytesMax { // a large record has a block of its own
		last := p - f.end
		from := f.end
		if err := f.Flush(); err != nil {
			return err
		}
		p = copy(e.buf, e.buf[from:from+last])
	}
	f.rows++
	if f.end = p; f.end >= fileBlockBytes {
		return f.Flush()
	}
	return nil
}

// rowError gives the error of a row that Avro's writer or AvroData throws the codec's form.
func rowError(err error) error {
	if s := serialOf(err); s != nil {
		return codec.AsError(s.cause)
	}
	return codec.AsError(err)
}

// Flush ends the present block: the file may be cut behind it.
func (f *FileWriter) Flush() error {
	err := f.w.WriteBlock(f.rows, f.encoder.buf[:f.end])
	f.rows, f.end = 0, 0
	return err
}

// Close flushes, and returns the memory.
func (f *FileWriter) Close() error {
	err := f.Flush()
	f.encoder.dst.Discard()
	f.encoder.buf = nil
	return err
}
