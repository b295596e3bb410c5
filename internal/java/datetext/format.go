package datetext

import "github.com/millrace/millrace/internal/java"

// Append appends the text of an instant. Source: SimpleDateFormat.format.
func (f *Format) Append(dst []byte, ms int64) []byte {
	offset, daylight := f.zone.offsetAt(ms)
	// Split before the offset is added: the sum may not fit.
	day, tod := floorDiv(ms, dayMs), floorMod(ms, dayMs)+offset
	day, tod = day+floorDiv(tod, dayMs), floorMod(tod, dayMs)
	c := civilOf(day)
	eraYear := c.year
	if eraYear < 1 {
		eraYear = 1 - eraYear
	}
	hour := tod / 3600000
	for i := range f.parts {
		p := &f.parts[i]
		switch p.letter {
		case 0:
			dst = append(dst, p.literal...)
		case 'G':
			if c.year < 1 {
				dst = append(dst, "BC"...)
			} else {
				dst = append(dst, "AD"...)
			}
		case 'y':
			dst = appendYear(dst, eraYear, p.count)
		case 'Y':
			_, weekYear := weekOfYear(day, c.year)
			dst = appendYear(dst, weekYear, p.count)
		case 'M', 'L':
			switch {
			case p.count >= 4:
				dst = append(dst, monthNames[c.month]...)
			case p.count == 3:
				dst = append(dst, monthNames[c.month][:3]...)
			default:
				dst = appendPadded(dst, int64(c.month+1), p.count)
			}
		case 'd':
			dst = appendPadded(dst, int64(c.day), p.count)
		case 'k':
			dst = appendPadded(dst, oneBased(hour, 24), p.count)
		case 'H':
			dst = appendPadded(dst, hour, p.count)
		case 'K':
			dst = appendPadded(dst, hour%12, p.count)
		case 'h':
			dst = appendPadded(dst, oneBased(hour%12, 12), p.count)
		case 'm':
			dst = appendPadded(dst, tod/60000%60, p.count)
		case 's':
			dst = appendPadded(dst, tod/1000%60, p.count)
		case 'S':
			dst = appendPadded(dst, tod%1000, p.count)
		case 'E':
			if n := dayNames[weekday(day)-1]; p.count >= 4 {
				dst = append(dst, n...)
			} else {
				dst = append(dst, n[:3]...)
			}
		case 'u':
			dst = appendPadded(dst, oneBased(int64(weekday(day)-1), 7), p.count)
		case 'D':
			dst = appendPadded(dst, day-mixedStart(c.year, 0)+1, p.count)
		case 'F':
			dst = appendPadded(dst, (day-mixedMonth(c))/7+1, p.count)
		case 'w':
			week, _ := weekOfYear(day, c.year)
			dst = appendPadded(dst, week, p.count)
		case 'W':
			dst = appendPadded(dst, weekNumber(mixedMonth(c), day), p.count)
		case 'a':
			if hour < 12 {
				dst = append(dst, "AM"...)
			} else {
				dst = append(dst, "PM"...)
			}
		case 'z':
			dst = append(dst, f.zone.displayName(daylight, p.count >= 4)...)
		case 'Z':
			dst = appendNumericZone(dst, offset)
		case 'X':
			dst = appendISOZone(dst, offset, p.count)
		}
	}
	return dst
}

// mixedMonth is the first day of the month; in October 1582 it is Julian for both halves.
func mixedMonth(c civil) int64 { return mixedStart(c.year, c.month) }

func oneBased(v, zero int64) int64 {
	if v == 0 {
		return zero
	}
	return v
}

func appendYear(dst []byte, year int64, count int) []byte {
	if count != 2 {
		return appendPadded(dst, year, count)
	}
	if year < 0 {
		dst = append(dst, '-')
		year = -year
	}
	return appendPadded(dst, year%100, 2)
}

// appendPadded appends v with at least width digits.
func appendPadded(dst []byte, v int64, width int) []byte {
	switch { // as nearly all numbers in dates are
	case width == 2 && v >= 0 && v < 100:
		return append(dst, byte('0'+v/10), byte('0'+v%10))
	case width == 3 && v >= 0 && v < 1000:
		return append(dst, byte('0'+v/100), byte('0'+v/10%10), byte('0'+v%10))
	}
	if v < 0 {
		dst = append(dst, '-')
		v = -v
	}
	digits := 1
	for rest := v; rest >= 10; rest /= 10 {
		digits++
	}
	for range width - digits {
		dst = append(dst, '0')
	}
	return java.AppendInt(dst, v)
}

// appendNumericZone appends +hhmm.
func appendNumericZone(dst []byte, offset int64) []byte {
	minutes := offset / 60000
	if minutes < 0 {
		dst = append(dst, '-')
		minutes = -minutes
	} else {
		dst = append(dst, '+')
	}
	return appendPadded(dst, minutes/60*100+minutes%60, 4)
}

func appendISOZone(dst []byte, offset int64, count int) []byte {
	if offset == 0 {
		return append(dst, 'Z')
	}
	minutes := offset / 60000
	if minutes < 0 {
		dst = append(dst, '-')
		minutes = -minutes
	} else {
		dst = append(dst, '+')
	}
	dst = appendPadded(dst, minutes/60, 2)
	if count == 1 {
		return dst
	}
	if count == 3 {
		dst = append(dst, ':')
	}
	return appendPadded(dst, minutes%60, 2)
}

// AppendDate appends java.util.Date.toString: EEE MMM dd HH:mm:ss zzz yyyy.
func AppendDate(dst []byte, ms int64, zone *Zone) []byte {
	if zone == nil {
		zone = UTC
	}
	dst = dateText.in(zone).Append(dst, ms)
	offset, _ := zone.offsetAt(ms)
	tod := floorMod(ms, dayMs) + offset
	c := civilOf(floorDiv(ms, dayMs) + floorDiv(tod, dayMs))
	if c.year < 1 {
		c.year = 1 - c.year // the era is not shown
	}
	return java.AppendInt(dst, c.year)
}

// in is the same format in another zone.
func (f *Format) in(zone *Zone) *Format {
	g := *f
	g.zone = zone
	return &g
}
