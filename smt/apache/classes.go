package apache

import (
	"slices"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
)

// Version is the release of the original whose behaviour the transforms have.
const Version = "4.3.1"

const classPrefix = "org.apache.kafka.connect.transforms."

// Classes returns the transform classes of this package.
func Classes() []*smt.Class {
	return slices.Concat(
		castClasses(),
		dropHeadersClasses(),
		extractFieldClasses(),
		filterClasses(),
		flattenClasses(),
		headerFromClasses(),
		hoistFieldClasses(),
		insertFieldClasses(),
		insertHeaderClasses(),
		maskFieldClasses(),
		regexRouterClasses(),
		replaceFieldClasses(),
		setSchemaMetadataClasses(),
		timestampConverterClasses(),
		timestampRouterClasses(),
		valueToKeyClasses(),
	)
}

// single is a class for whole records.
func single(name string, def *config.Def, configure func(v *config.Values) (smt.Transform, error)) []*smt.Class {
	return []*smt.Class{{
		Name: classPrefix + name, Version: Version, Def: def,
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
		return single(name+suffix, def, func(v *config.Values) (smt.Transform, error) { return configure(s, v) })
	}
	return append(of(keySide, "$Key"), of(valueSide, "$Value")...)
}

// replaceNullDoc and its key are shared by the transforms that copy structs.
const replaceNull = "replace.null.with.default"

func replaceNullKey() config.Key {
	return config.Key{
		Name: replaceNull, Type: config.Boolean, Default: true, Importance: config.Medium,
		Doc: "Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used.",
	}
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
