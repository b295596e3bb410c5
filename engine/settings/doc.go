// Package settings defines the configs of connectors that the framework reads, as Java names them,
// and the typed values that the engine works with.
//
// The documentation texts, groups, orders and widths of the keys are what the REST API answers, so
// they are Java's. Plugins' own keys stand beside the plugins.
// Source: ConnectorConfig, SinkConnectorConfig, SourceConnectorConfig, TopicCreationConfig.
package settings
