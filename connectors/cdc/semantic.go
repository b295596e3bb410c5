package cdc

import (
	"strconv"

	"github.com/millrace/millrace/batch"
)

// Semantic returns a builder for one of Debezium's semantic types, all of version 1.
func Semantic(k batch.Kind, name string) *batch.Builder {
	return batch.NewSchema(k).Name(name).Version(1)
}

// Names of semantic types.
const (
	DateName           = "io.debezium.time.Date"
	TimeName           = "io.debezium.time.Time"
	MicroTimeName      = "io.debezium.time.MicroTime"
	NanoTimeName       = "io.debezium.time.NanoTime"
	TimestampName      = "io.debezium.time.Timestamp"
	MicroTimestampName = "io.debezium.time.MicroTimestamp"
	NanoTimestampName  = "io.debezium.time.NanoTimestamp"
	ZonedTimestampName = "io.debezium.time.ZonedTimestamp"
	ZonedTimeName      = "io.debezium.time.ZonedTime"
	IsoDateName        = "io.debezium.time.IsoDate"
	IsoTimeName        = "io.debezium.time.IsoTime"
	IsoTimestampName   = "io.debezium.time.IsoTimestamp"
	MicroDurationName  = "io.debezium.time.MicroDuration"
	IntervalName       = "io.debezium.time.Interval"
	JSONName           = "io.debezium.data.Json"
	UUIDName           = "io.debezium.data.Uuid"
	XMLName            = "io.debezium.data.Xml"
	LtreeName          = "io.debezium.data.Ltree"
	TsvectorName       = "io.debezium.data.Tsvector"
	EnumName           = "io.debezium.data.Enum"
	BitsName           = "io.debezium.data.Bits"
	PointName          = "io.debezium.data.geometry.Point"
	GeometryName       = "io.debezium.data.geometry.Geometry"
	GeographyName      = "io.debezium.data.geometry.Geography"
	DoubleVectorName   = "io.debezium.data.DoubleVector"
	FloatVectorName    = "io.debezium.data.FloatVector"
	SparseVectorName   = "io.debezium.data.SparseDoubleVector"
	VariableScaleName  = "io.debezium.data.VariableScaleDecimal"
	ConnectDateName    = "org.apache.kafka.connect.data.Date"
	ConnectTimeName    = "org.apache.kafka.connect.data.Time"
	ConnectStampName   = "org.apache.kafka.connect.data.Timestamp"
)

// DecimalPrecision is the parameter with the precision of a Decimal.
const DecimalPrecision = "connect.decimal.precision"

// Decimal returns a builder of Connect's Decimal with a scale.
func Decimal(scale int32) *batch.Builder {
	return Semantic(batch.KindBytes, batch.DecimalName).Param("scale", strconv.Itoa(int(scale)))
}

// VariableScaleDecimal returns a builder of a decimal that carries its scale. Source: VariableScaleDecimal.
func VariableScaleDecimal() *batch.Builder {
	return Semantic(batch.KindStruct, VariableScaleName).Doc("Variable scaled decimal").
		Field("scale", batch.Of(batch.KindInt32, false)).Field("value", batch.Of(batch.KindBytes, false))
}

// Enum returns a builder of an enumeration. allowed is joined by commas. Source: io.debezium.data.Enum.
func Enum(allowed string) *batch.Builder {
	return Semantic(batch.KindString, EnumName).Param("allowed", allowed)
}

// Bits returns a builder of a bit string. Source: io.debezium.data.Bits.
func Bits(length int32) *batch.Builder {
	return Semantic(batch.KindBytes, BitsName).Param("length", strconv.Itoa(int(length)))
}

// Point returns a builder of a point. Source: io.debezium.data.geometry.Point.
func Point() *batch.Builder {
	return Semantic(batch.KindStruct, PointName).Doc("Geometry (POINT)").
		Field("x", batch.Of(batch.KindFloat64, false)).Field("y", batch.Of(batch.KindFloat64, false)).
		Field("wkb", batch.Of(batch.KindBytes, true)).Field("srid", batch.Of(batch.KindInt32, true))
}

// Geometry returns a builder of PostGIS's geometry, or with GeographyName its geography.
// Source: io.debezium.data.geometry.Geometry.
func Geometry(name string) *batch.Builder {
	doc := "Geometry"
	if name == GeographyName {
		doc = "Geography"
	}
	return Semantic(batch.KindStruct, name).Doc(doc).
		Field("wkb", batch.Of(batch.KindBytes, false)).Field("srid", batch.Of(batch.KindInt32, true))
}
