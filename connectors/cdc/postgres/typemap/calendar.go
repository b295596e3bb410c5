package typemap

import "errors"

var (
	errDate  = errors.New("is no date")
	errTime  = errors.New("is no time of day")
	errStamp = errors.New("is no timestamp")
)

const (
	dayMicros  = 86_400_000_000
	epochDays  = 10_957                // 2000-01-01, from which PostgreSQL counts, in days since 1970
	epochStamp = epochDays * dayMicros // the same in microseconds
)

// The days and microseconds that stand for infinity where a mode writes numbers: what Debezium streams.
const (
	infinityDays        = -2147472692
	minusInfinityDays   = -2147472691
	infinityMicros      = 9223372036825200000
	minusInfinityMicros = -9223372036832400000
)

// daysOf returns the days from 1970 to a date of the proleptic Gregorian calendar; year 0 is 1 BC.
func daysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
	}
	era := year
	if era < 0 {
		era -= 399
	}
	era /= 400
	ofEra := year - era*400
	shifted := (month + 9) % 12
	ofYear := (153*shifted+2)/5 + day - 1
	return era*146_097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719_468
}

// dateOf is the inverse of daysOf.
func dateOf(days int64) (year, month, day int64) {
	days += 719_468
	era := days
	if era < 0 {
		era -= 146_096
	}
	era /= 146_097
	ofEra := days - era*146_097
	y := (ofEra - ofEra/1460 + ofEra/36_524 - ofEra/146_096) / 365
	ofYear := ofEra - (365*y + y/4 - y/100)
	m := (5*ofYear + 2) / 153
	day = ofYear - (153*m+2)/5 + 1
	month = m + 3
	if month > 12 {
		month -= 12
	}
	year = y + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// number reads all of s as decimal digits.
func number(s []byte) (v int64, ok bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	for _, c := range s {
		c -= '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	return v, true
}

// cutEra removes " BC" from the end.
func cutEra(s []byte) ([]byte, bool) {
	if n := len(s) - 3; n > 0 && s[n] == ' ' && s[n+1] == 'B' && s[n+2] == 'C' {
		return s[:n], true
	}
	return s, false
}

// date reads YYYY-MM-DD with four digits of the year or more.
func date(s []byte, bc bool) (int64, bool) {
	n := len(s)
	if n < 10 || s[n-3] != '-' || s[n-6] != '-' {
		return 0, false
	}
	year, ok1 := number(s[:n-6])
	month, ok2 := number(s[n-5 : n-3])
	day, ok3 := number(s[n-2:])
	if bc {
		year = 1 - year
	}
	return daysOf(year, month, day), ok1 && ok2 && ok3 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

// clock reads HH:MM:SS[.fraction of up to six digits] in microseconds.
func clock(s []byte) (int64, bool) {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' {
		return 0, false
	}
	h, ok1 := number(s[:2])
	m, ok2 := number(s[3:5])
	sec, ok3 := number(s[6:8])
	v := ((h*60+m)*60 + sec) * 1_000_000
	if !ok1 || !ok2 || !ok3 || h > 24 || m > 59 || sec > 60 {
		return 0, false
	}
	if s = s[8:]; len(s) == 0 {
		return v, true
	}
	if s[0] != '.' || len(s) > 7 {
		return 0, false
	}
	f, ok := number(s[1:])
	for i := len(s); i < 7; i++ {
		f *= 10
	}
	return v + f, ok
}

// cutZone splits the offset from UTC, in seconds, from the end of a text: +HH, +HH:MM or +HH:MM:SS.
func cutZone(s []byte) (rest []byte, offset int64, ok bool) {
	at := max(len(s)-1, 0)
	for at > 0 && s[at] != '+' && s[at] != '-' {
		at--
	}
	zone := s[at:]
	if at <= 0 || len(zone) != 3 && len(zone) != 6 && len(zone) != 9 {
		return s, 0, false
	}
	for i, unit := range []int64{3600, 60, 1} {
		from := 1 + 3*i
		if from >= len(zone) {
			break
		}
		if i > 0 && zone[from-1] != ':' {
			return s, 0, false
		}
		v, good := number(zone[from : from+2])
		if !good {
			return s, 0, false
		}
		offset += v * unit
	}
	if zone[0] == '-' {
		offset = -offset
	}
	return s[:at], offset, true
}

// days decodes the text of a date.
func days(text []byte) (int64, error) {
	switch string(text) {
	case "infinity":
		return infinityDays, nil
	case "-infinity":
		return minusInfinityDays, nil
	}
	s, bc := cutEra(text)
	v, ok := date(s, bc)
	if !ok {
		return 0, errDate
	}
	return v, nil
}

// dayTime decodes the text of a time without zone, in microseconds.
func dayTime(text []byte) (int64, error) {
	v, ok := clock(text)
	if !ok {
		return 0, errTime
	}
	return v, nil
}

// stamp decodes the text of a timestamp, or with zone of a timestamptz, in microseconds since 1970.
func stamp(text []byte, zone bool) (int64, error) {
	switch string(text) {
	case "infinity":
		return infinityMicros, nil
	case "-infinity":
		return minusInfinityMicros, nil
	}
	s, bc := cutEra(text)
	offset := int64(0)
	if zone {
		var ok bool
		if s, offset, ok = cutZone(s); !ok {
			return 0, errStamp
		}
	}
	at := 10
	for at < len(s) && s[at] != ' ' {
		at++
	}
	if at >= len(s) {
		return 0, errStamp
	}
	d, ok1 := date(s[:at], bc)
	t, ok2 := clock(s[at+1:])
	if !ok1 || !ok2 {
		return 0, errStamp
	}
	return d*dayMicros + t - offset*1_000_000, nil
}
