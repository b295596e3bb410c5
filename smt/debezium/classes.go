package debezium

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

// Version is the release of the original whose behaviour the transforms have.
const Version = "3.6.1.Final"

const classPrefix = "io.debezium.transforms."

// Classes returns the transform classes of this package.
func Classes() []*smt.Class {
	return slices.Concat(
		eventRouterClasses(),
		extractNewRecordStateClasses(),
		logicalTableClasses(),
		scriptedClasses(),
	)
}

func class(name string, def *config.Def, configure func(props map[string]string) (smt.Transform, error)) []*smt.Class {
	return []*smt.Class{{Name: classPrefix + name, Version: Version, Def: def, New: configure}}
}

// transform is a columnar form with its plain twin.
type transform struct {
	// columns transforms b, or says that it did not: it has then changed nothing.
	columns func(b *batch.Batch) (more []*batch.Batch, done bool)
	plain   smt.Transform
}

var _ smt.Transform = (*transform)(nil)

func newTransform(columns func(b *batch.Batch) ([]*batch.Batch, bool), record func(smt.Record) (smt.Record, bool, error)) smt.Transform {
	return &transform{columns: columns, plain: smt.Rows(record, nil)}
}

// Apply implements smt.Transform.
func (t *transform) Apply(b *batch.Batch) ([]*batch.Batch, error) {
	if b.Live() == 0 {
		return nil, nil
	}
	if more, done := t.columns(b); done {
		return more, nil
	}
	return t.plain.Apply(b)
}

// Close implements smt.Transform.
func (t *transform) Close() error { return t.plain.Close() }
