package batch

// Kind is a Connect schema type, in the order of Java's Schema.Type.
type Kind uint8

// The Connect types.
const (
	KindInt8 Kind = iota
	KindInt16
	KindInt32
	KindInt64
	KindFloat32
	KindFloat64
	KindBoolean
	KindString
	KindBytes
	KindArray
	KindMap
	KindStruct
)

var kindNames = [...]string{"INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64", "BOOLEAN", "STRING", "BYTES", "ARRAY", "MAP", "STRUCT"}

// String returns Java's name of the type, such as INT32.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "UNKNOWN"
}

// FixedBytes returns the bytes a value takes in a fixed-width column, 0 for other kinds.
func (k Kind) FixedBytes() int {
	switch k {
	case KindInt8, KindBoolean:
		return 1
	case KindInt16:
		return 2
	case KindInt32, KindFloat32:
		return 4
	case KindInt64, KindFloat64:
		return 8
	}
	return 0
}

// IsVarlen reports whether values are byte sequences: STRING and BYTES.
func (k Kind) IsVarlen() bool { return k == KindString || k == KindBytes }

// Logical is the meaning that a schema's name gives to its type.
type Logical uint8

// The logical types of Connect. Any other schema name is LogicalNone.
const (
	LogicalNone      Logical = iota
	LogicalDecimal           // BYTES: unscaled two's complement, big endian; parameter scale
	LogicalDate              // INT32: days since 1970-01-01
	LogicalTime              // INT32: milliseconds of the day
	LogicalTimestamp         // INT64: milliseconds since 1970-01-01T00:00Z
)

// Schema names of the logical types.
const (
	DecimalName   = "org.apache.kafka.connect.data.Decimal"
	DateName      = "org.apache.kafka.connect.data.Date"
	TimeName      = "org.apache.kafka.connect.data.Time"
	TimestampName = "org.apache.kafka.connect.data.Timestamp"
)

// logicalOf returns the logical type of a schema. A logical name on another type than its own has no
// meaning to Connect's converters until a value is met, so it counts as LogicalNone here.
func logicalOf(k Kind, name string) Logical {
	switch {
	case k == KindBytes && name == DecimalName:
		return LogicalDecimal
	case k == KindInt32 && name == DateName:
		return LogicalDate
	case k == KindInt32 && name == TimeName:
		return LogicalTime
	case k == KindInt64 && name == TimestampName:
		return LogicalTimestamp
	}
	return LogicalNone
}
