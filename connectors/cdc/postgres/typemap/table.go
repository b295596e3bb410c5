package typemap

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/connectors/cdc"
)

// OIDs of types that every server has. Source: pg_type.dat.
const (
	oidBool        = 16
	oidBytea       = 17
	oidChar        = 18
	oidName        = 19
	oidInt8        = 20
	oidInt2        = 21
	oidInt4        = 23
	oidText        = 25
	oidOID         = 26
	oidJSON        = 114
	oidLseg        = 601
	oidPath        = 602
	oidBox         = 603
	oidPolygon     = 604
	oidLine        = 628
	oidCircle      = 718
	oidXML         = 142
	oidPoint       = 600
	oidCIDR        = 650
	oidFloat4      = 700
	oidFloat8      = 701
	oidMacaddr8    = 774
	oidMoney       = 790
	oidMacaddr     = 829
	oidInet        = 869
	oidBpchar      = 1042
	oidVarchar     = 1043
	oidDate        = 1082
	oidTime        = 1083
	oidTimestamp   = 1114
	oidTimestamptz = 1184
	oidInterval    = 1186
	oidTimetz      = 1266
	oidBit         = 1560
	oidVarbit      = 1562
	oidNumeric     = 1700
	oidUUID        = 2950
	oidTsvector    = 3614
	oidJSONB       = 3802
	oidInt4range   = 3904
	oidNumrange    = 3906
	oidTsrange     = 3908
	oidTstzrange   = 3910
	oidDaterange   = 3912
	oidInt8range   = 3926
)

// mapping is how one type becomes Connect's: a row of the table. The zero mapping is a type that is left out.
type mapping struct {
	schema  *batch.Builder
	parse   parse
	text    loop
	binary  loop
	missing batch.Value // fallback of a required column
	// bind makes parse and missing of structs, whose values hold their schema, once it is complete.
	bind  func(s *batch.Schema) (parse, batch.Value)
	scale int32
	unit  int64
	// opaque types come as their bytes, or as the text that binary.handling.mode makes of them.
	opaque bool
	// optional is the schema of a required column too.
	optional bool
}

// mapping returns the row of a type that is no array. modifier is its declaration's.
func (m *Modes) mapping(t *Type, modifier int32) mapping {
	text := func(name string) mapping {
		s := batch.NewSchema(batch.KindString)
		if name != "" {
			s = cdc.Semantic(batch.KindString, name)
		}
		return mapping{schema: s, parse: parseText, text: texts, binary: texts, missing: batch.StringValue("")}
	}
	integers := func(k batch.Kind, lo, hi int64, text, binary loop) mapping {
		return mapping{schema: batch.NewSchema(k), parse: parseInteger(k, lo, hi), text: text, binary: binary, missing: batch.IntValue(k, 0)}
	}
	switch t.OID {
	case oidBool:
		return mapping{schema: batch.NewSchema(batch.KindBoolean), parse: parseBoolean, text: booleans, binary: binaryBooleans, missing: batch.BooleanValue(false)}
	case oidInt2:
		return integers(batch.KindInt16, -1<<15, 1<<15-1, int16s, binaryInt16s)
	case oidInt4:
		return integers(batch.KindInt32, -1<<31, 1<<31-1, int32s, binaryInt32s)
	case oidInt8:
		return integers(batch.KindInt64, -1<<63, 1<<63-1, int64s, binaryInt64s)
	case oidOID:
		return integers(batch.KindInt64, 0, 1<<32-1, oids, binaryInt64s)
	case oidFloat4:
		return mapping{schema: batch.NewSchema(batch.KindFloat32), parse: parseFloat32, text: float32s, binary: binaryFloat32s, missing: batch.Float32Value(0)}
	case oidFloat8:
		return mapping{schema: batch.NewSchema(batch.KindFloat64), parse: parseFloat64, text: float64s, binary: binaryFloat64s, missing: batch.Float64Value(0)}
	case oidNumeric:
		return m.numeric(modifier)
	case oidMoney:
		return m.money()
	case oidChar, oidName, oidText, oidVarchar, oidBpchar, oidCIDR, oidInet, oidMacaddr, oidMacaddr8,
		oidInt4range, oidInt8range, oidNumrange, oidTsrange, oidTstzrange, oidDaterange:
		row := text("")
		if t.OID >= oidInt4range || t.OID == oidCIDR || t.OID == oidInet || t.OID == oidMacaddr || t.OID == oidMacaddr8 {
			row.binary = nil // binary in COPY
		}
		return row
	case oidJSON:
		return text(cdc.JSONName)
	case oidJSONB:
		row := text(cdc.JSONName)
		row.binary = nil // a version byte comes before it
		return row
	case oidXML:
		return text(cdc.XMLName)
	case oidTsvector:
		row := text(cdc.TsvectorName)
		row.binary = nil
		return row
	case oidUUID:
		row := text(cdc.UUIDName)
		row.binary = nil
		return row
	case oidBytea:
		return m.bytea()
	case oidBit, oidVarbit:
		return bitString(t.OID, modifier)
	case oidDate:
		return m.date()
	case oidTime:
		return m.time(modifier)
	case oidTimestamp:
		return m.timestamp(modifier)
	case oidTimestamptz:
		fraction := precision(modifier)
		return mapping{schema: cdc.Semantic(batch.KindString, cdc.ZonedTimestampName), parse: parseZoned(int(fraction)), text: zoneds, binary: binaryZoneds,
			missing: batch.StringValue("1970-01-01T00:00:00Z"), scale: fraction}
	case oidTimetz:
		return mapping{schema: cdc.Semantic(batch.KindString, cdc.ZonedTimeName), parse: parseZonedTime, missing: batch.StringValue("00:00:00Z")}
	case oidInterval:
		if m.Interval == "string" {
			return mapping{schema: cdc.Semantic(batch.KindString, cdc.IntervalName), parse: parseIntervalText, missing: batch.StringValue("P0Y0M0DT0H0M0S")}
		}
		return mapping{schema: cdc.Semantic(batch.KindInt64, cdc.MicroDurationName), parse: parseIntervalMicros, missing: batch.Int64Value(0)}
	case oidPoint:
		return mapping{schema: cdc.Point(), bind: func(s *batch.Schema) (parse, batch.Value) { return parsePoint(s), pointValue(s, 0, 0) }}
	}
	return m.named(t, text)
}

// named returns the row of enums and of what extensions bring.
func (m *Modes) named(t *Type, text func(string) mapping) mapping {
	if t.Labels != nil {
		row := text("")
		row.schema = cdc.Enum(joinLabels(t.Labels))
		return row
	}
	row := mapping{}
	switch t.Name {
	case "citext":
		row = text("")
	case "isbn":
		row = text("")
		row.binary = nil
	case "ltree":
		row = text(cdc.LtreeName)
		row.binary = nil // a version byte comes before it
	case "hstore":
		if m.Hstore == "map" {
			s := batch.NewSchema(batch.KindMap).Key(batch.Of(batch.KindString, false)).Elem(batch.Of(batch.KindString, true))
			return mapping{schema: s, parse: parseHstoreMap, missing: batch.MapValueOf(&batch.MapValue{})}
		}
		return mapping{schema: cdc.Semantic(batch.KindString, cdc.JSONName), parse: parseHstoreJSON, missing: batch.StringValue("{}")}
	case "geometry", "geography":
		name := cdc.GeometryName
		if t.Name == "geography" {
			name = cdc.GeographyName
		}
		return mapping{schema: cdc.Geometry(name), optional: true, bind: func(s *batch.Schema) (parse, batch.Value) { return parseGeometry(s), emptyGeometry(s) }}
	case "vector", "halfvec", "sparsevec":
		return vector(t.Name)
	default:
		if m.Unknown {
			row = m.unknown()
			if t.OID >= oidLseg && t.OID <= oidPolygon || t.OID == oidLine || t.OID == oidCircle {
				row.parse = parseShape(row.parse)
			}
		}
	}
	return row
}

// joinLabels is how the parameter allowed lists the labels of an enum.
func joinLabels(labels []string) string {
	n := 0
	for _, l := range labels {
		n += len(l) + 1
	}
	b := make([]byte, 0, n)
	for i, l := range labels {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, l...)
	}
	return string(b)
}

// precision is the number of decimals of seconds that a declaration gives; without one it is 6.
func precision(modifier int32) int32 {
	if modifier < 0 || modifier > 6 {
		return 6
	}
	return modifier
}

// numeric returns the row of numeric(p,s), whose modifier holds both, and of numeric alone.
func (m *Modes) numeric(modifier int32) mapping {
	digits, scale := int32(0), int32(0)
	if modifier >= 4 {
		digits, scale = (modifier-4)>>16&0xffff, (modifier-4)<<21>>21 // 11 bits with sign
	}
	switch m.Decimal {
	case "double":
		return mapping{schema: batch.NewSchema(batch.KindFloat64), parse: parseFloat64, text: float64s, missing: batch.Float64Value(0)}
	case "string":
		return mapping{schema: batch.NewSchema(batch.KindString), parse: parseDecimalText, missing: batch.StringValue(zeroText(scale)), scale: scale}
	}
	if digits == 0 {
		return mapping{schema: cdc.VariableScaleDecimal(), bind: func(s *batch.Schema) (parse, batch.Value) {
			zero, _ := parseVariable(s)([]byte("0"))
			return parseVariable(s), zero
		}}
	}
	zero, _ := parseDecimal(scale)([]byte("0"))
	row := mapping{schema: cdc.Decimal(scale).Param(cdc.DecimalPrecision, decimalText(digits)), parse: parseDecimal(scale), missing: zero, scale: scale}
	if scale >= 0 {
		row.text = decimals
	}
	return row
}

func (m *Modes) money() mapping {
	p := parseMoney(m.MoneyDigits, m.Decimal)
	zero, _ := p([]byte("0"))
	switch m.Decimal {
	case "double":
		return mapping{schema: batch.NewSchema(batch.KindFloat64), parse: p, missing: zero}
	case "string":
		return mapping{schema: batch.NewSchema(batch.KindString), parse: p, missing: batch.StringValue(zeroText(m.MoneyDigits))}
	}
	return mapping{schema: cdc.Decimal(m.MoneyDigits), parse: p, missing: zero}
}

func (m *Modes) bytea() mapping {
	if m.Binary == "bytes" {
		return mapping{opaque: true, schema: batch.NewSchema(batch.KindBytes), parse: parseBytea, text: byteas, binary: texts, missing: batch.BytesValue(nil)}
	}
	return mapping{opaque: true, schema: batch.NewSchema(batch.KindString), parse: parseByteaText(m.Binary), missing: batch.StringValue("")}
}

// unknown is the row of types that nobody knows, with include.unknown.datatypes: their text, as if it were binary.
func (m *Modes) unknown() mapping {
	if m.Binary == "bytes" {
		return mapping{opaque: true, schema: batch.NewSchema(batch.KindBytes), missing: batch.BytesValue(nil),
			parse: func(text []byte) (batch.Value, error) { return batch.BytesValue(append([]byte{}, text...)), nil }}
	}
	return mapping{opaque: true, schema: batch.NewSchema(batch.KindString), missing: batch.StringValue(""),
		parse: func(text []byte) (batch.Value, error) {
			return batch.StringValue(string(AppendBinary(nil, text, m.Binary))), nil
		}}
}

// varbitMax is the length of varbit without one. Source: TypeRegistry.
const varbitMax = 1<<31 - 1

func bitString(oid uint32, modifier int32) mapping {
	length := modifier
	if length < 0 {
		length = 1
		if oid == oidVarbit {
			length = varbitMax
		}
	}
	if length > 1 {
		return mapping{schema: cdc.Bits(length), parse: parseBits, missing: batch.BytesValue(nil)}
	}
	return mapping{schema: batch.NewSchema(batch.KindBoolean), parse: parseBoolean, text: booleans, missing: batch.BooleanValue(false)}
}

func (m *Modes) date() mapping {
	switch m.Temporal {
	case "connect":
		return mapping{schema: cdc.Semantic(batch.KindInt32, cdc.ConnectDateName), parse: parseConnectDate, text: dayInts, binary: binaryDays, missing: batch.DateValue(0)}
	case "isostring":
		return mapping{schema: cdc.Semantic(batch.KindString, cdc.IsoDateName), parse: parseISODate, missing: batch.StringValue("1970-01-01Z")}
	}
	return mapping{schema: cdc.Semantic(batch.KindInt32, cdc.DateName), parse: parseDays, text: dayInts, binary: binaryDays, missing: batch.Int32Value(0)}
}

func (m *Modes) time(modifier int32) mapping {
	ints := func(k batch.Kind, name string, unit int64) mapping {
		return mapping{schema: cdc.Semantic(k, name), parse: parseTime(k, unit), text: timeInts, binary: binaryTimes, missing: batch.IntValue(k, 0), unit: unit}
	}
	switch m.Temporal {
	case "connect":
		row := ints(batch.KindInt32, cdc.ConnectTimeName, 1000)
		row.parse, row.missing = parseConnectTime, batch.DateValue(0)
		return row
	case "isostring":
		return mapping{schema: cdc.Semantic(batch.KindString, cdc.IsoTimeName), parse: parseISOTime, missing: batch.StringValue("00:00:00Z")}
	case "nanoseconds":
		return ints(batch.KindInt64, cdc.NanoTimeName, -1000)
	case "adaptive":
		if precision(modifier) <= 3 {
			return ints(batch.KindInt32, cdc.TimeName, 1000)
		}
	}
	return ints(batch.KindInt64, cdc.MicroTimeName, 1)
}

func (m *Modes) timestamp(modifier int32) mapping {
	ints := func(name string, unit int64) mapping {
		return mapping{schema: cdc.Semantic(batch.KindInt64, name), parse: parseStamp(unit), text: stampInts, binary: binaryStamps, missing: batch.Int64Value(0), unit: unit}
	}
	switch m.Temporal {
	case "connect":
		row := ints(cdc.ConnectStampName, 1000)
		row.parse, row.missing = parseConnectStamp, batch.DateValue(0)
		return row
	case "isostring":
		return mapping{schema: cdc.Semantic(batch.KindString, cdc.IsoTimestampName), parse: parseISOStamp, missing: batch.StringValue("1970-01-01T00:00:00Z")}
	case "nanoseconds":
		return ints(cdc.NanoTimestampName, -1000)
	case "adaptive", "adaptive_time_microseconds":
		if precision(modifier) <= 3 {
			return ints(cdc.TimestampName, 1000)
		}
	}
	return ints(cdc.MicroTimestampName, 1)
}
