package protobuf

import (
	"fmt"
	"math/big"
	"time"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

// numberNamed returns a field of a message by its name, 0 where it is not there; false where it is no number.
func (d *dynamic) numberNamed(name string) (v int64, ok bool) {
	f := d.of.field(name)
	if f == nil {
		return 0, true
	}
	switch f.Type {
	case typeString, typeBytes, typeMessage, typeEnum, typeBool, typeFloat, typeDouble:
		return 0, d.values[f.Index] == nil
	}
	if f.Repeated {
		return 0, d.values[f.Index] == nil
	}
	if c := d.values[f.Index]; c != nil {
		return int64(c.bits), true
	}
	return 0, true
}

// numbersNamed is numberNamed for some names, as ints but for the first if it is wide.
func (d *dynamic) numbersNamed(kind string, names ...string) ([]int64, error) {
	out := make([]int64, len(names))
	for i, name := range names {
		v, ok := d.numberNamed(name)
		if !ok {
			return nil, otherClass(kind)
		}
		out[i] = v
	}
	return out, nil
}

// decimalOf is DecimalUtils.toBigDecimal.
func decimalOf(m *dynamic) (batch.Value, error) {
	n, err := m.numbersNamed("BYTES", metaPrecision, paramScale)
	if err != nil {
		return batch.Value{}, err
	}
	var unscaled []byte
	if f := m.of.field(valueField); f != nil && m.values[f.Index] != nil {
		if f.Type != typeBytes || f.Repeated {
			return batch.Value{}, otherClass("BYTES")
		}
		unscaled = m.values[f.Index].text
	}
	precision := int32(n[0])
	if precision < 0 {
		return batch.Value{}, javaError(illegalArgument, "Digits < 0")
	}
	if len(unscaled) == 0 {
		return batch.Value{}, javaError(numberFormat, "Zero length BigInteger")
	}
	v, scale := rounded(java.BigFromBytes(unscaled), int32(n[1]), int(precision))
	return batch.DecimalValueOf(&batch.DecimalValue{Unscaled: v, Scale: scale}), nil
}

// rounded keeps that many digits, 0 = all. Source: BigDecimal(BigInteger, int, MathContext), which rounds half up.
func rounded(v *big.Int, scale int32, precision int) (*big.Int, int32) {
	ten := big.NewInt(10)
	for precision > 0 {
		digits := len(new(big.Int).Abs(v).String())
		if digits <= precision {
			break
		}
		drop := digits - precision
		unit := new(big.Int).Exp(ten, big.NewInt(int64(drop)), nil)
		q, r := new(big.Int).QuoRem(v, unit, new(big.Int))
		if r.Abs(r).Lsh(r, 1).Cmp(unit) >= 0 {
			q.Add(q, big.NewInt(int64(v.Sign())))
		}
		v, scale = q, scale-int32(drop)
	}
	return v, scale
}

// dateOf reads google.type.Date as a calendar that is not lenient does: Julian before the autumn of 1582.
func dateOf(m *dynamic) (batch.Value, error) {
	n, err := m.numbersNamed("INT32", "year", "month", "day")
	if err != nil {
		return batch.Value{}, err
	}
	days, bad := calendarDay(int32(n[0]), int32(n[1]), int32(n[2]))
	if bad != "" {
		return batch.Value{}, javaError(illegalArgument, bad)
	}
	return batch.DateValue(days * millisPerDay), nil
}

const (
	millisPerDay  = 24 * 60 * 60 * 1000
	nanosPerMilli = 1_000_000
	yearMax       = 292_278_994
	cutoverDay    = -141_427 // 15 October 1582
)

// calendarDay returns days since 1970, or the field at which Java throws. Source: GregorianCalendar.computeTime.
func calendarDay(year, month, day int32) (days int64, bad string) {
	switch {
	case year < 1 || year > yearMax:
		return 0, "YEAR"
	case month < 1 || month > 12:
		return 0, "MONTH"
	case day < 1 || day > 31:
		return 0, "DAY_OF_MONTH"
	}
	y, m, d := int64(year), int64(month), int64(day)
	days = gregorianDay(y, m, d)
	leap := y%4 == 0 && (y%100 != 0 || y%400 == 0)
	if days < cutoverDay {
		days, leap = julianDay(y, m, d), y%4 == 0
		if days >= cutoverDay { // the ten days that never were
			return 0, "DAY_OF_MONTH"
		}
	}
	lengths := [...]int32{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	if leap {
		lengths[1] = 29
	}
	if day > lengths[month-1] {
		return 0, "MONTH"
	}
	return days, ""
}

// gregorianDay counts days since 1970. Years of March make February the last month.
func gregorianDay(y, m, d int64) int64 {
	y, m = marchYear(y, m)
	return 365*y + floorDiv(y, 4) - floorDiv(y, 100) + floorDiv(y, 400) + (153*m+2)/5 + d - 1 - 719_468
}

func julianDay(y, m, d int64) int64 {
	y, m = marchYear(y, m)
	return 365*y + floorDiv(y, 4) + (153*m+2)/5 + d - 1 - 719_470
}

func marchYear(y, m int64) (year, month int64) {
	if m <= 2 {
		return y - 1, m + 9
	}
	return y, m - 3
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// calendarDate is the date of a day since 1970, Julian before the autumn of 1582; years before 1 count from 1 as Java's do.
func calendarDate(day int64) (year, month, dayOfMonth int32) {
	if day >= cutoverDay {
		y, m, d := time.Unix(day*86_400, 0).UTC().Date()
		return int32(y), int32(m), int32(d)
	}
	// Julian: find the year, then the month.
	n := day + 719_470
	y := floorDiv(4*n+3, 1461)
	rest := n - (365*y + floorDiv(y, 4))
	m := (5*rest + 2) / 153
	d := rest - (153*m+2)/5 + 1
	if m += 3; m > 12 {
		y, m = y+1, m-12
	}
	if y < 1 {
		y = 1 - y
	}
	return int32(y), int32(m), int32(d)
}

// timeOf reads google.type.TimeOfDay. Source: LocalTime.of.
func timeOf(m *dynamic) (batch.Value, error) {
	n, err := m.numbersNamed("INT32", "hours", "minutes", "seconds", "nanos")
	if err != nil {
		return batch.Value{}, err
	}
	for i, field := range timeFields {
		if v := int32(n[i]); v < 0 || int64(v) > field.most {
			return batch.Value{}, javaError(dateTime, fmt.Sprintf("Invalid value for %s (valid values 0 - %d): %d", field.name, field.most, v))
		}
	}
	return batch.DateValue(((n[0]*60+n[1])*60+n[2])*1000 + n[3]/nanosPerMilli), nil
}

var timeFields = [...]struct {
	name string
	most int64
}{{"HourOfDay", 23}, {"MinuteOfHour", 59}, {"SecondOfMinute", 59}, {"NanoOfSecond", 999_999_999}}

// Bounds of google.protobuf.Timestamp. Source: Timestamps.
const (
	secondsMin = -62_135_596_800
	secondsMax = 253_402_300_799
	nanosMax   = 999_999_999
)

// timestampOf reads google.protobuf.Timestamp. Source: Timestamps.toMillis.
func timestampOf(m *dynamic) (batch.Value, error) {
	n, err := m.numbersNamed("INT64", "seconds", "nanos")
	if err != nil {
		return batch.Value{}, err
	}
	if !validTimestamp(n[0], int64(int32(n[1]))) {
		return batch.Value{}, timestampError(n[0], int32(n[1]))
	}
	return batch.DateValue(n[0]*1000 + n[1]/nanosPerMilli), nil
}

func validTimestamp(seconds, nanos int64) bool {
	return seconds >= secondsMin && seconds <= secondsMax && nanos >= 0 && nanos <= nanosMax
}

func timestampError(seconds int64, nanos int32) error {
	return javaError(illegalArgument, fmt.Sprintf("Timestamp is not valid. See proto definition for valid values. Seconds (%d) must be in range [-62,135,596,800, +253,402,300,799]. Nanos (%d) must be in range [0, +999,999,999].", seconds, nanos))
}
