package typemap

// Modes are the handling modes of a connector, by the names that its config gives them.
type Modes struct {
	Decimal     string // precise, string, double
	Temporal    string // adaptive, adaptive_time_microseconds, connect, isostring, microseconds, nanoseconds
	Binary      string // bytes, base64, base64-url-safe, hex
	Hstore      string // json, map
	Interval    string // numeric, string
	MoneyDigits int32
	Placeholder []byte // of values that the stream leaves out
	Unknown     bool   // columns of unknown types come as bytes of their text
}
