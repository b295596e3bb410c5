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

// Classes returns the converter class of this package.
func Classes() []*codec.Class {
	of := schemaregistry.Options{Format: schemaregistry.JSON, Compatible: compatible, RecordName: recordName}
	return []*codec.Class{schemaregistry.NewClass(ClassName, definition(), Kind(), of, newConverter)}
}

// The keys beside those of the registry.
const (
	keyAdditional    = "object.additional.properties"
	keyNonRequired   = "use.optional.for.nonrequired"
	keyIgnoreModern  = "ignore.modern.dialects"
	keyDecimalFormat = "decimal.format"
	keyFlatten       = "flatten.singleton.unions"
	keyPreserve      = "preserve.additional.properties"
	keyFailInvalid   = "json.fail.invalid.schema"
	keyIndent        = "json.indent.output"

	formatBase64  = "BASE64"
	formatNumeric = "NUMERIC"
)

// definition returns the keys. Source: AbstractDataConfig, JsonSchemaDataConfig, KafkaJsonSchemaSerializerConfig,
// KafkaJsonSchemaDeserializerConfig.
func definition() *config.Def {
	def := schemaregistry.DefineConverter()
	text := func(name string, standard any, importance config.Importance, v config.Validator, doc string) {
		def.Define(config.Key{Name: name, Type: config.String, Default: standard, Importance: importance, Validator: v, Doc: doc})
	}
	schemaregistry.DefineFlag(def, keyAdditional, true, config.Medium, "Whether to allow additional properties for object schemas.")
	schemaregistry.DefineFlag(def, keyNonRequired, false, config.Medium, "Whether to set non-required properties to be optional.")
	schemaregistry.DefineFlag(def, keyIgnoreModern, false, config.Low, "Whether to ignore modern dialects of JSON Schema after draft 7, in which case draft 7 will be used.")
	text(keyDecimalFormat, formatBase64, config.Low, config.InIgnoreCase(formatBase64, formatNumeric),
		"Controls which format this converter will serialize decimals in. This value is case insensitive and can be either 'BASE64' (default) or 'NUMERIC'")
	schemaregistry.DefineFlag(def, keyFlatten, true, config.Low, "Whether to flatten singleton unions")
	schemaregistry.DefineFlag(def, keyPreserve, false, config.Medium, "When true, this converter preserves undeclared JSON properties permitted by the schema (JSON Schema permits them by default unless additionalProperties is set to false). "+
		"Preserves the original value and data type of each property. Default false drops such properties (existing behavior).")
	schemaregistry.DefineFlag(def, "json.fail.unknown.properties", true, config.Low, "Whether to fail serialization if unknown JSON properties are encountered")
	schemaregistry.DefineFlag(def, keyFailInvalid, false, config.Medium, "Whether to fail serialization if the payload does not match the schema")
	schemaregistry.DefineFlag(def, "json.validate.before.domain.rules", false, config.Low, "Whether to validate the JSON message against the schema before running domain rules instead of after")
	schemaregistry.DefineFlag(def, "json.write.dates.iso8601", false, config.Medium, "Whether to write dates as ISO 8601 strings")
	text("json.schema.spec.version", "draft_7", config.Medium, config.InIgnoreCase("draft_4", "draft_6", "draft_7", "draft_2019_09", "draft_2020_12"),
		"The specification version to use for JSON schemas derived from objects, one of 'draft_4', 'draft_6', 'draft_7', or 'draft_2019_09'")
	def.Define(config.Key{Name: "json.schema.scan.packages", Type: config.List, Default: "", Importance: config.Low, Doc: "A list of packages to scan for Jackson annotations when deriving schemas from objects"})
	schemaregistry.DefineFlag(def, "json.envelope.detection", true, config.Low, "Whether envelope auto-detection is enabled, which looks for a JSON object with 'schema' and 'payload' fields")
	schemaregistry.DefineFlag(def, "json.oneof.for.nullables", true, config.Medium, "Whether JSON schemas derived from objects will use oneOf for nullable fields")
	text("json.default.property.inclusion", nil, config.Medium, inclusion{config.InIgnoreCase("ALWAYS", "NON_NULL", "NON_ABSENT", "NON_EMPTY", "NON_DEFAULT", "CUSTOM", "USE_DEFAULTS")},
		"Controls the inclusion of properties during serialization")
	schemaregistry.DefineFlag(def, keyIndent, false, config.Low, `Whether JSON output should be indented ("pretty-printed")`)
	text("json.key.type", "java.lang.Object", config.Medium, nil, "Classname of the type that the message key should be deserialized to")
	text("json.value.type", "java.lang.Object", config.Medium, nil, "Classname of the type that the message value should be deserialized to")
	text("type.property", "javaType", config.Medium, nil, "Property on the JSON Schema that contains the fully-qualified classname")
	def.Define(config.Key{Name: "json.type.allowed.packages", Type: config.List, Default: "*", Importance: config.Medium,
		Doc: `Comma-separated package prefixes whose classes may be resolved from the schema's javaType property. Use "*" (the default) to allow any class. An empty value disables javaType resolution entirely.`})
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
	validate bool
	indent   bool
}

func newConverter(v *config.Values, o schemaregistry.Options) (codec.Converter, error) {
	if v.Bool(keyPreserve) {
		return nil, config.InvalidValue(keyPreserve, true, "not supported: only false is")
	}
	size := schemaregistry.CacheSize(v)
	c := &converter{
		data: data{
			closed: !v.Bool(keyAdditional), optionalNonRequired: v.Bool(keyNonRequired), ignoreModern: v.Bool(keyIgnoreModern),
			numeric: strings.EqualFold(v.String(keyDecimalFormat), formatNumeric), flattenSingletons: v.Bool(keyFlatten),
			generalized: v.Bool(schemaregistry.KeyGeneralized), ignoreDefaults: v.Bool(schemaregistry.KeyIgnoreDefaults),
		},
		settings: settings{
			validate: v.Bool(keyFailInvalid), indent: v.Bool(keyIndent),
		},
		readings: schemaregistry.NewKept[schemaregistry.ReadKey, *reading](size), writings: schemaregistry.NewKept[*batch.Schema, *writing](size),
	}
	var err error
	if c.registry, err = schemaregistry.Open(v, o); err != nil {
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
