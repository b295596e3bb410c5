package connectjson

import (
	"maps"
	"strings"

	"github.com/millrace/millrace/config"
)

// settings are the parsed keys. Source: JsonConverterConfig.
type settings struct {
	envelope    bool // schemas.enable
	cacheSize   int  // schemas.cache.size
	content     string
	numeric     bool // decimal.format
	replaceNull bool // replace.null.with.default
}

// parseSettings reads props; use is key, value or header. Errors: *config.ConfigException.
func parseSettings(def *config.Def, props map[string]string, use string) (settings, error) {
	props = maps.Clone(props)
	if props == nil {
		props = map[string]string{}
	}
	props[keyType] = use
	v, err := def.Parse(props)
	if err != nil {
		return settings{}, err
	}
	return settings{
		envelope:    v.Bool(keySchemasEnable),
		cacheSize:   int(v.Int32(keyCacheSize)),
		content:     v.String(keySchemaContent),
		numeric:     strings.EqualFold(v.String(keyDecimalFormat), formatNumeric),
		replaceNull: v.Bool(keyReplaceNull),
	}, nil
}
