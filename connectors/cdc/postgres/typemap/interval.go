package typemap

import (
	"bytes"
	"errors"
	"math"
	"strconv"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/internal/java"
)

var errInterval = errors.New("is no interval")

// interval is what PostgreSQL writes of one under intervalstyle postgres: 1 year 2 mons -3 days +04:05:06.789.
type interval struct {
	years, months, days, hours, minutes int64
	micros                              int64 // of the seconds
}

func readInterval(text []byte) (v interval, err error) {
	words := bytes.Fields(text)
	for i := 0; i < len(words); i++ {
		if bytes.IndexByte(words[i], ':') >= 0 {
			if err := v.clock(words[i]); err != nil {
				return v, err
			}
			continue
		}
		if i+1 == len(words) {
			return v, errInterval
		}
		n, err := strconv.ParseInt(string(words[i]), 10, 64)
		if err != nil {
			return v, errInterval
		}
		i++
		switch string(bytes.TrimSuffix(words[i], []byte("s"))) {
		case "year":
			v.years = n
		case "mon":
			v.months = n
		case "day":
			v.days = n
		default:
			return v, errInterval
		}
	}
	return v, nil
}

// clock reads [+-]H…:MM:SS[.fraction].
func (v *interval) clock(s []byte) error {
	sign := int64(1)
	if s[0] == '-' || s[0] == '+' {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	parts := bytes.Split(s, []byte(":"))
	if len(parts) != 3 {
		return errInterval
	}
	h, err1 := strconv.ParseInt(string(parts[0]), 10, 64)
	m, err2 := strconv.ParseInt(string(parts[1]), 10, 64)
	sec, fraction, _ := bytes.Cut(parts[2], []byte("."))
	n, err3 := strconv.ParseInt(string(sec), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || len(fraction) > 6 {
		return errInterval
	}
	f := int64(0)
	if len(fraction) > 0 {
		var ok bool
		if f, ok = number(fraction); !ok {
			return errInterval
		}
		for range 6 - len(fraction) {
			f *= 10
		}
	}
	v.hours, v.minutes, v.micros = sign*h, sign*m, sign*(n*1_000_000+f)
	return nil
}

// parseIntervalMicros is interval.handling.mode numeric. Source: MicroDuration.durationMicros; a month is a twelfth of
// 365.25 days.
func parseIntervalMicros(text []byte) (batch.Value, error) {
	v, err := readInterval(text)
	if err != nil {
		return batch.Value{}, err
	}
	const daysOfMonth = 365.25 / 12.0
	numberOfDays := float64(v.years*12+v.months)*daysOfMonth + float64(v.days)
	seconds := (numberOfDays*24+float64(v.hours))*60 + float64(v.minutes)
	whole := math.Trunc(float64(v.micros) / 1e6)
	seconds = seconds*60 + whole
	return batch.Int64Value(java.DoubleToLong(seconds*1e6 + (float64(v.micros) - whole*1e6))), nil
}

// parseIntervalText is interval.handling.mode string. Source: Interval.toIsoString.
func parseIntervalText(text []byte) (batch.Value, error) {
	v, err := readInterval(text)
	if err != nil {
		return batch.Value{}, err
	}
	b := []byte{'P'}
	for _, part := range []struct {
		n    int64
		unit string
	}{{v.years, "Y"}, {v.months, "M"}, {v.days, "DT"}, {v.hours, "H"}, {v.minutes, "M"}} {
		b = append(strconv.AppendInt(b, part.n, 10), part.unit...)
	}
	micros := v.micros
	if micros < 0 {
		b, micros = append(b, '-'), -micros
	}
	b = strconv.AppendInt(b, micros/1_000_000, 10)
	if rest := micros % 1_000_000; rest != 0 {
		b = bytes.TrimRight(appendPadded(append(b, '.'), rest, 6), "0")
	}
	return batch.StringValue(string(append(b, 'S'))), nil
}
