package jsonschema

import (
	"strings"

	"github.com/millrace/millrace/batch"
)

// data maps schemas and values between Connect and JSON Schema, as its options say. Safe for concurrent use.
// Source: io.confluent.connect.json.JsonSchemaData.
type data struct {
	closed              bool // object.additional.properties=false
	optionalNonRequired bool // use.optional.for.nonrequired
	ignoreModern        bool // ignore.modern.dialects
	numeric             bool // decimal.format
	flattenSingletons   bool // flatten.singleton.unions
	generalized         bool // generalized.sum.type.support
	ignoreDefaults      bool // ignore.default.for.nullables

	hashed bool // what is read was checked by a validator that puts members into the order of a HashMap
}

// Keywords of Connect in a schema, and what stands under connect.type.
const (
	keywordType       = "connect.type"
	keywordVersion    = "connect.version"
	keywordParameters = "connect.parameters"
	keywordIndex      = "connect.index"

	typeInt8    = "int8"
	typeInt16   = "int16"
	typeInt32   = "int32"
	typeInt64   = "int64"
	typeFloat32 = "float32"
	typeFloat64 = "float64"
	typeBytes   = "bytes"
	typeMap     = "map"
)

// Names and parameters of Connect's schemas.
const (
	namespace    = "io.confluent.connect.json"
	idParam      = namespace + ".Id"
	enumParam    = namespace + ".Enum"
	unionName    = namespace + ".OneOf"
	generalEnum  = "org.apache.kafka.connect.data.Enum"
	generalUnion = "org.apache.kafka.connect.data.Union"
	generalName  = "connect_union_"
	variantName  = "org.apache.kafka.connect.data.Variant"
	nullSymbol   = "<NULL>"
	keyField     = "key"
	valueField   = "value"
)

// isUnion reports whether a struct stands for the one of its fields that is there.
func isUnion(s *batch.Schema) bool {
	if s.Kind() != batch.KindStruct {
		return false
	}
	_, general := s.Param(generalUnion)
	return general || s.HasName() && s.Name() == unionName
}

// isVariant reports whether a struct holds a value of any type.
func isVariant(s *batch.Schema) bool {
	return s.HasName() && s.Name() == variantName
}

// isEnum reports whether text stands for one of the values that its parameters name.
func isEnum(s *batch.Schema) bool {
	if s.Kind() != batch.KindString {
		return false
	}
	_, general := s.Param(generalEnum)
	_, own := s.Param(enumParam)
	return general || own
}

// stringKeyed reports whether maps under s are objects; others are arrays of entries.
func stringKeyed(s *batch.Schema) bool {
	return s.Key().Kind() == batch.KindString && !s.Key().Optional()
}

// enumKey is the parameter that marks an enum.
func (d *data) enumKey() string {
	if d.generalized {
		return generalEnum
	}
	return enumParam
}

// isOwn reports whether a parameter is this converter's, and not written.
func isOwn(param string) bool { return strings.HasPrefix(param, namespace) }

// unionField is the name of the nth field of a union.
func (d *data) unionPrefix() string {
	if d.generalized {
		return generalName + "field_"
	}
	return unionName + ".field."
}
