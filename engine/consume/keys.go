package consume

import "github.com/millrace/millrace/config"

const byteArrayDeserializer = "org.apache.kafka.common.serialization.ByteArrayDeserializer"

// definition returns the keys that only consumers have. Source: ConsumerConfig; auto.offset.reset and
// enable.auto.commit have the worker's defaults.
func definition() *config.Def {
	d := config.NewDef()
	for _, k := range []config.Key{
		{Name: "group.id", Type: config.String, Default: nil},
		{Name: "group.instance.id", Type: config.String, Default: nil, Validator: nonEmptyOrNull},
		{Name: "session.timeout.ms", Type: config.Int, Default: 45_000},
		{Name: "heartbeat.interval.ms", Type: config.Int, Default: 3_000},
		{Name: "max.poll.interval.ms", Type: config.Int, Default: 300_000, Validator: config.AtLeast(1)},
		{Name: "max.poll.records", Type: config.Int, Default: 500, Validator: config.AtLeast(1)},
		{Name: "partition.assignment.strategy", Type: config.List, Default: rangeAssignor + "," + cooperativeAssignor, Validator: config.AnyNonDuplicateValues(true, false)},
		{Name: "group.protocol", Type: config.String, Default: "classic", Validator: config.InIgnoreCase("CONSUMER", "CLASSIC")},
		{Name: "group.remote.assignor", Type: config.String, Default: nil},
		{Name: "enable.auto.commit", Type: config.Boolean, Default: false},
		{Name: "auto.commit.interval.ms", Type: config.Int, Default: 5_000, Validator: config.AtLeast(0)},
		{Name: "auto.offset.reset", Type: config.String, Default: "earliest", Validator: resetValidator},
		{Name: "fetch.min.bytes", Type: config.Int, Default: 1, Validator: config.AtLeast(0)},
		{Name: "fetch.max.bytes", Type: config.Int, Default: 50 << 20, Validator: config.AtLeast(0)},
		{Name: "fetch.max.wait.ms", Type: config.Int, Default: 500, Validator: config.AtLeast(0)},
		{Name: "max.partition.fetch.bytes", Type: config.Int, Default: 1 << 20, Validator: config.AtLeast(0)},
		{Name: "client.rack", Type: config.String, Default: ""},
		{Name: "isolation.level", Type: config.String, Default: "read_uncommitted", Validator: config.In("read_committed", "read_uncommitted")},
		{Name: "check.crcs", Type: config.Boolean, Default: true},
		{Name: "exclude.internal.topics", Type: config.Boolean, Default: true},
		{Name: "allow.auto.create.topics", Type: config.Boolean, Default: true},
		{Name: "key.deserializer", Type: config.String, Default: byteArrayDeserializer},
		{Name: "value.deserializer", Type: config.String, Default: byteArrayDeserializer},
	} {
		d.Define(k)
	}
	return d
}

// nonEmptyOrNull is ConfigDef.NonEmptyString, which accepts null.
var nonEmptyOrNull = config.Lambda(func(name string, value any) error {
	if s, ok := value.(string); ok && s == "" {
		return config.InvalidValue(name, value, "String must be non-empty")
	}
	return nil
}, "non-empty string")

// resetValidator is AutoOffsetResetStrategy.Validator.
var resetValidator = config.Lambda(func(name string, value any) error {
	s, _ := value.(string)
	if _, err := parseReset(s); err != nil {
		return config.InvalidValue(name, value, "Invalid value `"+s+"` for configuration "+name+
			". The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.")
	}
	return nil
}, "[by_duration:PnDTnHnMn.nS, earliest, latest, none]")
