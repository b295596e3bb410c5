package confluent

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt"
)

// Version is the release of connect-transforms whose documentation the transforms follow.
const Version = "1.6.0"

const (
	classPrefix      = "io.confluent.connect.transforms."
	cloudClassPrefix = "io.confluent.connect.cloud.transforms."
)

// Classes returns the transform classes of this package.
func Classes() []*smt.Class {
	return slices.Concat(
		dropClasses(),
		extractTopicClasses(),
		filterClasses(),
		gzipDecompressClasses(),
		messageTimestampRouterClasses(),
		tombstoneHandlerClasses(),
		topicRegexRouterClasses(),
	)
}

// single is a class for whole records.
func single(name string, def *config.Def, configure func(v *config.Values) (smt.Transform, error)) []*smt.Class {
	return []*smt.Class{{
		Name: name, Version: Version, Def: def,
		New: func(props map[string]string) (smt.Transform, error) {
			v, err := def.Parse(props)
			if err != nil {
				return nil, err
			}
			return configure(v)
		},
	}}
}

// twoSided is a class for keys and one for values, nested classes of an abstract one.
func twoSided(name string, def *config.Def, configure func(s side, v *config.Values) (smt.Transform, error)) []*smt.Class {
	of := func(s side, suffix string) []*smt.Class {
		return single(classPrefix+name+suffix, def, func(v *config.Values) (smt.Transform, error) { return configure(s, v) })
	}
	return append(of(keySide, "$Key"), of(valueSide, "$Value")...)
}

// transform is a columnar form with its plain twin.
type transform struct {
	// columns transforms b, or says that it did not: it has then changed nothing. nil: plain only.
	columns func(b *batch.Batch) (done bool)
	plain   smt.Transform
}

var _ smt.Transform = (*transform)(nil)

func newTransform(columns func(b *batch.Batch) bool, record func(smt.Record) (smt.Record, bool, error)) smt.Transform {
	return &transform{columns: columns, plain: smt.Rows(record, nil)}
}

// Apply implements smt.Transform.
func (t *transform) Apply(b *batch.Batch) ([]*batch.Batch, error) {
	if b.Live() == 0 {
		return nil, nil
	}
	if t.columns != nil && t.columns(b) {
		return nil, nil
	}
	return t.plain.Apply(b)
}

// Close implements smt.Transform.
func (t *transform) Close() error { return t.plain.Close() }

func dataError(text string) error { return &batch.DataError{Text: text} }

func exception(class, text string) error { return &java.Exception{Class: class, Message: text} }
