package stage

import (
	"context"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
)

// SourceOptions configure a Source.
type SourceOptions struct {
	Key, Value  Side
	Header      codec.HeaderConverter
	HeaderClass string
	Transforms  Transforms
	Operator    *errant.Operator
}

// Source turns polled batches into record bytes.
// Source: AbstractWorkerSourceTask.convertTransformedRecord.
type Source struct {
	opt        SourceOptions
	key, value encoding
}

// Encoded is rows ready to be sent: those of B's selection, with B's envelope and raw headers. The
// bytes live as long as B.
type Encoded struct {
	B          *batch.Batch
	Key, Value batch.Bytes
}

// encoding is one side's encoder between batches.
type encoding struct {
	side  Side
	stage errant.Stage
	enc   codec.Encoder
	bb    batch.BytesBuilder
	last  int // bytes that the last row set took, as a hint for the next
	rows  int
}

// NewSource returns the stage of one task.
func NewSource(opt SourceOptions) *Source {
	return &Source{
		opt:   opt,
		key:   encoding{side: opt.Key, stage: errant.KeyConverter, enc: opt.Key.Converter.NewEncoder()},
		value: encoding{side: opt.Value, stage: errant.ValueConverter, enc: opt.Value.Converter.NewEncoder()},
	}
}

// Run transforms and encodes polled, which stays as it was polled and is borrowed; the results keep it
// alive and are forks over its rows. Rows that failed are in failed; those that transforms dropped are
// in no result. The caller owns the results' batches.
//
// Errors: no row could be tried.
func (s *Source) Run(ctx context.Context, polled *batch.Batch) (out []Encoded, failed []errant.RowError, err error) {
	forks, failed, err := s.opt.Transforms.Run(polled.Fork(polled.Sel), nil)
	if err != nil {
		return nil, failed, err
	}
	for i, f := range forks {
		var e Encoded
		e, failed, err = s.encode(ctx, f, failed)
		if err != nil {
			for _, o := range out {
				o.B.Release()
			}
			releaseAll(forks[i:])
			return nil, failed, err
		}
		if f.Live() == 0 {
			f.Release()
			continue
		}
		out = append(out, e)
	}
	return out, failed, nil
}

// Close returns what the stage holds.
func (s *Source) Close() {
	s.key.bb.Discard()
	s.value.bb.Discard()
}

func (s *Source) encode(ctx context.Context, w *batch.Batch, failed []errant.RowError) (Encoded, []errant.RowError, error) {
	failed = s.headers(ctx, w, failed)
	key, failed, err := s.key.run(ctx, w, w.Key, s.opt.Operator, failed)
	if err != nil {
		return Encoded{}, failed, err
	}
	value, failed, err := s.value.run(ctx, w, w.Value, s.opt.Operator, failed)
	return Encoded{B: w, Key: key, Value: value}, failed, err
}

// run encodes the live rows of col, which belongs to w; nil stands for a column of nulls. Rows that
// fail leave w's selection. Failures that are retriable are tried again, those rows alone.
func (e *encoding) run(ctx context.Context, w *batch.Batch, col *batch.Column, op *errant.Operator,
	failed []errant.RowError) (batch.Bytes, []errant.RowError, error) {
	if col == nil {
		col = w.NullColumn(w.Len())
	}
	e.begin(w, w.Live())
	failed, err := e.append(ctx, w, col, op, failed)
	if err != nil {
		return batch.Bytes{}, failed, err
	}
	return e.end(w, w.Live()), failed, nil
}

// begin starts the bytes of about so many rows of w.
func (e *encoding) begin(w *batch.Batch, rows int) {
	e.bb.Pool = w.Pool().Mem
	e.bb.Reset(&w.Arena, w.Len(), e.hint(rows))
}

// end returns the bytes, which live as long as w; so many rows were written.
func (e *encoding) end(w *batch.Batch, rows int) batch.Bytes {
	e.last, e.rows = len(e.bb.Buf), rows
	b, slab := e.bb.Finish()
	if slab != nil {
		w.Arena.Adopt(slab)
	}
	return b
}

// append is run between begin and end. On error the bytes are dropped.
func (e *encoding) append(ctx context.Context, w *batch.Batch, col *batch.Column, op *errant.Operator, failed []errant.RowError) ([]errant.RowError, error) {
	out := codec.Output{Topics: w.Topics, Column: col, Sel: w.Sel, Headers: &w.Headers}
	attempts := op.Attempts()
	for {
		var status batch.Status
		err := op.Do(ctx, func() error {
			status.Reset()
			e.bb.Undo() // what a failed attempt left of a row
			return e.enc.Encode(&e.bb, &out, &status)
		})
		if err != nil {
			e.bb.Discard()
			return failed, err
		}
		again := e.failures(w, &status, op.Retries(), &failed)
		if len(again) == 0 {
			break
		}
		if !attempts.Next(ctx, len(again)) {
			failed = e.giveUp(w, &status, failed)
			break
		}
		out.Sel = again
	}
	if w.Status.Any() {
		w.Sel = without(w, &w.Status)
		w.Status.Reset()
	}
	return failed, nil
}

func (e *encoding) hint(rows int) int {
	if e.rows == 0 {
		return 64 * rows
	}
	return e.last/e.rows*rows + e.last/8 + 64
}

// failures appends the final failures to failed, marks their rows in w.Status, and returns the rows to
// be tried again.
func (e *encoding) failures(w *batch.Batch, status *batch.Status, retries bool, failed *[]errant.RowError) batch.Selection {
	var again batch.Selection
	for _, f := range status.Errors() {
		if retries && connectors.IsRetriable(f.Err) {
			if again == nil {
				again = mem.Alloc[int32](&w.Arena, len(status.Errors()))[:0]
			}
			again = append(again, f.Row)
			continue
		}
		*failed = append(*failed, errant.RowError{Row: f.Row, Stage: e.stage, Class: e.side.Class, Err: f.Err})
		w.Status.Fail(f.Row, w.Len(), f.Err)
	}
	sortRows(again)
	return again
}

func (e *encoding) giveUp(w *batch.Batch, status *batch.Status, failed []errant.RowError) []errant.RowError {
	for _, f := range status.Errors() {
		if connectors.IsRetriable(f.Err) {
			failed = append(failed, errant.RowError{Row: f.Row, Stage: e.stage, Class: e.side.Class, Err: f.Err})
			w.Status.Fail(f.Row, w.Len(), f.Err)
		}
	}
	return failed
}
