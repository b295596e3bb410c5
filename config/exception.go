package config

// ConfigException says what is wrong with a configuration, in Java's words.
type ConfigException struct {
	Key     string // the key at fault; empty where no single key is
	Message string // Throwable.getMessage
}

// NewException is an exception about key with the whole text given.
func NewException(key, message string) *ConfigException {
	return &ConfigException{Key: key, Message: message}
}

// InvalidValue is the exception "Invalid value V for configuration K: MSG"; an empty message leaves
// out the colon. Text and lists of a key that LooksSecret are printed as [hidden], which is the one
// difference from Java. Source: ConfigException(String, Object, String).
func InvalidValue(key string, value any, message string) *ConfigException {
	text := JavaText(value)
	switch value.(type) {
	case string, []string:
		if LooksSecret(key) {
			text = Hidden
		} else {
			text = MaskText(text)
		}
	}
	return invalidText(key, text, message)
}

func invalidText(key, text, message string) *ConfigException {
	m := "Invalid value " + text + " for configuration " + key
	if message != "" {
		m += ": " + message
	}
	return &ConfigException{Key: key, Message: m}
}

// Error is exactly Java's message.
func (e *ConfigException) Error() string { return e.Message }

// JavaClass is the class that Java throws.
func (e *ConfigException) JavaClass() string {
	return "org.apache.kafka.common.config.ConfigException"
}
