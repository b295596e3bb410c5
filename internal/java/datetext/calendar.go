package datetext

const (
	dayMs         = 24 * 60 * 60 * 1000
	cutoverDay    = -141427 // 1582-10-15, the first Gregorian day, counted from 1970-01-01
	cutoverYear   = 1582
	julianEpoch   = -719164 // 0001-01-01 of the Julian calendar
	gregorianBase = -719162 // 0001-01-01 of the Gregorian calendar
)

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// daysBefore is the number of days before each month in a year of 365 days.
var daysBefore = [13]int64{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

// monthStart is the day (from 1970) on which month 0..11 of the proleptic year begins.
func monthStart(year int64, month int, gregorian bool) int64 {
	y := year - 1
	days := 365*y + floorDiv(y, 4) + daysBefore[month]
	leap := floorMod(year, 4) == 0
	if gregorian {
		days += floorDiv(y, 400) - floorDiv(y, 100)
		leap = leap && (floorMod(year, 100) != 0 || floorMod(year, 400) == 0)
		days += gregorianBase
	} else {
		days += julianEpoch
	}
	if leap && month > 1 {
		days++
	}
	return days
}

// mixedStart is monthStart in the calendar that was in force then.
func mixedStart(year int64, month int) int64 {
	return monthStart(year, month, year > cutoverYear || year == cutoverYear && month > 9)
}

// civil is a local date; year is proleptic: 0 is 1 BC.
type civil struct {
	year  int64
	month int // 0..11
	day   int // 1..31
}

func civilOf(day int64) civil {
	gregorian := day >= cutoverDay
	// Begin with a year that is never too late, then step: the estimate is at most one year off.
	var year int64
	if gregorian {
		year = floorDiv((day-gregorianBase)*400, 146097) + 1
	} else {
		year = floorDiv((day-julianEpoch)*4, 1461) + 1
	}
	start, next := monthStart(year, 0, gregorian), monthStart(year+1, 0, gregorian)
	for start > day {
		year--
		start, next = monthStart(year, 0, gregorian), start
	}
	for next <= day {
		year++
		start, next = next, monthStart(year+1, 0, gregorian)
	}
	rest, leap := day-start, next-start-365
	month := min(int(rest/29), 11)
	first := func(month int) int64 {
		if month > 1 {
			return daysBefore[month] + leap
		}
		return daysBefore[month]
	}
	for first(month) > rest {
		month--
	}
	return civil{year, month, int(rest-first(month)) + 1}
}

// weekday is 1 for Sunday to 7 for Saturday, Java's numbers.
func weekday(day int64) int { return int(floorMod(day+4, 7)) + 1 }

// onOrBefore is the last day with the given weekday not after day.
func onOrBefore(day int64, dayOfWeek int64) int64 {
	return day - floorMod(day+4-(dayOfWeek-1), 7)
}

// weekNumber is the week of day in a period starting at first: weeks begin on Sunday, the first one
// holds the period's first day. Source: GregorianCalendar.getWeekNumber with the US rules.
func weekNumber(first, day int64) int64 {
	return floorDiv(day-onOrBefore(first, 1), 7) + 1
}

// weekOfYear gives week and week year of a day.
func weekOfYear(day, year int64) (week, weekYear int64) {
	if next := mixedStart(year+1, 0); day >= onOrBefore(next, 1) {
		return 1, year + 1
	}
	return weekNumber(mixedStart(year, 0), day), year
}
