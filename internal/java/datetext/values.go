package datetext

import "time"

// The patterns of Connect's Values: a java.util.Date in text is a date, a time of day or both.
const (
	DatePattern      = "yyyy-MM-dd"
	TimePattern      = "HH:mm:ss.SSS'Z'"
	TimestampPattern = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"
)

// They are in UTC. Source: Values.ISO_8601_DATE_FORMAT_PATTERN and its neighbours.
var (
	dateFormat      = must(DatePattern)
	timeFormat      = must(TimePattern)
	timestampFormat = must(TimestampPattern)
	dateText        = must("EEE MMM dd HH:mm:ss zzz ")
)

// must compiles a constant pattern without two-digit years.
func must(pattern string) *Format {
	f, err := New(pattern, UTC, time.UnixMilli(0))
	if err != nil {
		panic(err)
	}
	return f
}

// AppendISODate appends yyyy-MM-dd in UTC.
func AppendISODate(dst []byte, ms int64) []byte { return dateFormat.Append(dst, ms) }

// AppendISOTime appends HH:mm:ss.SSS'Z' in UTC.
func AppendISOTime(dst []byte, ms int64) []byte { return timeFormat.Append(dst, ms) }

// AppendISOTimestamp appends yyyy-MM-dd'T'HH:mm:ss.SSS'Z' in UTC.
func AppendISOTimestamp(dst []byte, ms int64) []byte { return timestampFormat.Append(dst, ms) }

// ParseISODate reads yyyy-MM-dd leniently; what follows is ignored.
func ParseISODate(text string) (int64, error) { return dateFormat.Parse(text) }

// ParseISOTime reads HH:mm:ss.SSS'Z' leniently.
func ParseISOTime(text string) (int64, error) { return timeFormat.Parse(text) }

// ParseISOTimestamp reads yyyy-MM-dd'T'HH:mm:ss.SSS'Z' leniently.
func ParseISOTimestamp(text string) (int64, error) { return timestampFormat.Parse(text) }
