package engine

import (
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/engine/settings"
)

// checkSink returns the first thing that is wrong with the topics of a sink's config.
// Source: SinkConnectorConfig.validate(Map).
func checkSink(props map[string]string) error {
	var first error
	settings.CheckSink(props, func(key, value, message string) {
		if first != nil {
			return
		}
		var v any
		if _, ok := props[key]; ok {
			v = value
		}
		first = config.InvalidValue(key, v, message)
	})
	return first
}
