package stage

import (
	"context"
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
)

// SinkOptions configure a Sink.
type SinkOptions struct {
	Key, Value  Side
	Header      codec.HeaderConverter
	HeaderClass string
	Transforms  Transforms
	Operator    *errant.Operator
	// What the plugin reads of key and value; nil = all.
	KeyProjection, ValueProjection *batch.Projection
	// Raw says that the plugin reads consumed bytes alone. Without transforms nothing is decoded then.
	Raw bool
	// Identity says that Transforms does nothing.
	Identity bool
	// Text is the converter that the plugin wants values written by: it gets its bytes, as a column of bytes. Without
	// one it gets values. TextClass is the Java class that a value counts as refused by that cannot be written.
	Text      codec.Converter
	TextClass string
	// Plain says that every value is decoded and encoded, where Text is set: the twin, for tests.
	Plain bool
}

// Sink turns consumed batches into what a sink task is given.
// Source: WorkerSinkTask.convertAndTransformRecord.
type Sink struct {
	opt        SinkOptions
	key, value decoding
	wantKey    *batch.Projection
	wantValue  *batch.Projection
	text       *text // nil: the plugin gets values
}

// NewSink returns the stage of one task.
func NewSink(opt SinkOptions) *Sink {
	if opt.Text != nil {
		opt.ValueProjection, opt.Raw = nil, false
	}
	s := &Sink{opt: opt}
	s.wantKey, s.wantValue = opt.Transforms.Projection(opt.KeyProjection, opt.ValueProjection)
	if !opt.Raw || !opt.Identity {
		s.key = decoding{side: opt.Key, stage: errant.KeyConverter, dec: opt.Key.Converter.NewDecoder()}
		s.value = decoding{side: opt.Value, stage: errant.ValueConverter, dec: opt.Value.Converter.NewDecoder()}
	}
	if opt.Text != nil {
		s.text = newText(&s.opt)
	}
	return s
}

// Run decodes and transforms raw, which stays as it was consumed and is borrowed; the results keep it
// alive. They hold the rows in order. Rows that failed are in failed, those that transforms dropped in
// neither.
//
// Errors: no row could be tried.
func (s *Sink) Run(ctx context.Context, raw *batch.Batch) (out []*batch.Batch, failed []errant.RowError, err error) {
	w := raw.Fork(raw.Sel)
	if s.opt.Raw && s.opt.Identity {
		return []*batch.Batch{w}, nil, nil
	}
	if s.text != nil {
		defer s.text.end()
	}
	forks, failed, err := s.decode(ctx, w)
	if err != nil {
		return nil, failed, err
	}
	if s.opt.Identity {
		return s.finish(ctx, forks, failed)
	}
	for i, f := range forks {
		var more []*batch.Batch
		more, failed, err = s.opt.Transforms.Run(f, failed)
		if err != nil {
			releaseAll(out)
			releaseAll(forks[i+1:])
			return nil, failed, err
		}
		out = append(out, more...)
	}
	return s.finish(ctx, out, failed)
}

// finish gives forks, all of which it owns, the form that the plugin asked for.
func (s *Sink) finish(ctx context.Context, forks []*batch.Batch, failed []errant.RowError) ([]*batch.Batch, []errant.RowError, error) {
	if s.text == nil {
		return Order(forks), failed, nil
	}
	forks, failed, err := s.text.write(ctx, forks, s.opt.Operator, failed)
	if err != nil {
		return nil, failed, err
	}
	return Order(forks), failed, nil
}

// decode converts key, value and headers of w and returns w, or forks of it, one per pair of schemas.
func (s *Sink) decode(ctx context.Context, w *batch.Batch) ([]*batch.Batch, []errant.RowError, error) {
	in := codec.Input{Topic: w.Origin.Topic, Headers: &w.Headers, Values: w.RawKey, Sel: w.Sel}
	keys, failed, err := s.key.run(ctx, w, &in, s.wantKey, s.opt.Operator, nil)
	if err != nil {
		w.Release()
		return nil, failed, err
	}
	if len(failed) > 0 {
		w.Sel = union(w, keys)
	}
	in.Values, in.Sel = w.RawValue, w.Sel
	values := []part(nil)
	if w.Live() > 0 {
		values, failed, err = s.values(ctx, w, &in, failed)
		if err != nil {
			w.Release()
			return nil, failed, err
		}
	}
	if len(failed) > 0 {
		w.Sel = union(w, values)
	}
	failed = s.headers(ctx, w, failed)
	if len(keys) == 1 && len(values) == 1 {
		w.Key, w.Value = keys[0].col, values[0].col
		w.Sel = values[0].sel
		if w.Status.Any() {
			w.Sel = without(w, &w.Status)
			w.Status.Reset()
		}
		if w.Live() == 0 {
			w.Release()
			return nil, failed, nil
		}
		return []*batch.Batch{w}, failed, nil
	}
	forks := pairs(w, keys, values)
	w.Release()
	return forks, failed, nil
}

// values decodes the values of the selected rows of in, those that are not text already.
func (s *Sink) values(ctx context.Context, w *batch.Batch, in *codec.Input, failed []errant.RowError) ([]part, []errant.RowError, error) {
	if s.text == nil {
		return s.value.run(ctx, w, in, s.wantValue, s.opt.Operator, failed)
	}
	same := s.text.begin(w, in)
	if same.col != nil && len(in.Sel) == 0 && in.Sel != nil {
		return []part{same}, failed, nil
	}
	parts, failed, err := s.value.run(ctx, w, in, s.wantValue, s.opt.Operator, failed)
	if err == nil && same.col != nil {
		parts = append(parts, same)
	}
	return parts, failed, err
}

// headers converts the headers of w's rows. Failed rows stay in w.Status for the caller to leave out.
func (s *Sink) headers(ctx context.Context, w *batch.Batch, failed []errant.RowError) []errant.RowError {
	if w.Headers.Empty() || s.opt.Header == nil {
		return failed
	}
	w.OwnHeaders()
	each(w, func(row int32) {
		for i := w.Headers.Offsets[row]; i < w.Headers.Offsets[row+1]; i++ {
			h := &w.Headers.Entries[i]
			schema, v, err := s.opt.Header.ToConnect(w.Origin.Topic, h.Key, h.Raw)
			if connectors.IsRetriable(err) && s.opt.Operator.Retries() {
				err = s.opt.Operator.Again(ctx, err, func() (err error) {
					schema, v, err = s.opt.Header.ToConnect(w.Origin.Topic, h.Key, h.Raw)
					return err
				})
			}
			if err != nil {
				failed = append(failed, errant.RowError{Row: row, Stage: errant.HeaderConverter, Class: s.opt.HeaderClass, Err: err})
				w.Status.Fail(row, w.Len(), err)
				return
			}
			h.Decoded, h.Schema, h.Value = true, schema, v
		}
	})
	return failed
}

// each calls f for the selected rows. For rows with headers only, which are rare.
func each(b *batch.Batch, f func(row int32)) {
	if b.Sel == nil {
		for i := range int32(b.Len()) {
			f(i)
		}
		return
	}
	for _, i := range b.Sel {
		f(i)
	}
}

// union returns the rows of all parts, made in b's arena.
func union(b *batch.Batch, parts []part) batch.Selection {
	n := 0
	for _, p := range parts {
		if p.sel == nil {
			return nil
		}
		n += len(p.sel)
	}
	out := mem.Alloc[int32](&b.Arena, max(n, 1))[:0]
	for _, p := range parts {
		out = append(out, p.sel...)
	}
	if len(parts) > 1 {
		sortRows(out)
	}
	return out
}

func sortRows(s []int32) { slices.Sort(s) }
