package primitive

import (
	"maps"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
)

// Version is the release of the original whose behaviour the converters have.
const Version = "4.3.1"

// Config keys.
const (
	typeKey     = "converter.type"
	encodingKey = "converter.encoding"
)

// Values of converter.type.
const (
	typeOfKey    = "key"
	typeOfValue  = "value"
	typeOfHeader = "header"
)

const classPrefix = "org.apache.kafka.connect.converters."

// Classes returns the converter classes of this package.
func Classes() []*codec.Class {
	return []*codec.Class{
		{
			Name: "org.apache.kafka.connect.storage.StringConverter", Version: Version, Def: stringDef(),
			New: func(props map[string]string, isKey bool, _ codec.Context) (codec.Converter, error) {
				return newString(typed(props, isKey))
			},
			NewHeader: func(props map[string]string) (codec.HeaderConverter, error) {
				return newString(withType(props, typeOfHeader))
			},
		},
		class("ByteArrayConverter", bytesConverter{}),
		class("BooleanConverter", booleanConverter{}),
		class("DoubleConverter", &numberConverter{typeName: "double", deserializer: "Deserializer", kind: batch.KindFloat64}),
		class("FloatConverter", &numberConverter{typeName: "float", deserializer: "Deserializer", kind: batch.KindFloat32}),
		class("IntegerConverter", &numberConverter{typeName: "integer", deserializer: "IntegerDeserializer", kind: batch.KindInt32}),
		class("LongConverter", &numberConverter{typeName: "long", deserializer: "LongDeserializer", kind: batch.KindInt64}),
		class("ShortConverter", &numberConverter{typeName: "short", deserializer: "ShortDeserializer", kind: batch.KindInt16}),
	}
}

// both is what every class of this package is.
type both interface {
	codec.Converter
	codec.HeaderConverter
}

// class describes a class whose converter has nothing to configure: its only key is converter.type,
// which the framework sets.
func class(name string, c both) *codec.Class {
	return &codec.Class{
		Name: classPrefix + name, Version: Version, Def: typeDef(),
		New:       func(map[string]string, bool, codec.Context) (codec.Converter, error) { return c, nil },
		NewHeader: func(map[string]string) (codec.HeaderConverter, error) { return c, nil },
	}
}

// typeDef returns the key that all converters have. Source: ConverterConfig.newConfigDef.
func typeDef() *config.Def {
	return config.NewDef().Define(config.Key{Name: typeKey, Type: config.String, Required: true,
		Validator: config.In(typeOfKey, typeOfValue, typeOfHeader), Importance: config.Low,
		Doc: "How this converter will be used."})
}

// stringDef returns the keys of StringConverter. Source: StringConverterConfig.
func stringDef() *config.Def {
	return typeDef().Define(config.Key{Name: encodingKey, Type: config.String, Default: "UTF-8", Importance: config.High,
		Doc:   "The name of the Java character set to use for encoding strings as byte arrays.",
		Width: config.WidthMedium, DisplayName: "Encoding"})
}

// typed returns props with the type that isKey says.
func typed(props map[string]string, isKey bool) map[string]string {
	if isKey {
		return withType(props, typeOfKey)
	}
	return withType(props, typeOfValue)
}

// withType returns props with converter.type set, whatever they say about it.
func withType(props map[string]string, t string) map[string]string {
	out := maps.Clone(props)
	if out == nil {
		out = map[string]string{}
	}
	out[typeKey] = t
	return out
}
