package apache

import (
	"time"

	"github.com/millrace/millrace/batch/literal"
	"github.com/millrace/millrace/internal/java/datetext"
)

const millisPerDay = 24 * 60 * 60 * 1000

// dateText writes a date by its value: as time of the day, date or timestamp, in the zone of the process.
// Source: Values.dateFormatFor.
type dateText struct {
	time, date, timestamp *datetext.Format // nil in UTC
}

func newDateText(zone *datetext.Zone) dateText {
	if zone.ID() == datetext.UTC.ID() {
		return dateText{}
	}
	format := func(pattern string) *datetext.Format {
		f, err := datetext.New(pattern, zone, time.Time{})
		if err != nil {
			panic("apache: constant date pattern refused: " + err.Error())
		}
		return f
	}
	return dateText{format(datetext.TimePattern), format(datetext.DatePattern), format(datetext.TimestampPattern)}
}

func (d *dateText) append(dst []byte, ms int64) []byte {
	switch {
	case d.time == nil:
		return literal.AppendDate(dst, ms)
	case ms < millisPerDay:
		return d.time.Append(dst, ms)
	case ms%millisPerDay == 0:
		return d.date.Append(dst, ms)
	}
	return d.timestamp.Append(dst, ms)
}
