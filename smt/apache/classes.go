package apache

import (
	"slices"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
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
	return logging(name, def, func(v *config.Values, _ smt.Context) (smt.Transform, error) { return configure(v) })
}

// logging is single for a class that tells the log something.
func logging(name string, def *config.Def, configure func(v *config.Values, c smt.Context) (smt.Transform, error)) []*smt.Class {
	return []*smt.Class{{
		Name: classPrefix + name, Version: Version, Def: def, Independent: true,
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
	return twoSidedLogging(name, def, func(s columnar.Side, v *config.Values, _ smt.Context) (smt.Transform, error) { return configure(s, v) })
}

// twoSidedLogging is twoSided for a class that tells the log something.
func twoSidedLogging(name string, def *config.Def, configure func(s columnar.Side, v *config.Values, c smt.Context) (smt.Transform, error)) []*smt.Class {
	of := func(s columnar.Side, suffix string) []*smt.Class {
		return logging(name+suffix, def, func(v *config.Values, c smt.Context) (smt.Transform, error) { return configure(s, v, c) })
	}
	return append(of(columnar.Key, "$Key"), of(columnar.Value, "$Value")...)
}

// replaceNullDoc and its key are shared by the transforms that copy structs.
const replaceNull = "replace.null.with.default"

func replaceNullKey() config.Key {
	return config.Key{
		Name: replaceNull, Type: config.Boolean, Default: true, Importance: config.Medium,
		Doc: "Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used.",
	}
}
