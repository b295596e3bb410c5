package protobuf

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/schemaregistry"
	"github.com/millrace/millrace/config"
)

// ClassName is the Java class of the converter.
const ClassName = "io.confluent.connect.protobuf.ProtobufConverter"

// Classes returns the converter class of this package.
func Classes() []*codec.Class {
	of := schemaregistry.Options{Format: schemaregistry.Protobuf, Compatible: compatible, RecordName: recordName}
	return []*codec.Class{schemaregistry.NewClass(ClassName, definition(), Kind(), of, newConverter)}
}

// The keys beside those of the registry.
const (
	keyEnhanced          = "enhanced.protobuf.schema.support"
	keyScrub             = "scrub.invalid.names"
	keyIntEnums          = "int.for.enums"
	keyOptionalNullables = "optional.for.nullables"
	keyOptionalProto2    = "optional.for.proto2"
	keyWrapNullables     = "wrapper.for.nullables"
	keyWrapRaw           = "wrapper.for.raw.primitives"
	keyStructForNulls    = "generate.struct.for.nulls"
	keyIndexUnions       = "generate.index.for.unions"
	keyFlattenUnions     = "flatten.unions"
	keyLookupOnly        = "reference.lookup.only"
	keySkipKnown         = "skip.known.types"
	keyDeriveType        = "derive.type"
)

// definition returns the keys. Source: ProtobufConverterConfig, AbstractDataConfig, ProtobufDataConfig,
// KafkaProtobufSerializerConfig, KafkaProtobufDeserializerConfig.
func definition() *config.Def {
	def := schemaregistry.DefineConverter()
	schemaregistry.DefineFlag(def, keyEnhanced, false, config.Medium, "Toggle for enabling/disabling enhanced protobuf schema support: package name preservation")
	schemaregistry.DefineFlag(def, keyScrub, false, config.Medium, "Whether to scrub invalid names by replacing invalid characters with valid ones")
	schemaregistry.DefineFlag(def, keyIntEnums, false, config.Medium, "Whether to represent enums as integers")
	schemaregistry.DefineFlag(def, keyOptionalNullables, false, config.Medium, "Whether nullable fields should be specified with an optional label")
	schemaregistry.DefineFlag(def, keyOptionalProto2, true, config.Medium, "Whether proto2 optionals are supported")
	schemaregistry.DefineFlag(def, keyWrapNullables, false, config.Medium, "Whether nullable fields should use primitive wrapper messages")
	schemaregistry.DefineFlag(def, keyWrapRaw, true, config.Medium, "Whether a wrapper message should be interpreted as a raw primitive at the root level")
	schemaregistry.DefineFlag(def, keyStructForNulls, false, config.Medium, "Whether to generate a default struct for null messages")
	schemaregistry.DefineFlag(def, keyIndexUnions, true, config.Low, "Whether to suffix unionnames with an underscore followed by an index")
	schemaregistry.DefineFlag(def, keyFlattenUnions, false, config.Low, "Whether to flatten unions (oneofs)")
	schemaregistry.DefineFlag(def, keyLookupOnly, false, config.Medium, "Regardless of whether auto.register.schemas or use.latest.version is true, only look up the ID for references by using the schema.")
	schemaregistry.DefineFlag(def, keySkipKnown, true, config.Low, "Whether to skip known types when resolving schema dependencies.")
	schemaregistry.DefineFlag(def, keyDeriveType, false, config.Medium, "Whether to derive the class based on `java_outer_classname` and `java_multiple_files`.")
	return def
}

func newConverter(v *config.Values, o schemaregistry.Options) (codec.Converter, error) {
	if v.Bool(keyDeriveType) {
		return nil, config.InvalidValue(keyDeriveType, true, "not supported: only false is")
	}
	if !v.Bool(keySkipKnown) {
		return nil, config.InvalidValue(keySkipKnown, false, "not supported: only true is")
	}
	size := schemaregistry.CacheSize(v)
	c := &converter{
		data: data{
			enhanced: v.Bool(keyEnhanced), scrub: v.Bool(keyScrub), intEnums: v.Bool(keyIntEnums),
			optionalNullables: v.Bool(keyOptionalNullables), optionalProto2: v.Bool(keyOptionalProto2),
			wrapNullables: v.Bool(keyWrapNullables), wrapRaw: v.Bool(keyWrapRaw), structForNulls: v.Bool(keyStructForNulls),
			indexUnions: v.Bool(keyIndexUnions), flattenUnions: v.Bool(keyFlattenUnions),
			generalized: v.Bool(schemaregistry.KeyGeneralized), ignoreDefaults: v.Bool(schemaregistry.KeyIgnoreDefaults),
		},
		readings: schemaregistry.NewKept[schemaregistry.ReadKey, *reading](size), writings: schemaregistry.NewKept[*batch.Schema, *writing](size),
	}
	var err error
	if c.standard, err = newStandard(); err != nil {
		return nil, err
	}
	if c.registry, err = schemaregistry.Open(v, o); err != nil {
		return nil, err
	}
	if c.registry.InHeaders() {
		use := "value"
		if o.Key {
			use = "key"
		}
		return nil, config.NewException(use+".schema.id.serializer", "schema ids in headers can be read, not written: set "+use+".schema.id.serializer=io.confluent.kafka.serializers.schema.id.PrefixSchemaIdSerializer")
	}
	return c, nil
}
