package avro

import (
	"fmt"
	"io"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/avro/ocf"
	"github.com/millrace/millrace/codec/schemaregistry"
)

// FileReader reads a container file into columns. It belongs to one goroutine.
type FileReader struct {
	r       *ocf.Reader
	data    data
	reading *reading
	plan    *plan
	row     rowReader
	blocks  int
}

// NewFileReader reads the header of a file.
//
// Errors: those of ocf.NewReader; *codec.Error where the schema is none, or none that Connect has.
func NewFileReader(r io.Reader, o FileOptions) (*FileReader, error) {
	in, err := ocf.NewReader(r)
	if err != nil {
		return nil, err
	}
	f := &FileReader{r: in, data: data{enhanced: o.Enhanced, metaData: !o.NoMetaData, flattenSingletons: true}}
	writer, err := ParseSchema(in.Schema())
	if err != nil {
		return nil, err
	}
	s, err := f.data.toConnect(writer, nil)
	if err != nil {
		return nil, codec.AsError(err)
	}
	f.reading = &reading{of: &schemaregistry.Reading{}, writer: writer, schema: s}
	f.reading.step, f.reading.fast = f.data.readPlan(s, writer)
	f.plan = newPlan(f.reading)
	return f, nil
}

// Schema returns the schema of all records; nil: they have none.
func (f *FileReader) Schema() *batch.Schema { return f.reading.schema }

// Read returns the records of the next block as the values of a batch; io.EOF behind the last.
//
// Ownership: the caller releases the batch. Errors: those of ocf.Reader.Next, and of records that are no values of the schema:
// nothing can be read after them.
func (f *FileReader) Read(pool *batch.Pool) (*batch.Batch, error) {
	records, data, err := f.r.Next()
	if err != nil {
		return nil, err
	}
	f.blocks++
	if records > int64(len(data))+emptyItemsFree {
		return nil, fmt.Errorf("avro file: block %d: %d records in %d bytes", f.blocks, records, len(data))
	}
	b := pool.New(int(records))
	if b.Value, err = f.column(b, int(records), data); err != nil {
		b.Release()
		return nil, fmt.Errorf("avro file: block %d: %w", f.blocks, err)
	}
	return b, nil
}

// column reads n records of a block, one behind the other.
func (f *FileReader) column(dst *batch.Batch, n int, data []byte) (*batch.Column, error) {
	kept := dst.Arena.Bytes(len(data)) // columns point into it
	copy(kept, data)
	if f.plan.root == nil {
		return f.plainColumn(dst, n, kept)
	}
	x, p := &f.row, f.plan
	x.text, x.source = x.text[:0], kept
	x.base, x.end, x.empty, x.err = 0, len(kept), emptyItemsFree+int64(len(kept)), nil
	p.domain.Start(dst, n)
	at := 0
	for i := range n {
		p.domain.Mark()
		at = x.steps(p.steps[:], p.cols[:], kept, at, i)
		if at < 0 || at > len(kept) || x.err != nil {
			return nil, recordError(i, x.err)
		}
	}
	if at < len(kept) {
		return nil, codec.Data("%d bytes follow the last record", len(kept)-at)
	}
	return p.column(dst, x), nil
}

// plainColumn is column for schemas that have no plan.
func (f *FileReader) plainColumn(dst *batch.Batch, n int, data []byte) (*batch.Column, error) {
	cb := batch.NewColumnBuilder(f.reading.schema, true)
	for i := range n {
		v, end, err := f.data.plainRead(data, f.reading.schema, f.reading.writer)
		if err != nil {
			return nil, recordError(i, err)
		}
		data = data[end:]
		if err := cb.Append(v); err != nil {
			return nil, recordError(i, err)
		}
	}
	if len(data) > 0 {
		return nil, codec.Data("%d bytes follow the last record", len(data))
	}
	return cb.Finish(dst), nil
}

// recordError says which record of its block is wrong; nil: its bytes are.
func recordError(i int, err error) error {
	if err == nil {
		err = errBytes
	}
	return fmt.Errorf("record %d: %w", i+1, codec.AsError(err))
}
