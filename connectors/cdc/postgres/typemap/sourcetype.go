package typemap

import (
	"math"
	"strconv"
	"strings"

	"github.com/millrace/millrace/batch"
)

// Parameters of a field's schema that say what it is in the database. Source: PropagateSourceMetadataToSchemaParameter.
const (
	paramType   = "__debezium.source.column.type"
	paramLength = "__debezium.source.column.length"
	paramScale  = "__debezium.source.column.scale"
	paramName   = "__debezium.source.column.name"
)

// SourceParams are those of a column. stream: it is as the stream describes it; the catalog, through JDBC, has other
// names and sizes for some. Source: PostgresConnection.doReadTableColumn, ColumnMetaData, pgjdbc's TypeInfoCache.
func SourceParams(c *Column, stream bool) []batch.Param {
	name, length, scale, scaled := c.Type.Name, int32(0), int32(0), true
	switch {
	case stream && c.Modifier != -1:
		length, scale = sizeOf(elementOID(c.Type), c.Modifier), scaleOf(elementOID(c.Type), c.Modifier)
	case stream || c.Type.Base != nil:
		length, scale = defaultSizes(c.Type)
		if !stream {
			name = c.Type.jdbcName()
		}
	default:
		length, scale = sizeOf(elementOID(c.Type), c.Modifier), scaleOf(elementOID(c.Type), c.Modifier)
		if scaled = c.Type.OID != oidNumeric || c.Modifier != -1; length == 0 && c.Type.OID != oidNumeric {
			length = displaySize(elementOID(c.Type), c.Modifier)
		}
		name = serialName(c)
	}
	out := []batch.Param{{Key: paramType, Value: strings.ToUpper(name)}, {Key: paramLength, Value: strconv.Itoa(int(length))}}
	if scaled {
		out = append(out, batch.Param{Key: paramScale, Value: strconv.Itoa(int(scale))})
	}
	return append(out, batch.Param{Key: paramName, Value: c.Name})
}

// jdbcName is the name of a type in JDBC's catalog. Source: pgjdbc's TypeInfoCache.getPGType.
func (t *Type) jdbcName() string {
	if t.Schema == "" {
		return t.Name
	}
	return `"` + t.Schema + `"."` + t.Name + `"`
}

// serialName is the type as JDBC's catalog has it: columns with a sequence have types of their own.
func serialName(c *Column) string {
	if !c.HasDefault || !strings.Contains(c.Default, "nextval(") {
		return c.Type.jdbcName()
	}
	switch c.Type.OID {
	case oidInt2:
		return "smallserial"
	case oidInt4:
		return "serial"
	case oidInt8:
		return "bigserial"
	}
	return c.Type.Name
}

// elementOID is the type that sizes are of: that of an array's elements.
func elementOID(t *Type) uint32 {
	if t.Element != nil {
		return t.Element.OID
	}
	return t.OID
}

// defaultSizes are those of a type without modifier. Source: PostgresType.getDefaultLength, getDefaultScale.
func defaultSizes(t *Type) (length, scale int32) {
	if t.Base != nil {
		if t.Modifier == -1 {
			return defaultSizes(t.Base)
		}
		length, scale = sizeOf(elementOID(t.Base), t.Modifier), scaleOf(elementOID(t.Base), t.Modifier)
		if length == 0 {
			length = displaySize(elementOID(t.Base), t.Modifier)
		}
		return length, scale
	}
	if length = sizeOf(elementOID(t), -1); length == 0 {
		length = displaySize(elementOID(t), -1)
	}
	return length, scaleOf(elementOID(t), -1)
}

// sizeOf is the size of a type in digits or characters. Source: TypeInfoCache.getPrecision.
func sizeOf(oid uint32, modifier int32) int32 {
	switch oid {
	case oidInt2:
		return 5
	case oidOID, oidInt4:
		return 10
	case oidInt8:
		return 19
	case oidFloat4:
		return 8
	case oidFloat8:
		return 17
	case oidNumeric:
		if modifier == -1 {
			return 0
		}
		return (modifier - 4) >> 16 & 0xffff
	case oidChar, oidBool:
		return 1
	case oidBpchar, oidVarchar:
		if modifier != -1 {
			return modifier - 4
		}
	case oidDate, oidTime, oidTimetz, oidInterval, oidTimestamp, oidTimestamptz:
		return displaySize(oid, modifier)
	case oidBit:
		return modifier
	case oidVarbit:
		if modifier != -1 {
			return modifier
		}
	}
	return math.MaxInt32
}

// scaleOf is the number of digits behind the point. Source: TypeInfoCache.getScale.
func scaleOf(oid uint32, modifier int32) int32 {
	switch oid {
	case oidFloat4:
		return 8
	case oidFloat8:
		return 17
	case oidNumeric:
		if modifier == -1 {
			return 0
		}
		return (modifier - 4) & 0xffff
	case oidTime, oidTimetz, oidTimestamp, oidTimestamptz, oidInterval:
		if modifier == -1 {
			return 6
		}
		return modifier & 0xffff
	}
	return 0
}

// displaySize is how many characters a value takes at most, for the types whose precision it is. Source:
// TypeInfoCache.getDisplaySize.
func displaySize(oid uint32, modifier int32) int32 {
	var second int32
	switch modifier {
	case -1:
		second = 6 + 1
	case 0:
	case 1: // there is no digit alone
		second = 2 + 1
	default:
		second = modifier + 1
	}
	switch oid {
	case oidDate:
		return 13
	case oidTime:
		return 8 + second
	case oidTimetz:
		return 8 + second + 6
	case oidTimestamp:
		return 13 + 1 + 8 + second
	case oidTimestamptz:
		return 13 + 1 + 8 + second + 6
	case oidInterval:
		return 49
	case oidNumeric:
		return 131089
	}
	return math.MaxInt32
}
