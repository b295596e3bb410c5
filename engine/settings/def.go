package settings

import (
	"github.com/millrace/millrace/config"
)

// Defaults are the parts of the definition that depend on the worker and its plugins. "" is null.
type Defaults struct {
	ConnectorVersion                                              string
	KeyConverter, KeyConverterVersion                             string
	ValueConverter, ValueConverterVersion                         string
	HeaderConverter, HeaderConverterVersion                       string
	ConnectorVersions, KeyVersions, ValueVersions, HeaderVersions config.Recommender
	Converters, HeaderConverters                                  config.Recommender
}

// Validators check what only the plugin registries know; nil accepts everything.
type Validators struct {
	Converter, HeaderConverter config.Validator
}

// Connector returns the definition of the keys that every connector has.
func Connector(d Defaults, v Validators) *config.Def {
	return define(config.NewDef(), connectorKeys(d, v))
}

// Sink returns the definition of the framework's keys of sink connectors.
func Sink(d Defaults, v Validators) *config.Def { return define(Connector(d, v), sinkKeys()) }

// Source returns the definition of the framework's keys of source connectors.
func Source(d Defaults, v Validators) *config.Def { return define(Connector(d, v), sourceKeys()) }

func define(d *config.Def, keys []config.Key) *config.Def {
	for _, k := range keys {
		d.Define(k)
	}
	return d
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}
