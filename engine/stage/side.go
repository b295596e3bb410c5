package stage

import (
	"context"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/errant"
)

// Side is the converter of a task's keys or values.
type Side struct {
	Class     string // Java class name
	Converter codec.Converter
}

// part is a column and the rows that it holds.
type part struct {
	col *batch.Column
	sel batch.Selection
}

// decoding is the state of one side's decoder between batches.
type decoding struct {
	side   Side
	stage  errant.Stage
	dec    codec.Decoder
	groups codec.Groups
	members
	parts []part
}

// run decodes the selected rows of in into columns made in b: one per schema.
//
// Rows that fail are appended to failed and are in no part. Failures that are retriable are tried
// again, those rows alone. Errors: no row could be tried.
func (d *decoding) run(ctx context.Context, b *batch.Batch, in *codec.Input, want *batch.Projection, op *errant.Operator,
	failed []errant.RowError) ([]part, []errant.RowError, error) {
	d.parts = d.parts[:0]
	attempts := op.Attempts()
	for {
		var status batch.Status
		err := op.Do(ctx, func() error { return d.once(b, in, want, &status) })
		if err != nil {
			return nil, failed, err
		}
		if !status.Any() {
			return d.parts, failed, nil
		}
		again := d.failures(b, &status, op.Retries(), &failed)
		if len(again) == 0 {
			return d.parts, failed, nil
		}
		if !attempts.Next(ctx, len(again)) {
			failed = d.giveUp(&status, failed)
			return d.parts, failed, nil
		}
		retry := *in
		retry.Sel = again
		in = &retry
	}
}

// once groups and decodes in, appending to d.parts. On error nothing was appended.
func (d *decoding) once(b *batch.Batch, in *codec.Input, want *batch.Projection, status *batch.Status) error {
	status.Reset()
	d.groups = codec.Groups{}
	if err := d.dec.Group(b, in, &d.groups, status); err != nil {
		return err
	}
	before := len(d.parts)
	if d.groups.Row != nil {
		d.members.sort(b, in, &d.groups, status)
	}
	for g := int32(0); g < max(d.groups.N, 1); g++ {
		sel := d.selection(b, in, g, status)
		if sel != nil && len(sel) == 0 {
			continue
		}
		if d.groups.N == 0 {
			d.parts = append(d.parts, part{b.NullColumn(len(in.Values.Views)), sel})
			continue
		}
		col, err := d.dec.Decode(b, in, g, sel, want, status)
		if err != nil {
			d.parts = d.parts[:before]
			return err
		}
		d.parts = append(d.parts, part{col, sel})
	}
	if status.Any() {
		for i := before; i < len(d.parts); i++ {
			d.parts[i].sel = dropFailed(b, d.parts[i].sel, len(in.Values.Views), status)
		}
	}
	return nil
}

// selection returns the rows of group g that did not fail; nil means all rows of the batch.
func (d *decoding) selection(b *batch.Batch, in *codec.Input, g int32, status *batch.Status) batch.Selection {
	switch {
	case d.groups.Row != nil:
		return d.members.of(g)
	case status.Any():
		return dropFailed(b, in.Sel, len(in.Values.Views), status)
	}
	return in.Sel
}

// failures appends the failures that are final to failed and returns the rows to be tried again.
func (d *decoding) failures(b *batch.Batch, status *batch.Status, retries bool, failed *[]errant.RowError) batch.Selection {
	var again batch.Selection
	for _, e := range status.Errors() {
		if retries && connectors.IsRetriable(e.Err) {
			if again == nil {
				again = mem.Alloc[int32](&b.Arena, len(status.Errors()))[:0]
			}
			again = append(again, e.Row)
			continue
		}
		*failed = append(*failed, errant.RowError{Row: e.Row, Stage: d.stage, Class: d.side.Class, Err: e.Err})
	}
	sortRows(again)
	return again
}

// giveUp makes failures that were retriable final.
func (d *decoding) giveUp(status *batch.Status, failed []errant.RowError) []errant.RowError {
	for _, e := range status.Errors() {
		if connectors.IsRetriable(e.Err) {
			failed = append(failed, errant.RowError{Row: e.Row, Stage: d.stage, Class: d.side.Class, Err: e.Err})
		}
	}
	return failed
}

// dropFailed returns sel (nil: all n rows) less the rows that failed, made in b's arena.
func dropFailed(b *batch.Batch, sel batch.Selection, n int, status *batch.Status) batch.Selection {
	out := mem.Alloc[int32](&b.Arena, max(sel.Count(n), 1))[:0]
	if sel == nil {
		for i := range int32(n) {
			if !status.Failed(i) {
				out = append(out, i)
			}
		}
		return out
	}
	for _, i := range sel {
		if !status.Failed(i) {
			out = append(out, i)
		}
	}
	return out
}
