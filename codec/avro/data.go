package avro

import (
	"strings"
	"sync/atomic"

	"github.com/millrace/millrace/batch"
)

// data maps schemas and values between Connect and Avro, as its options say. Safe for concurrent use.
// Source: io.confluent.connect.avro.AvroData.
type data struct {
	enhanced          bool // enhanced.avro.schema.support
	metaData          bool // connect.meta.data
	scrub             bool // scrub.invalid.names
	discardTypeDoc    bool // discard.type.doc.default
	optionalMapKeys   bool // allow.optional.map.keys
	flattenSingletons bool // flatten.singleton.unions
	generalized       bool // generalized.sum.type.support
	ignoreDefaults    bool // ignore.default.for.nullables

	unions atomic.Int64 // generalized unions so far
}

// isUnion reports whether a struct stands for a union.
func isUnion(s *batch.Schema) bool {
	if s.HasName() && s.Name() == unionName {
		return true
	}
	_, general := s.Param(generalUnion)
	return general && s.Kind() == batch.KindStruct
}

// isEnum reports whether text stands for a symbol.
func isEnum(s *batch.Schema) bool {
	if s.Kind() != batch.KindString {
		return false
	}
	_, general := s.Param(generalEnum)
	_, own := s.Param(enumParam)
	return general || own
}

// isFixed reports whether bytes have a fixed size.
func isFixed(s *batch.Schema) bool {
	_, sized := s.Param(paramFixedSize)
	return s.Kind() == batch.KindBytes && s.HasName() && sized
}

// stringKeyed reports whether maps under s are Avro maps.
func (d *data) stringKeyed(s *batch.Schema) bool {
	return s.Key().Kind() == batch.KindString && (!s.Key().Optional() || d.optionalMapKeys)
}

// enumKey is the parameter that holds the name of an enum.
func (d *data) enumKey() string {
	if d.generalized {
		return generalEnum
	}
	return enumParam
}

// isMapEntry reports whether a record is the entry of a map of other keys than text.
func isMapEntry(s *Schema) bool {
	return s.Type == Record &&
		(s.Name == Name{mapEntryName, namespace} || s.textProp(propInternalType) == mapEntryName)
}

// isNamed reports whether s is one of the logical types' names, in any case, as AvroData compares them.
func isNamed(s *batch.Schema, name string) bool {
	return s.HasName() && strings.EqualFold(s.Name(), name)
}
