package confluent

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

const decompressedMax = "millrace.decompressed.bytes.max"

func gzipDecompressClasses() []*smt.Class {
	def := config.NewDef().Define(config.Key{
		Name: decompressedMax, Type: config.Long, Default: int64(64 << 20), Importance: config.Low,
		Validator: config.Between(int64(1), int64(batch.MaxBufferBytes)),
		Doc:       "How many bytes a record may have after decompression. A record with more is refused.",
	})
	return twoSided("GzipDecompress", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		t := &gzipDecompress{side: s, max: v.Int64(decompressedMax)}
		return newTransform(t.columns, t.record, t.effect()), nil
	})
}

// gzipDecompress replaces BYTES by what they hold in gzip format; null stays null.
// Source: documentation of GzipDecompress; java.util.zip.GZIPInputStream.
type gzipDecompress struct {
	side columnar.Side
	max  int64

	reader *gzip.Reader
	limit  io.LimitedReader
	source bytes.Reader
}

func (t *gzipDecompress) effect() smt.Effect {
	return t.side.On(smt.Access{Form: smt.Made, Reads: []smt.Path{{}}})
}

func (t *gzipDecompress) record(r smt.Record) (smt.Record, bool, error) {
	s, v := t.side.Of(&r)
	switch v.Tag() {
	case batch.TagNull:
		return r, true, nil
	case batch.TagBytes:
		out := bytes.NewBuffer([]byte{})
		if err := t.inflate(out, v.Bytes()); err != nil {
			return r, false, err
		}
		return t.side.With(r, s, batch.BytesValue(out.Bytes())), true, nil
	}
	return r, false, dataError("GzipDecompress: the " + t.side.String() + " is no bytes but " + v.Tag().JavaClass())
}

// inflate appends what data holds to out: all members, the bytes behind them are ignored.
func (t *gzipDecompress) inflate(out *bytes.Buffer, data []byte) error {
	t.source.Reset(data)
	t.limit.N = t.max + 1
	for first := true; ; first = false {
		var err error
		if t.reader == nil {
			t.reader, err = gzip.NewReader(&t.source)
		} else {
			err = t.reader.Reset(&t.source)
		}
		if err != nil {
			if !first {
				return nil
			}
			t.reader = nil
			return t.broken(err)
		}
		t.reader.Multistream(false)
		t.limit.R = t.reader
		if _, err := out.ReadFrom(&t.limit); err != nil {
			return t.broken(err)
		}
		if t.limit.N == 0 {
			return dataError(fmt.Sprintf("GzipDecompress: the %s has more than %d bytes after decompression; raise %s", t.side, t.max, decompressedMax))
		}
	}
}

func (t *gzipDecompress) broken(err error) error {
	return dataError("GzipDecompress: the " + t.side.String() + " is not in gzip format: " + err.Error())
}

func (t *gzipDecompress) columns(b *batch.Batch) bool {
	c := t.side.Column(b)
	if s := c.Schema(); s == nil || s.Kind() != batch.KindBytes || s.Logical() != batch.LogicalNone {
		return false
	}
	c = b.PlainColumn(c)
	rows, _ := divide(b, c, liveRows(b))
	bb := batch.BytesBuilder{Pool: b.Pool().Mem}
	bb.Reset(&b.Arena, b.Len(), 0)
	var out bytes.Buffer
	for _, i := range rows {
		out.Reset()
		err := t.inflate(&out, c.At(int(i)))
		if err == nil && len(bb.Buf)+out.Len() > batch.MaxBufferBytes {
			err = dataError(fmt.Sprintf("GzipDecompress: the batch has more than %d bytes after decompression", batch.MaxBufferBytes))
		}
		if err != nil {
			b.Status.Fail(i, b.Len(), err)
			continue
		}
		bb.Grow(out.Len())
		bb.Buf = append(bb.Buf, out.Bytes()...)
		bb.EndRow(int(i))
	}
	result, slab := bb.Finish()
	if slab != nil {
		b.Arena.Adopt(slab)
	}
	to := b.NewViews(c.Schema(), b.Len(), nil, nil)
	to.Bytes, to.NoSchema = result, c.NoSchema
	t.side.SetColumn(b, to)
	return true
}
