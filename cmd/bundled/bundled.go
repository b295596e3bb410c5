// Package bundled lists the plugins that the program ships with. It is the only place that names them: who
// builds a program with other plugins writes a list like this one and calls cmd.Main.
package bundled

import (
	"slices"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/avro"
	"github.com/millrace/millrace/codec/connectjson"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/jsonschema"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/codec/protobuf"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/blackhole"
	"github.com/millrace/millrace/connectors/cdc/postgres"
	"github.com/millrace/millrace/connectors/datagen"
	"github.com/millrace/millrace/connectors/file"
	"github.com/millrace/millrace/connectors/mirror"
	"github.com/millrace/millrace/connectors/verifiable"
	"github.com/millrace/millrace/engine/plugin"
	"github.com/millrace/millrace/internal/registry"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/apache"
	"github.com/millrace/millrace/smt/confluent"
	"github.com/millrace/millrace/smt/debezium"
	"github.com/millrace/millrace/smt/predicate"
)

// Plugins returns the stock plugins.
func Plugins() plugin.Set {
	return plugin.Set{
		Converters: codec.NewSet(slices.Concat(avro.Classes(), connectjson.Classes(), jsonschema.Classes(), primitive.Classes(), protobuf.Classes(), header.Classes())...),
		Transforms: smt.NewSet(slices.Concat(apache.Classes(), confluent.Classes(), debezium.Classes())...),
		Predicates: smt.NewPredicateSet(slices.Concat(predicate.Classes())...),
		Connectors: connectors.NewSet(slices.Concat(file.Classes(), datagen.Classes(), blackhole.Classes(), verifiable.Classes(), mirror.Classes(), postgres.Classes())...),
		Schemas:    []registry.Kind{avro.Kind(), jsonschema.Kind(), protobuf.Kind()},
	}
}
