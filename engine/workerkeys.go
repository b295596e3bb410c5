package engine

import "github.com/millrace/millrace/config"

// javaWorkerKeys are the keys of Java's WorkerConfig that the engine reads.
func javaWorkerKeys() []config.Key {
	return []config.Key{
		{Name: "key.converter", Type: config.Class, Required: true, Importance: config.High,
			Doc:   "Converter class used to convert between Kafka Connect format and the serialized form that is written to Kafka. This controls the format of the keys in messages written to or read from Kafka, and since this is independent of connectors it allows any connector to work with any serialization format. Examples of common formats include JSON and Avro.",
			Width: config.WidthNone},
		{Name: "value.converter", Type: config.Class, Required: true, Importance: config.High,
			Doc:   "Converter class used to convert between Kafka Connect format and the serialized form that is written to Kafka. This controls the format of the values in messages written to or read from Kafka, and since this is independent of connectors it allows any connector to work with any serialization format. Examples of common formats include JSON and Avro.",
			Width: config.WidthNone},
		{Name: "header.converter", Type: config.Class, Default: "org.apache.kafka.connect.storage.SimpleHeaderConverter", Importance: config.Low,
			Doc:   "HeaderConverter class used to convert between Kafka Connect format and the serialized form that is written to Kafka. This controls the format of the header values in messages written to or read from Kafka, and since this is independent of connectors it allows any connector to work with any serialization format. Examples of common formats include JSON and Avro. By default, the SimpleHeaderConverter is used to serialize header values to strings and deserialize them by inferring the schemas.",
			Width: config.WidthNone},
		{Name: "task.shutdown.graceful.timeout.ms", Type: config.Long, Default: "5000", Importance: config.Low,
			Doc:   "Amount of time to wait for tasks to shutdown gracefully. This is the total amount of time, not per task. All task have shutdown triggered, then they are waited on sequentially.",
			Width: config.WidthNone},
		{Name: "offset.flush.interval.ms", Type: config.Long, Default: "60000", Importance: config.Low,
			Doc:   "Interval at which to try committing offsets for tasks.",
			Width: config.WidthNone},
		{Name: "offset.flush.timeout.ms", Type: config.Long, Default: "5000", Importance: config.Low,
			Doc:   "Maximum number of milliseconds to wait for records to flush and partition offset data to be committed to offset storage before cancelling the process and restoring the offset data to be committed in a future attempt. This property has no effect for source connectors running with exactly-once support.",
			Width: config.WidthNone},
		{Name: policyKey, Type: config.String, Default: "All", Importance: config.Medium,
			Doc:   "Class name or alias of implementation of <code>ConnectorClientConfigOverridePolicy</code>. Defines what client configurations can be overridden by the connector. The default policy is <code>All</code>, meaning connector configurations can override all client properties. The other possible policies in the framework include <code>Allowlist</code> to specify allowed configurations via <code>connector.client.config.override.allowlist</code>, <code>None</code> to disallow connectors from overriding client properties, and <code>Principal</code> (now deprecated) to allow connectors to override only client principals.",
			Width: config.WidthNone},
		{Name: "connector.client.config.override.allowlist", Type: config.List, Default: "", Validator: config.AnyNonDuplicateValues(true, false), Importance: config.Medium,
			Doc:   "List of client configurations that can be overridden by connectors. If empty, connectors can't override any client configurations.",
			Width: config.WidthNone},
		{Name: "topic.creation.enable", Type: config.Boolean, Default: "true", Importance: config.Low,
			Doc:   "Whether to allow automatic creation of topics used by source connectors, when source connectors are configured with <code>topic.creation.</code> properties. Each task will use an admin client to create its topics and will not depend on the Kafka brokers to create topics automatically.",
			Width: config.WidthNone},
		{Name: "topic.tracking.enable", Type: config.Boolean, Default: "true", Importance: config.Low,
			Doc:   "Enable tracking the set of active topics per connector during runtime.",
			Width: config.WidthNone},
	}
}
