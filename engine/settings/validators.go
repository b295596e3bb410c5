package settings

import (
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
)

// uniqueAliases refuses null and lists that name an alias twice.
// Source: ConnectorConfig.aliasValidator, SourceConnectorConfig.configDef.
func uniqueAliases(what string) config.Validator {
	return config.Composite(config.NonNullValidator{}, config.Lambda(func(name string, value any) error {
		seen := map[string]struct{}{}
		list, _ := value.([]string)
		for _, a := range list {
			if _, dup := seen[a]; dup {
				return config.InvalidValue(name, value, "Duplicate alias provided.")
			}
			seen[a] = struct{}{}
		}
		return nil
	}, "unique "+what))
}

func atLeastZeroOrNull(name string, value any) error {
	if value == nil {
		return nil
	}
	return config.AtLeast(0).Validate(name, value)
}

// replicationFactor is TopicCreationConfig.REPLICATION_FACTOR_VALIDATOR.
var replicationFactor = config.Lambda(func(name string, value any) error {
	if n, ok := value.(int16); ok && n != -1 && n < 1 {
		return config.InvalidValue(name, value, "Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default")
	}
	return nil
}, "Positive number not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default")

// partitions is TopicCreationConfig.PARTITIONS_VALIDATOR.
var partitions = config.Lambda(func(name string, value any) error {
	if n, ok := value.(int32); ok && n != -1 && n < 1 {
		return config.InvalidValue(name, value, "Number of partitions must be positive, or -1 to use the broker's default")
	}
	return nil
}, "Positive number, or -1 to use the broker's default")

// regexes is TopicCreationConfig.REGEX_VALIDATOR.
var regexes = config.Lambda(func(name string, value any) error {
	list, _ := value.([]string)
	for _, p := range list {
		if _, err := regex.Compile(p); err != nil {
			return config.InvalidValue(name, value, "Syntax error in regular expression: "+err.Error())
		}
	}
	return nil
}, "Positive number, or -1 to use the broker's default")

// expression refuses what is no regular expression. Source: RegexValidator.
var expression = config.Lambda(func(name string, value any) error {
	if s, ok := value.(string); ok {
		if _, err := regex.Compile(s); err != nil {
			return config.InvalidValue(name, value, "Invalid regex: "+err.Error())
		}
	}
	return nil
}, "valid regex")

// pluginVersion refuses what is no version range. Source: ConnectorConfig.PluginVersionValidator.
var pluginVersion = config.Lambda(func(name string, value any) error {
	s, ok := value.(string)
	if !ok {
		return nil
	}
	if _, err := VersionRequirement(s); err != nil {
		return config.InvalidValue(name, value, err.Error())
	}
	return nil
}, "version range")
