package protobuf

import (
	"strings"

	"github.com/millrace/millrace/batch"
)

// data maps schemas and values between Connect and Protobuf, as its options say. Safe for concurrent use.
// Source: io.confluent.connect.protobuf.ProtobufData.
type data struct {
	enhanced          bool // enhanced.protobuf.schema.support
	scrub             bool // scrub.invalid.names
	intEnums          bool // int.for.enums
	optionalNullables bool // optional.for.nullables
	optionalProto2    bool // optional.for.proto2
	wrapNullables     bool // wrapper.for.nullables
	wrapRaw           bool // wrapper.for.raw.primitives
	structForNulls    bool // generate.struct.for.nulls
	indexUnions       bool // generate.index.for.unions
	flattenUnions     bool // flatten.unions
	generalized       bool // generalized.sum.type.support
	ignoreDefaults    bool // ignore.default.for.nullables
}

// Names of parameters and schemas. Source: ProtobufData, ConnectUnion, ConnectEnum.
const (
	namespace    = "io.confluent.connect.protobuf"
	paramTag     = namespace + ".Tag"
	paramType    = namespace + ".Type"
	paramWrapper = namespace + ".Wrapper"
	enumParam    = namespace + ".Enum"
	unionPrefix  = namespace + ".Union."
	unionStart   = namespace + ".Union"
	generalUnion = "org.apache.kafka.connect.data.Union"
	generalEnum  = "org.apache.kafka.connect.data.Enum"

	paramPrecision  = "connect.decimal.precision"
	paramScale      = "scale"
	metaPrecision   = "precision"
	metaConnectType = "connect.type"

	defaultName = "ConnectDefault"
)

// Messages that stand for logical types, and the files they are in.
const (
	decimalMessage   = "confluent.type.Decimal"
	variantMessage   = "confluent.type.Variant"
	dateMessage      = "google.type.Date"
	timeMessage      = "google.type.TimeOfDay"
	timestampMessage = "google.protobuf.Timestamp"

	decimalFile   = "confluent/type/decimal.proto"
	variantFile   = "confluent/type/variant.proto"
	dateFile      = "google/type/date.proto"
	timeFile      = "google/type/timeofday.proto"
	timestampFile = "google/protobuf/timestamp.proto"
	wrappersFile  = "google/protobuf/wrappers.proto"
)

// variantName is the logical type of data without a type. Source: ConnectVariant.
const variantName = "org.apache.kafka.connect.data.Variant"

// enumKey is the parameter that holds the name of an enum.
func (d *data) enumKey() string {
	if d.generalized {
		return generalEnum
	}
	return enumParam
}

// unionField is the name of the field that stands for a oneof. Source: ProtobufData.unionFieldName.
func (d *data) unionField(o *Oneof) string {
	if d.indexUnions {
		return o.Name + "_" + itoa(o.Index)
	}
	return o.Name
}

// isUnion reports whether a struct stands for a oneof.
func isUnion(s *batch.Schema) bool {
	if s.HasName() && strings.HasPrefix(s.Name(), unionStart) {
		return true
	}
	_, general := s.Param(generalUnion)
	return general && s.Kind() == batch.KindStruct
}
