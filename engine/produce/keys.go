package produce

import (
	"math"

	"github.com/millrace/millrace/config"
)

// Java's classes that may be named and mean what happens here anyway.
const (
	byteArraySerializer = "org.apache.kafka.common.serialization.ByteArraySerializer"
	roundRobin          = "org.apache.kafka.clients.producer.RoundRobinPartitioner"
)

// definition returns the keys that only producers have. Source: ProducerConfig.
func definition() *config.Def {
	d := config.NewDef()
	for _, k := range []config.Key{
		{Name: "acks", Type: config.String, Default: "all", Validator: config.In("all", "-1", "0", "1")},
		{Name: "enable.idempotence", Type: config.Boolean, Default: true},
		{Name: "max.in.flight.requests.per.connection", Type: config.Int, Default: 5, Validator: config.AtLeast(1)},
		{Name: "retries", Type: config.Int, Default: math.MaxInt32, Validator: config.Between(0, math.MaxInt32)},
		{Name: "batch.size", Type: config.Int, Default: 16384, Validator: config.AtLeast(0)},
		{Name: "linger.ms", Type: config.Long, Default: 5, Validator: config.AtLeast(0)},
		{Name: "delivery.timeout.ms", Type: config.Int, Default: 120_000, Validator: config.AtLeast(0)},
		{Name: "request.timeout.ms", Type: config.Int, Default: 30_000, Validator: config.AtLeast(0)},
		{Name: "max.request.size", Type: config.Int, Default: 1 << 20, Validator: config.AtLeast(0)},
		{Name: "buffer.memory", Type: config.Long, Default: 32 << 20, Validator: config.AtLeast(0)},
		{Name: "max.block.ms", Type: config.Long, Default: 60_000, Validator: config.AtLeast(0)},
		{Name: "compression.type", Type: config.String, Default: "none", Validator: config.In("none", "gzip", "snappy", "lz4", "zstd")},
		{Name: "compression.gzip.level", Type: config.Int, Default: -1, Validator: gzipLevel},
		{Name: "compression.lz4.level", Type: config.Int, Default: lz4Default, Validator: config.Between(1, 17)},
		{Name: "compression.zstd.level", Type: config.Int, Default: zstdDefault, Validator: config.Between(-131072, 22)},
		{Name: "partitioner.class", Type: config.String, Default: nil},
		{Name: "partitioner.ignore.keys", Type: config.Boolean, Default: false},
		{Name: "partitioner.adaptive.partitioning.enable", Type: config.Boolean, Default: true},
		{Name: "partitioner.availability.timeout.ms", Type: config.Long, Default: 0, Validator: config.AtLeast(0)},
		{Name: "key.serializer", Type: config.String, Default: byteArraySerializer},
		{Name: "value.serializer", Type: config.String, Default: byteArraySerializer},
		{Name: "transactional.id", Type: config.String, Default: nil, Validator: nonEmptyOrNull},
		{Name: "transaction.timeout.ms", Type: config.Int, Default: 60_000},
		{Name: "transaction.two.phase.commit.enable", Type: config.Boolean, Default: false},
	} {
		d.Define(k)
	}
	return d
}

// gzipLevel is CompressionType.GZIP.levelValidator.
var gzipLevel = config.Lambda(func(name string, value any) error {
	if n, ok := value.(int32); !ok || n != -1 && (n < 1 || n > 9) {
		return config.InvalidValue(name, value, "Value must be between 1 and 9 or equal to -1")
	}
	return nil
}, "[1,...,9] or -1")

// nonEmptyOrNull is ConfigDef.NonEmptyString, which accepts null.
var nonEmptyOrNull = config.Lambda(func(name string, value any) error {
	if s, ok := value.(string); ok && s == "" {
		return config.InvalidValue(name, value, "String must be non-empty")
	}
	return nil
}, "non-empty string")
