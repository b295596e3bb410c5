package postgres

import (
	_ "embed" // of the config definition

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/connectors/cdc"
)

//go:embed configdef.tsv
var definition string

// Classes returns the connector class of this package.
func Classes() []*connectors.Class {
	d := config.ParseTable(definition, nil)
	return []*connectors.Class{{
		Name:      "io.debezium.connector.postgresql.PostgresConnector",
		TaskClass: "io.debezium.connector.postgresql.PostgresConnectorTask",
		Version:   cdc.Version,
		Def:       d,
		Metrics:   metricSet(),
		NewSource: func() connectors.SourceConnector { return &connector{def: d} },
	}}
}
