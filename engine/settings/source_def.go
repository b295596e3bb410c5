package settings

import "github.com/millrace/millrace/config"

// sourceKeys are the keys of source connectors beside those of all. Source: SourceConnectorConfig.configDef.
func sourceKeys() []config.Key {
	return []config.Key{
		{Name: "topic.creation.groups", Type: config.List, Default: "", Validator: uniqueAliases("topic creation groups"), Importance: config.Low,
			Doc:   "Groups of configurations for topics created by source connectors",
			Group: "Topic Creation", Order: 1, Width: config.WidthLong, DisplayName: "Topic Creation Groups"},
		{Name: "exactly.once.support", Type: config.String, Default: "requested", Validator: config.InIgnoreCase("requested", "required"), Importance: config.Medium,
			Doc:   "Permitted values are requested, required. If set to \"required\", forces a preflight check for the connector to ensure that it can provide exactly-once semantics with the given configuration. Some connectors may be capable of providing exactly-once semantics but not signal to Connect that they support this; in that case, documentation for the connector should be consulted carefully before creating it, and the value for this property should be set to \"requested\". Additionally, if the value is set to \"required\" but the worker that performs preflight validation does not have exactly-once support enabled for source connectors, requests to create or validate the connector will fail.",
			Group: "Exactly Once Support", Order: 2, Width: config.WidthShort, DisplayName: "Exactly once support"},
		{Name: "transaction.boundary", Type: config.String, Default: "poll", Validator: config.InIgnoreCase("poll", "interval", "connector"), Importance: config.Medium,
			Doc:   "Permitted values are: poll, interval, connector. If set to 'poll', a new producer transaction will be started and committed for every batch of records that each task from this connector provides to Connect. If set to 'connector', relies on connector-defined transaction boundaries; note that not all connectors are capable of defining their own transaction boundaries, and in that case, attempts to instantiate a connector with this value will fail. Finally, if set to 'interval', commits transactions only after a user-defined time interval has passed.",
			Group: "Exactly Once Support", Order: 3, Width: config.WidthShort, DisplayName: "Transaction Boundary"},
		{Name: "transaction.boundary.interval.ms", Type: config.Long, Validator: config.Lambda(atLeastZeroOrNull, "[0,...]"), Importance: config.Low,
			Doc:   "If 'transaction.boundary' is set to 'interval', determines the interval for producer transaction commits by connector tasks. If unset, defaults to the value of the worker-level 'offset.flush.interval.ms' property. It has no effect if a different transaction.boundary is specified.",
			Group: "Exactly Once Support", Order: 4, Width: config.WidthShort, DisplayName: "Transaction boundary interval"},
		{Name: "offsets.storage.topic", Type: config.String, Validator: config.NonEmptyString{}, Importance: config.Low,
			Doc:   "The name of a separate offsets topic to use for this connector. If empty or not specified, the worker’s global offsets topic name will be used. If specified, the offsets topic will be created if it does not already exist on the Kafka cluster targeted by this connector (which may be different from the one used for the worker's global offsets topic if the bootstrap.servers property of the connector's producer has been overridden from the worker's). Only applicable in distributed mode; in standalone mode, setting this property will have no effect.",
			Group: "offsets.topic", Order: 1, Width: config.WidthLong, DisplayName: "Offsets topic"},
	}
}

// topicCreationDefaultKeys are the keys behind topic.creation.default.
// Source: TopicCreationConfig.defaultGroupConfigDef.
func topicCreationDefaultKeys() []config.Key {
	return []config.Key{
		{Name: "include", Type: config.List, Default: ".*", Validator: config.NonNullValidator{}, Importance: config.Low,
			Doc:   "A list of regular expression literals used to match the topic names used by the source connector. This list is used to include topics that should be created using the topic settings defined by this group.",
			Group: "default", Order: 1, Width: config.WidthLong, DisplayName: "Inclusion Topic Pattern for default"},
		{Name: "exclude", Type: config.List, Default: "", Validator: config.NonNullValidator{}, Importance: config.Low,
			Doc:   "A list of regular expression literals used to match the topic names used by the source connector. This list is used to exclude topics from being created with the topic settings defined by this group. Note that exclusion rules have precedent and override any inclusion rules for the topics.",
			Group: "default", Order: 2, Width: config.WidthLong, DisplayName: "Exclusion Topic Pattern for default"},
		{Name: "replication.factor", Type: config.Short, Required: true, Validator: replicationFactor, Importance: config.Low,
			Doc:   "The replication factor for new topics created for this connector using this group. This value may be -1 to use the broker'sdefault replication factor, or may be a positive number not larger than the number of brokers in the Kafka cluster. A value larger than the number of brokers in the Kafka cluster will result in an error when the new topic is created. For the default group this configuration is required. For any other group defined in topic.creation.groups this config is optional and if it's missing it gets the value of the default group",
			Group: "default", Order: 3, Width: config.WidthLong, DisplayName: "Replication Factor for Topics in default"},
		{Name: "partitions", Type: config.Int, Required: true, Validator: partitions, Importance: config.Low,
			Doc:   "The number of partitions new topics created for this connector. This value may be -1 to use the broker's default number of partitions, or a positive number representing the desired number of partitions. For the default group this configuration is required. For any other group defined in topic.creation.groups this config is optional and if it's missing it gets the value of the default group",
			Group: "default", Order: 4, Width: config.WidthLong, DisplayName: "Partition Count for Topics in default"},
	}
}

// topicCreationKeys are the keys behind topic.creation.<group>. Source: TopicCreationConfig.configDef.
func topicCreationKeys(group string, replication int16, count int32) []config.Key {
	return []config.Key{
		{Name: "include", Type: config.List, Default: "", Validator: regexes, Importance: config.Low,
			Doc:   "A list of regular expression literals used to match the topic names used by the source connector. This list is used to include topics that should be created using the topic settings defined by this group.",
			Group: group, Order: 1, Width: config.WidthLong, DisplayName: "Inclusion Topic Pattern for " + group},
		{Name: "exclude", Type: config.List, Default: "", Validator: regexes, Importance: config.Low,
			Doc:   "A list of regular expression literals used to match the topic names used by the source connector. This list is used to exclude topics from being created with the topic settings defined by this group. Note that exclusion rules have precedent and override any inclusion rules for the topics.",
			Group: group, Order: 2, Width: config.WidthLong, DisplayName: "Exclusion Topic Pattern for " + group},
		{Name: "replication.factor", Type: config.Short, Default: replication, Validator: replicationFactor, Importance: config.Low,
			Doc:   "The replication factor for new topics created for this connector using this group. This value may be -1 to use the broker'sdefault replication factor, or may be a positive number not larger than the number of brokers in the Kafka cluster. A value larger than the number of brokers in the Kafka cluster will result in an error when the new topic is created. For the default group this configuration is required. For any other group defined in topic.creation.groups this config is optional and if it's missing it gets the value of the default group",
			Group: group, Order: 3, Width: config.WidthLong, DisplayName: "Replication Factor for Topics in " + group},
		{Name: "partitions", Type: config.Int, Default: count, Validator: partitions, Importance: config.Low,
			Doc:   "The number of partitions new topics created for this connector. This value may be -1 to use the broker's default number of partitions, or a positive number representing the desired number of partitions. For the default group this configuration is required. For any other group defined in topic.creation.groups this config is optional and if it's missing it gets the value of the default group",
			Group: group, Order: 4, Width: config.WidthLong, DisplayName: "Partition Count for Topics in " + group},
	}
}
