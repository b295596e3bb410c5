package confluent

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
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
	return logging(name, def, func(v *config.Values, _ smt.Context) (smt.Transform, error) { return configure(v) })
}

// logging is single for a class that tells the log something.
func logging(name string, def *config.Def, configure func(v *config.Values, c smt.Context) (smt.Transform, error)) []*smt.Class {
	return []*smt.Class{{
		Name: name, Version: Version, Def: def, Independent: true,
		New: func(props map[string]string, c smt.Context) (smt.Transform, error) {
			v, err := def.Parse(props)
			if err != nil {
				return nil, err
			}
			return configure(v, c)
		},
	}}
}

// twoSided is a class for keys and one for values, nested classes of an abstract one.
func twoSided(name string, def *config.Def, configure func(s columnar.Side, v *config.Values) (smt.Transform, error)) []*smt.Class {
	of := func(s columnar.Side, suffix string) []*smt.Class {
		return single(classPrefix+name+suffix, def, func(v *config.Values) (smt.Transform, error) { return configure(s, v) })
	}
	return append(of(columnar.Key, "$Key"), of(columnar.Value, "$Value")...)
}

// newTransform is a transform whose columnar form, nil for none, never splits a batch.
func newTransform(columns func(b *batch.Batch) bool, record func(smt.Record) (smt.Record, bool, error), does smt.Effect) smt.Transform {
	if columns == nil {
		return columnar.New(nil, record, does)
	}
	return columnar.New(func(b *batch.Batch) ([]*batch.Batch, bool) { return nil, columns(b) }, record, does)
}

func dataError(text string) error { return &batch.DataError{Text: text} }

func exception(class, text string) error { return &java.Exception{Class: class, Message: text} }
