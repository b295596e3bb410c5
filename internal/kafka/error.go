package kafka

import "fmt"

// ConfigError says which property is at fault and why, in Java's words where Java has some.
type ConfigError struct {
	Key  string // the property; empty where no single one is
	Text string
}

// Error is the whole text.
func (e *ConfigError) Error() string { return e.Text }

// JavaClass is the class that Java throws.
func (e *ConfigError) JavaClass() string { return "org.apache.kafka.common.config.ConfigException" }

func invalid(key, value, why string) *ConfigError {
	return &ConfigError{Key: key, Text: "Invalid value " + value + " for configuration " + key + ": " + why}
}

func refuse(key, format string, args ...any) *ConfigError {
	return &ConfigError{Key: key, Text: key + ": " + fmt.Sprintf(format, args...)}
}
