package protobuf

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/schemaregistry"
	"github.com/millrace/millrace/config"
)

// ClassName is the Java class of the converter.
const ClassName = "io.confluent.connect.protobuf.ProtobufConverter"

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
	keyCacheSize         = "schemas.cache.config"
	keyGeneralized       = "generalized.sum.type.support"
	keyIgnoreDefaults    = "ignore.default.for.nullables"
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
	keyBackup            = "schema.backup.enabled"
)

// definition returns the keys. Source: ProtobufConverterConfig, AbstractDataConfig, ProtobufDataConfig,
// KafkaProtobufSerializerConfig, KafkaProtobufDeserializerConfig.
func definition() *config.Def {
	def := schemaregistry.Define(config.NewDef())
	flag := func(name string, on bool, importance config.Importance, doc string) {
		def.Define(config.Key{Name: name, Type: config.Boolean, Default: on, Importance: importance, Doc: doc})
	}
	def.Define(config.Key{Name: keyCacheSize, Type: config.Int, Default: 1000, Importance: config.Low, Doc: "Size of the converted schemas cache"})
	flag(keyGeneralized, false, config.Medium, "Toggle for enabling/disabling generalized sum type support: interoperability of enum/union with other schema formats")
	flag(keyIgnoreDefaults, false, config.Medium, "Whether to ignore the default for nullable fields when the value is null")
	flag(keyEnhanced, false, config.Medium, "Toggle for enabling/disabling enhanced protobuf schema support: package name preservation")
	flag(keyScrub, false, config.Medium, "Whether to scrub invalid names by replacing invalid characters with valid ones")
	flag(keyIntEnums, false, config.Medium, "Whether to represent enums as integers")
	flag(keyOptionalNullables, false, config.Medium, "Whether nullable fields should be specified with an optional label")
	flag(keyOptionalProto2, true, config.Medium, "Whether proto2 optionals are supported")
	flag(keyWrapNullables, false, config.Medium, "Whether nullable fields should use primitive wrapper messages")
	flag(keyWrapRaw, true, config.Medium, "Whether a wrapper message should be interpreted as a raw primitive at the root level")
	flag(keyStructForNulls, false, config.Medium, "Whether to generate a default struct for null messages")
	flag(keyIndexUnions, true, config.Low, "Whether to suffix unionnames with an underscore followed by an index")
	flag(keyFlattenUnions, false, config.Low, "Whether to flatten unions (oneofs)")
	flag(keyLookupOnly, false, config.Medium, "Regardless of whether auto.register.schemas or use.latest.version is true, only look up the ID for references by using the schema.")
	flag(keySkipKnown, true, config.Low, "Whether to skip known types when resolving schema dependencies.")
	flag(keyDeriveType, false, config.Medium, "Whether to derive the class based on `java_outer_classname` and `java_multiple_files`.")
	flag(keyBackup, false, config.Low, "Whether values travel in a wrapper with the text of their schema")
	return def
}

// settings are the keys that are not data's.
type settings struct {
	isKey     bool
	cacheSize int
}

func newConverter(def *config.Def, mocks *schemaregistry.Mocks, props map[string]string, isKey bool, in codec.Context) (codec.Converter, error) {
	v, err := def.Parse(props)
	if err != nil {
		return nil, err
	}
	for _, k := range []string{keyBackup, keyDeriveType} {
		if v.Bool(k) {
			return nil, config.InvalidValue(k, true, "not supported: only false is")
		}
	}
	if !v.Bool(keySkipKnown) {
		return nil, config.InvalidValue(keySkipKnown, false, "not supported: only true is")
	}
	c := &converter{
		data: data{
			enhanced: v.Bool(keyEnhanced), scrub: v.Bool(keyScrub), intEnums: v.Bool(keyIntEnums),
			optionalNullables: v.Bool(keyOptionalNullables), optionalProto2: v.Bool(keyOptionalProto2),
			wrapNullables: v.Bool(keyWrapNullables), wrapRaw: v.Bool(keyWrapRaw), structForNulls: v.Bool(keyStructForNulls),
			indexUnions: v.Bool(keyIndexUnions), flattenUnions: v.Bool(keyFlattenUnions),
			generalized: v.Bool(keyGeneralized), ignoreDefaults: v.Bool(keyIgnoreDefaults),
		},
		settings: settings{isKey: isKey, cacheSize: int(max(v.Int32(keyCacheSize), 1))},
		readings: map[planKey]*reading{}, writings: map[*batch.Schema]*writing{},
	}
	if c.standard, err = newStandard(); err != nil {
		return nil, err
	}
	c.registry, err = schemaregistry.Open(v, schemaregistry.Options{
		Format: schemaregistry.Protobuf, Key: isKey, Compatible: compatible, RecordName: recordName, Mocks: mocks,
		Logger: in.Logger, Refuse: in.Refuse,
	})
	if err != nil {
		return nil, err
	}
	if c.registry.InHeaders() {
		use := "value"
		if isKey {
			use = "key"
		}
		return nil, config.NewException(use+".schema.id.serializer", "schema ids in headers can be read, not written: set "+use+".schema.id.serializer=io.confluent.kafka.serializers.schema.id.PrefixSchemaIdSerializer")
	}
	return c, nil
}
