package store

import (
	"github.com/millrace/millrace/config"
)

// Parts of the keys of internal topics.
const (
	topicSuffix       = "topic"
	partitionsSuffix  = "partitions"
	replicationSuffix = "replication.factor"
	cleanupPolicy     = "cleanup.policy"
	compact           = "compact"
)

// Def returns the worker's keys of the internal topics, in Java's order. Further keys under
// config.storage., offset.storage. and status.storage. are settings of topics that are created.
// Source: DistributedConfig.
func Def() *config.Def {
	d := config.NewDef()
	for _, k := range []config.Key{
		{Name: "offset.storage.topic", Type: config.String, Required: true, Importance: config.High,
			Doc: "The name of the Kafka topic where source connector offsets are stored"},
		{Name: "offset.storage.partitions", Type: config.Int, Default: 25, Validator: partitionsValidator, Importance: config.Low,
			Doc: "The number of partitions used when creating the offset storage topic"},
		{Name: "offset.storage.replication.factor", Type: config.Short, Default: 3, Validator: replicationValidator, Importance: config.Low,
			Doc: "Replication factor used when creating the offset storage topic"},
		{Name: "config.storage.topic", Type: config.String, Required: true, Importance: config.High,
			Doc: "The name of the Kafka topic where connector configurations are stored"},
		{Name: "config.storage.replication.factor", Type: config.Short, Default: 3, Validator: replicationValidator, Importance: config.Low,
			Doc: "Replication factor used when creating the configuration storage topic"},
		{Name: "status.storage.topic", Type: config.String, Required: true, Importance: config.High,
			Doc: "The name of the Kafka topic where connector and task status are stored"},
		{Name: "status.storage.partitions", Type: config.Int, Default: 5, Validator: partitionsValidator, Importance: config.Low,
			Doc: "The number of partitions used when creating the status storage topic"},
		{Name: "status.storage.replication.factor", Type: config.Short, Default: 3, Validator: replicationValidator, Importance: config.Low,
			Doc: "Replication factor used when creating the status storage topic"},
	} {
		d.Define(k)
	}
	return d
}

// partitionsValidator is TopicCreationConfig.PARTITIONS_VALIDATOR.
var partitionsValidator = config.Lambda(func(name string, value any) error {
	if n, ok := value.(int32); ok && n != -1 && n < 1 {
		return config.InvalidValue(name, value, "Number of partitions must be positive, or -1 to use the broker's default")
	}
	return nil
}, "Positive number, or -1 to use the broker's default")

// replicationValidator is TopicCreationConfig.REPLICATION_FACTOR_VALIDATOR.
var replicationValidator = config.Lambda(func(name string, value any) error {
	if n, ok := value.(int16); ok && n != -1 && n < 1 {
		return config.InvalidValue(name, value, "Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default")
	}
	return nil
}, "Positive number not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default")
