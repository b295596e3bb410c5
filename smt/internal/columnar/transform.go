package columnar

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/plan"
)

// Transform is a columnar form with its plain twin.
type Transform struct {
	// Columns transforms b, or says that it did not: it has then changed nothing. nil: plain only.
	Columns func(b *batch.Batch) (more []*batch.Batch, done bool)
	Plain   smt.Transform
	// Does says what it does to records; nil: anything.
	Does *smt.Effect
	// Edits is its work on structs, where that goes field by field; otherwise nil.
	Edits *plan.Editing
}

var (
	_ smt.Transform = (*Transform)(nil)
	_ smt.Described = (*Transform)(nil)
	_ plan.Editor   = (*Transform)(nil)
)

// New returns a transform of its columnar form, which may be nil, of what it does to one record, and of what it says of that.
func New(columns func(b *batch.Batch) ([]*batch.Batch, bool), record func(smt.Record) (smt.Record, bool, error), does smt.Effect) smt.Transform {
	return &Transform{Columns: columns, Plain: smt.Rows(record, nil), Does: &does}
}

// Apply implements smt.Transform.
func (t *Transform) Apply(b *batch.Batch) ([]*batch.Batch, error) {
	if b.Live() == 0 {
		return nil, nil
	}
	if t.Columns != nil {
		if more, done := t.Columns(b); done {
			return more, nil
		}
	}
	return t.Plain.Apply(b)
}

// Effect implements smt.Described.
func (t *Transform) Effect() smt.Effect {
	if t.Does == nil {
		return smt.Anything()
	}
	return *t.Does
}

// Editing implements plan.Editor.
func (t *Transform) Editing() *plan.Editing { return t.Edits }

// Close implements smt.Transform.
func (t *Transform) Close() error { return t.Plain.Close() }
