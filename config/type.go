package config

// Type is the type of a key's value. Source: ConfigDef.Type.
type Type uint8

// The types, in Java's order.
const (
	Boolean  Type = iota // bool
	String               // string, trimmed
	Int                  // int32
	Short                // int16
	Long                 // int64
	Double               // float64
	List                 // []string, split at commas
	Class                // string, the name of a class
	Password             // Secret
)

// String is the name in REST answers: BOOLEAN, STRING, INT, SHORT, LONG, DOUBLE, LIST, CLASS, PASSWORD.
func (t Type) String() string {
	switch t {
	case Boolean:
		return "BOOLEAN"
	case String:
		return "STRING"
	case Int:
		return "INT"
	case Short:
		return "SHORT"
	case Long:
		return "LONG"
	case Double:
		return "DOUBLE"
	case List:
		return "LIST"
	case Class:
		return "CLASS"
	case Password:
		return "PASSWORD"
	}
	return "UNKNOWN"
}

// Importance says how likely a user needs to set a key. Source: ConfigDef.Importance.
type Importance uint8

// The importances, in Java's order.
const (
	High Importance = iota
	Medium
	Low
)

// String is the name in REST answers.
func (i Importance) String() string {
	switch i {
	case High:
		return "HIGH"
	case Medium:
		return "MEDIUM"
	}
	return "LOW"
}

// Width is a hint for forms: how wide the field should be. Source: ConfigDef.Width.
type Width uint8

// The widths, in Java's order.
const (
	WidthNone Width = iota
	WidthShort
	WidthMedium
	WidthLong
)

// String is the name in REST answers.
func (w Width) String() string {
	switch w {
	case WidthShort:
		return "SHORT"
	case WidthMedium:
		return "MEDIUM"
	case WidthLong:
		return "LONG"
	}
	return "NONE"
}
