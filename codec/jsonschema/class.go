package jsonschema

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/schemaregistry"
	"github.com/millrace/millrace/config"
)

// ClassName is the Java class of the converter.
const ClassName = "io.confluent.connect.json.JsonSchemaConverter"

// Version is that of the original whose behaviour is followed.
const Version = "8.5.0"

// Classes returns the converter class of this package.
func Classes() []*codec.Class {
	def := definition()
	mocks := schemaregistry.NewMocks(Kind())
	return []*codec.Class{{
		Name:    ClassName,
		Version: Version,
		Def:     def,
		New: func(props map[string]string, isKey bool) (codec.Converter, error) {
			return newConverter(def, mocks, props, isKey, codec.Context{})
		},
		NewWith: func(props map[string]string, isKey bool, c codec.Context) (codec.Converter, error) {
			return newConverter(def, mocks, props, isKey, c)
		},
	}}
}

// The keys beside those of the registry.
const (
	keyCacheSize      = "schemas.cache.config"
	keyGeneralized    = "generalized.sum.type.support"
	keyIgnoreDefaults = "ignore.default.for.nullables"
	keyAdditional     = "object.additional.properties"
	keyNonRequired    = "use.optional.for.nonrequired"
	keyIgnoreModern   = "ignore.modern.dialects"
	keyDecimalFormat  = "decimal.format"
	keyFlatten        = "flatten.singleton.unions"
	keyPreserve       = "preserve.additional.properties"
	keyFailInvalid    = "json.fail.invalid.schema"
	keyIndent         = "json.indent.output"
	keyBackup         = "schema.backup.enabled"

	formatBase64  = "BASE64"
	formatNumeric = "NUMERIC"
)

// definition returns the keys. Source: AbstractDataConfig, JsonSchemaDataConfig, KafkaJsonSchemaSerializerConfig,
// KafkaJsonSchemaDeserializerConfig.
func definition() *config.Def {
	def := schemaregistry.Define(config.NewDef())
	flag := func(name string, on bool, importance config.Importance, doc string) {
		def.Define(config.Key{Name: name, Type: config.Boolean, Default: on, Importance: importance, Doc: doc})
	}
	text := func(name string, standard any, importance config.Importance, v config.Validator, doc string) {
		def.Define(config.Key{Name: name, Type: config.String, Default: standard, Importance: importance, Validator: v, Doc: doc})
	}
	def.Define(config.Key{Name: keyCacheSize, Type: config.Int, Default: 1000, Importance: config.Low, Doc: "Size of the converted schemas cache"})
	flag(keyGeneralized, false, config.Medium, "Toggle for enabling/disabling generalized sum type support: interoperability of enum/union with other schema formats")
	flag(keyIgnoreDefaults, false, config.Medium, "Whether to ignore the default for nullable fields when the value is null")
	flag(keyAdditional, true, config.Medium, "Whether to allow additional properties for object schemas.")
	flag(keyNonRequired, false, config.Medium, "Whether to set non-required properties to be optional.")
	flag(keyIgnoreModern, false, config.Low, "Whether to ignore modern dialects of JSON Schema after draft 7, in which case draft 7 will be used.")
	text(keyDecimalFormat, formatBase64, config.Low, config.InIgnoreCase(formatBase64, formatNumeric),
		"Controls which format this converter will serialize decimals in. This value is case insensitive and can be either 'BASE64' (default) or 'NUMERIC'")
	flag(keyFlatten, true, config.Low, "Whether to flatten singleton unions")
	flag(keyPreserve, false, config.Medium, "When true, this converter preserves undeclared JSON properties permitted by the schema (JSON Schema permits them by default unless additionalProperties is set to false). "+
		"Preserves the original value and data type of each property. Default false drops such properties (existing behavior).")
	flag("json.fail.unknown.properties", true, config.Low, "Whether to fail serialization if unknown JSON properties are encountered")
	flag(keyFailInvalid, false, config.Medium, "Whether to fail serialization if the payload does not match the schema")
	flag("json.validate.before.domain.rules", false, config.Low, "Whether to validate the JSON message against the schema before running domain rules instead of after")
	flag("json.write.dates.iso8601", false, config.Medium, "Whether to write dates as ISO 8601 strings")
	text("json.schema.spec.version", "draft_7", config.Medium, config.InIgnoreCase("draft_4", "draft_6", "draft_7", "draft_2019_09", "draft_2020_12"),
		"The specification version to use for JSON schemas derived from objects, one of 'draft_4', 'draft_6', 'draft_7', or 'draft_2019_09'")
	def.Define(config.Key{Name: "json.schema.scan.packages", Type: config.List, Default: "", Importance: config.Low, Doc: "A list of packages to scan for Jackson annotations when deriving schemas from objects"})
	flag("json.envelope.detection", true, config.Low, "Whether envelope auto-detection is enabled, which looks for a JSON object with 'schema' and 'payload' fields")
	flag("json.oneof.for.nullables", true, config.Medium, "Whether JSON schemas derived from objects will use oneOf for nullable fields")
	text("json.default.property.inclusion", nil, config.Medium, inclusion{config.InIgnoreCase("ALWAYS", "NON_NULL", "NON_ABSENT", "NON_EMPTY", "NON_DEFAULT", "CUSTOM", "USE_DEFAULTS")},
		"Controls the inclusion of properties during serialization")
	flag(keyIndent, false, config.Low, `Whether JSON output should be indented ("pretty-printed")`)
	text("json.key.type", "java.lang.Object", config.Medium, nil, "Classname of the type that the message key should be deserialized to")
	text("json.value.type", "java.lang.Object", config.Medium, nil, "Classname of the type that the message value should be deserialized to")
	text("type.property", "javaType", config.Medium, nil, "Property on the JSON Schema that contains the fully-qualified classname")
	def.Define(config.Key{Name: "json.type.allowed.packages", Type: config.List, Default: "*", Importance: config.Medium,
		Doc: `Comma-separated package prefixes whose classes may be resolved from the schema's javaType property. Use "*" (the default) to allow any class. An empty value disables javaType resolution entirely.`})
	flag(keyBackup, false, config.Low, "Whether values travel in a wrapper with the text of their schema")
	return def
}

// inclusion also takes no value.
type inclusion struct{ config.Validator }

// Validate implements config.Validator.
func (v inclusion) Validate(name string, value any) error {
	if value == nil {
		return nil
	}
	return v.Validator.Validate(name, value)
}

// settings are the keys that are not data's.
type settings struct {
	isKey     bool
	cacheSize int
	validate  bool
	indent    bool
}

func newConverter(def *config.Def, mocks *schemaregistry.Mocks, props map[string]string, isKey bool, in codec.Context) (codec.Converter, error) {
	v, err := def.Parse(props)
	if err != nil {
		return nil, err
	}
	for _, k := range []string{keyBackup, keyPreserve} {
		if v.Bool(k) {
			return nil, config.InvalidValue(k, true, "not supported: only false is")
		}
	}
	c := &converter{
		data: data{
			closed: !v.Bool(keyAdditional), optionalNonRequired: v.Bool(keyNonRequired), ignoreModern: v.Bool(keyIgnoreModern),
			numeric: strings.EqualFold(v.String(keyDecimalFormat), formatNumeric), flattenSingletons: v.Bool(keyFlatten),
			generalized: v.Bool(keyGeneralized), ignoreDefaults: v.Bool(keyIgnoreDefaults),
		},
		settings: settings{
			isKey: isKey, cacheSize: int(max(v.Int32(keyCacheSize), 1)), validate: v.Bool(keyFailInvalid), indent: v.Bool(keyIndent),
		},
		readings: map[planKey]*reading{}, writings: map[*batch.Schema]*writing{},
	}
	c.registry, err = schemaregistry.Open(v, schemaregistry.Options{
		Format: schemaregistry.JSON, Key: isKey, Compatible: compatible, RecordName: recordName, Mocks: mocks,
		Logger: in.Logger, Refuse: in.Refuse,
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// recordName returns the title of a schema, "" without one. Source: JsonSchema.name.
func recordName(s *schemaregistry.Schema) string {
	n, err := parseText(s.Text)
	if err != nil || n.Member("title") == nil {
		return ""
	}
	return textOf(n.Member("title"))
}
