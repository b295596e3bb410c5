package connectjson

import (
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
)

// ClassName is the Java class of the converter.
const ClassName = "org.apache.kafka.connect.json.JsonConverter"

// Version is what the plugins endpoint shows.
const Version = "4.3.1"

// Classes returns the converter class of this package, which is also a header converter.
func Classes() []*codec.Class {
	def := definition()
	return []*codec.Class{{
		Name:    ClassName,
		Version: Version,
		Def:     def,
		New: func(props map[string]string, isKey bool, _ codec.Context) (codec.Converter, error) {
			use := "value"
			if isKey {
				use = "key"
			}
			return newConverter(def, props, use)
		},
		NewHeader: func(props map[string]string) (codec.HeaderConverter, error) {
			c, err := newConverter(def, props, "header")
			if err != nil {
				return nil, err
			}
			return &headerConverter{converter: c}, nil
		},
	}}
}

// The keys.
const (
	keyType            = "converter.type"
	keySchemasEnable   = "schemas.enable"
	keyCacheSize       = "schemas.cache.size"
	keySchemaContent   = "schema.content"
	keyDecimalFormat   = "decimal.format"
	keyReplaceNull     = "replace.null.with.default"
	formatBase64       = "BASE64"
	formatNumeric      = "NUMERIC"
	groupSchemas       = "Schemas"
	groupSerialization = "Serialization"
)

// definition returns the keys in Java's order. Source: ConverterConfig, JsonConverterConfig.
func definition() *config.Def {
	return config.NewDef().
		Define(config.Key{
			Name: keyType, Type: config.String, Required: true, Importance: config.Low,
			Validator: config.In("key", "value", "header"),
			Doc:       "How this converter will be used.",
		}).
		Define(config.Key{
			Name: keySchemasEnable, Type: config.Boolean, Default: true, Importance: config.High,
			Doc:   "Include schemas within each of the serialized values and keys.",
			Group: groupSchemas, Order: 0, Width: config.WidthMedium, DisplayName: "Enable Schemas",
		}).
		Define(config.Key{
			Name: keyCacheSize, Type: config.Int, Default: 1000, Importance: config.High,
			Doc:   "The maximum number of schemas that can be cached in this converter instance.",
			Group: groupSchemas, Order: 1, Width: config.WidthMedium, DisplayName: "Schema Cache Size",
		}).
		Define(config.Key{
			Name: keySchemaContent, Type: config.String, Importance: config.High,
			Doc: "When set, this is used as the schema for all messages, and the schemas within each of the message will be ignored." +
				"Otherwise, the schema will be included in the content of each message. This configuration applies only 'schemas.enable' is true, and it exclusively affects the sink connector.",
			Group: groupSchemas, Order: 2, Width: config.WidthMedium, DisplayName: "Schema Content",
		}).
		Define(config.Key{
			Name: keyDecimalFormat, Type: config.String, Default: formatBase64, Importance: config.Low,
			Validator: config.InIgnoreCase(formatBase64, formatNumeric),
			Doc: "Controls which format this converter will serialize decimals in." +
				" This value is case insensitive and can be either 'BASE64' (default) or 'NUMERIC'",
			Group: groupSerialization, Order: 0, Width: config.WidthMedium, DisplayName: "Decimal Format",
		}).
		Define(config.Key{
			Name: keyReplaceNull, Type: config.Boolean, Default: true, Importance: config.Low,
			Doc:   "Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used.",
			Group: groupSerialization, Order: 1, Width: config.WidthMedium, DisplayName: "Replace null with default",
		})
}
