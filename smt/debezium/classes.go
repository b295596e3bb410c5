package debezium

import (
	"slices"

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

func class(name string, def *config.Def, configure func(props map[string]string, c smt.Context) (smt.Transform, error)) []*smt.Class {
	return []*smt.Class{{Name: classPrefix + name, Version: Version, Def: def, Independent: true, New: configure}}
}
