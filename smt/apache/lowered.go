package apache

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/bits"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
	"github.com/millrace/millrace/smt/plan"
)

// lowered is a transform in all its forms.
type lowered interface {
	columns(b *batch.Batch) (more []*batch.Batch, done bool)
	record(r smt.Record) (smt.Record, bool, error)
	effect() smt.Effect
}

// transform is what a lowered one is outside.
func transform(t lowered) *columnar.Transform {
	does := t.effect()
	return &columnar.Transform{Columns: t.columns, Plain: smt.Rows(t.record, nil), Does: &does}
}

// editor is a lowered transform that makes structs field by field.
type editor interface {
	lowered
	rewrite(s *batch.Schema) rewrite
	// fields appends the columns of the fields of w.schema, made of those of a struct, in, to out. rows are
	// those with a struct, valid marks them; rows that Java would refuse fail.
	fields(b *batch.Batch, rows batch.Selection, valid bits.Bitmap, w *rewrite, in, out []*batch.Column) []*batch.Column
}

// editing is transform for one that plans may merge with its neighbours.
func editing(s columnar.Side, t editor) *columnar.Transform {
	out := transform(t)
	out.Edits = &plan.Editing{Key: bool(s), Edit: func(in *batch.Schema) *plan.Edit {
		w := t.rewrite(in)
		if w.odd || w.whole {
			return nil
		}
		return &plan.Edit{Schema: w.schema, Err: w.err,
			Columns: func(b *batch.Batch, rows batch.Selection, valid bits.Bitmap, in, out []*batch.Column) []*batch.Column {
				return t.fields(b, rows, valid, &w, in, out)
			}}
	}}
	return out
}
