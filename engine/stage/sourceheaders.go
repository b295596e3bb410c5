package stage

import (
	"context"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
)

// headers writes the headers of w's rows; rows that fail leave the selection. What is the same for all rows
// is written once, and texts are shared where their bytes are what the converter writes; where that fails, and
// of all else, every row is tried, and fails, on its own, up to the first header that cannot be written.
func (s *Source) headers(ctx context.Context, w *batch.Batch, failed []errant.RowError) []errant.RowError {
	if w.Headers.Empty() {
		return failed
	}
	listed := s.sharedHeaders(ctx, w)
	if !listed {
		w.OwnHeaders()
	}
	writers := s.headerWriters(ctx, w)
	if listed && len(writers) == 0 {
		return failed
	}
	each(w, func(row int32) {
		if w.Status.Failed(row) {
			return
		}
		topic := w.Topics.At(int(row))
		var err error
		if !listed {
			err = s.writeHeaders(ctx, topic, w.Headers.List(int(row)))
		}
		for k := 0; k < len(writers) && err == nil; k++ {
			if writers[k].column.Rows.Has(int(row)) {
				err = writers[k].write(ctx, s, topic, int(row))
			}
		}
		if err != nil {
			w.Status.Fail(row, w.Len(), err)
		}
	})
	for k := range writers {
		writers[k].finish(w)
	}
	return drain(w, errant.HeaderConverter, s.opt.HeaderClass, failed)
}

// sharedHeaders writes the entries that all rows share and reports whether no row is left to be tried.
func (s *Source) sharedHeaders(ctx context.Context, w *batch.Batch) bool {
	if len(w.Headers.Entries) == 0 || w.Live() == 0 {
		return true
	}
	if w.Headers.Offsets != nil || w.Topics.Index != nil {
		return false
	}
	first := firstLive(w)
	shared := slices.Clone(w.Headers.Entries)
	if err := s.writeHeaders(ctx, w.Topics.At(int(first)), shared); err != nil {
		w.Status.Fail(first, w.Len(), err)
		return false
	}
	w.Headers.Entries = shared
	return true
}

func firstLive(w *batch.Batch) int32 {
	if w.Sel == nil {
		return 0
	}
	return w.Sel[0]
}

// writeHeaders writes the headers of one row, up to the first that cannot be written.
func (s *Source) writeHeaders(ctx context.Context, topic string, entries []batch.Header) error {
	for i := range entries {
		h := &entries[i]
		if !h.Decoded {
			continue
		}
		raw, null, err := s.fromConnect(ctx, []byte{}, topic, h)
		if err != nil {
			return err
		}
		if null {
			raw = nil
		}
		*h = batch.Header{Key: h.Key, Raw: raw}
	}
	return nil
}

// fromConnect appends a header's bytes to dst.
func (s *Source) fromConnect(ctx context.Context, dst []byte, topic string, h *batch.Header) (raw []byte, null bool, err error) {
	raw, null, err = s.opt.Header.FromConnect(dst, topic, h.Key, h.Schema, h.Value)
	if err != nil && connectors.IsRetriable(err) && s.opt.Operator.Retries() {
		return s.retried(ctx, err, dst, topic, h)
	}
	return raw, null, err
}

// retried is fromConnect after it failed with err.
func (s *Source) retried(ctx context.Context, err error, dst []byte, topic string, h *batch.Header) (raw []byte, null bool, _ error) {
	err = s.opt.Operator.Again(ctx, err, func() (err error) {
		raw, null, err = s.opt.Header.FromConnect(dst, topic, h.Key, h.Schema, h.Value)
		return err
	})
	return raw, null, err
}

// headerWriters returns writers for the columns of headers that are written row by row; the others have
// their bytes.
func (s *Source) headerWriters(ctx context.Context, w *batch.Batch) (writers []headerWriter) {
	if len(w.Headers.Columns) == 0 || w.Live() == 0 {
		return nil
	}
	texts, _ := s.opt.Header.(codec.HeaderTexts)
	w.Headers.Columns = slices.Clone(w.Headers.Columns)
	for k := range w.Headers.Columns {
		c := &w.Headers.Columns[k]
		if c.Column == nil {
			continue
		}
		raw, ok := batch.Bytes{}, false
		if texts != nil && texts.WritesTexts() {
			raw, ok = textBytes(w, c)
		}
		if !ok {
			raw, ok = s.constantHeader(ctx, w, c)
		}
		if ok {
			*c = batch.HeaderColumn{Key: c.Key, Rows: c.Rows, Raw: raw}
			continue
		}
		writers = append(writers, headerWriter{column: c})
		bb := &writers[len(writers)-1].bb
		bb.Pool = w.Pool().Mem
		bb.Reset(&w.Arena, w.Len(), 16*w.Live())
	}
	return writers
}

// constantHeader writes a header that has one value, once. ok is false where every row is to be tried.
func (s *Source) constantHeader(ctx context.Context, w *batch.Batch, c *batch.HeaderColumn) (_ batch.Bytes, ok bool) {
	if c.Column.Form() != batch.FormConstant || w.Topics.Index != nil {
		return batch.Bytes{}, false
	}
	row := int(firstLive(w))
	h := c.At(row)
	raw, null, err := s.fromConnect(ctx, nil, w.Topics.At(row), &h)
	if err != nil || len(raw) > batch.MaxBufferBytes {
		return batch.Bytes{}, false
	}
	return repeated(w, raw, null), true
}

// repeated returns text, or null, for every row.
func repeated(w *batch.Batch, text []byte, null bool) batch.Bytes {
	out := batch.Bytes{Bufs: [2][]byte{text}, Views: mem.Zeroed[batch.View](&w.Arena, w.Len())}
	if null {
		out.Valid = mem.Zeroed[uint64](&w.Arena, bits.Words(w.Len()))
		return out
	}
	for i := range out.Views {
		out.Views[i].Len = uint32(len(text))
	}
	return out
}

// headerWriter writes a column of headers row by row.
type headerWriter struct {
	column *batch.HeaderColumn
	bb     batch.BytesBuilder
}

func (h *headerWriter) write(ctx context.Context, s *Source, topic string, row int) error {
	e := h.column.At(row)
	raw, null, err := s.fromConnect(ctx, h.bb.Buf, topic, &e)
	switch {
	case err != nil || null:
		return err
	case len(raw) > batch.MaxBufferBytes:
		return codec.Data("the headers %q of one batch are larger than 2 GiB", h.column.Key)
	}
	h.bb.Buf = raw
	h.bb.EndRow(row)
	return nil
}

// finish puts what was written in place of the column.
func (h *headerWriter) finish(w *batch.Batch) {
	raw, slab := h.bb.Finish()
	if slab != nil {
		w.Arena.Adopt(slab)
	}
	*h.column = batch.HeaderColumn{Key: h.column.Key, Rows: h.column.Rows, Raw: raw}
}
