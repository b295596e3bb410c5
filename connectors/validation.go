package connectors

import "github.com/millrace/millrace/config"

// PluginInfo describes one plugin class for GET /connector-plugins.
type PluginInfo struct {
	Class   string
	Type    string // sink, source, transformation, predicate, converter, header_converter
	Version string // "" = undefined
}

// Validation is the answer of a config check. Source: ConfigInfos.
type Validation struct {
	Name       string // connector.class as given
	ErrorCount int
	Groups     []string
	Configs    []ValidatedKey
}

// ValidatedKey is a key's definition and checked value; either may be nil. Source: ConfigInfo.
type ValidatedKey struct {
	Definition *config.Key
	Value      *config.ConfigValue
}
