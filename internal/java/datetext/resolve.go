package datetext

import "math"

// Calendar fields, in Java's order.
const (
	era = iota
	year
	month
	weekOfYearField
	weekOfMonth
	dayOfMonth
	dayOfYear
	dayOfWeek
	dayOfWeekInMonth
	amPm
	hour12
	hourOfDay
	minute
	second
	millisecond
	zoneOffset
	dstOffset
	weekYearField
	fieldCount
)

// fields are the values that a text set and when: a later one wins where two contradict.
type fields struct {
	value [fieldCount]int64
	stamp [fieldCount]int // 0 = unset
	next  int
	zone  *Zone
}

func (s *fields) set(field int, v int64) {
	s.next++
	s.stamp[field] = s.next
	s.value[field] = v
}

func (s *fields) has(field int) bool { return s.stamp[field] > 0 }

// get is the value of a field, 0 if unset.
func (s *fields) get(field int) int64 { return s.value[field] }

// both is the later stamp of two fields, 0 unless both are set.
func (s *fields) both(a, b int) int {
	if s.stamp[a] == 0 || s.stamp[b] == 0 {
		return 0
	}
	return max(s.stamp[a], s.stamp[b])
}

// rule says how the day is found.
type rule int

const (
	byDayOfMonth rule = iota
	byWeekOfMonth
	byDayOfWeekInMonth
	byDayOfYear
	byWeekOfYear
)

// selectRule picks the complete combination set last. Source: Calendar.selectFields.
func (s *fields) selectRule() (r rule, useMonth, useDay bool) {
	dow := s.stamp[dayOfWeek]
	dom, doy := s.stamp[dayOfMonth], s.stamp[dayOfYear]
	wom, dowim := s.both(weekOfMonth, dayOfWeek), s.both(dayOfWeekInMonth, dayOfWeek)
	woy := s.both(weekOfYearField, dayOfWeek)
	best := max(dom, wom, dowim, doy, woy)
	if best == 0 {
		wom = s.stamp[weekOfMonth]
		dowim = max(s.stamp[dayOfWeekInMonth], dow)
		woy = s.stamp[weekOfYearField]
		best = max(wom, dowim, woy)
		if best == 0 {
			dom = s.stamp[month]
			best = dom
		}
	}
	womStamp, dowimStamp, woyStamp := s.stamp[weekOfMonth], s.stamp[dayOfWeekInMonth], s.stamp[weekOfYearField]
	switch {
	case best == dom:
		return byDayOfMonth, true, false
	case best == wom && womStamp >= woyStamp || best == dowim && dowimStamp >= woyStamp:
		if wom == dowim && womStamp >= dowimStamp || wom != dowim && best == wom {
			return byWeekOfMonth, true, dow > 0
		}
		return byDayOfWeekInMonth, true, dow > 0
	case best == doy:
		return byDayOfYear, false, false
	}
	return byWeekOfYear, false, dow > 0
}

// dayIn is the day that the fields name in one of the two calendars.
// Source: GregorianCalendar.getFixedDate.
func (s *fields) dayIn(y int64, gregorian bool) int64 {
	r, useMonth, useDay := s.selectRule()
	m := int64(0)
	if useMonth {
		m = s.get(month)
		y += floorDiv(m, 12)
		m = floorMod(m, 12)
	}
	day := monthStart(y, int(m), gregorian)
	switch r {
	case byDayOfMonth:
		if s.has(dayOfMonth) {
			day += s.get(dayOfMonth) - 1
		}
	case byWeekOfMonth:
		start := onOrBefore(day, 1)
		if useDay {
			start = onOrBefore(start+6, s.get(dayOfWeek))
		}
		day = start + 7*(s.get(weekOfMonth)-1)
	case byDayOfWeekInMonth:
		dow, n := int64(1), int64(1)
		if useDay {
			dow = s.get(dayOfWeek)
		}
		if s.has(dayOfWeekInMonth) {
			n = s.get(dayOfWeekInMonth)
		}
		if n >= 0 {
			day = onOrBefore(day+7*n-1, dow)
		} else {
			next := monthStart(y+(m+1)/12, int((m+1)%12), gregorian)
			day = onOrBefore(next+7*(n+1)-1, dow)
		}
	case byDayOfYear:
		day += s.get(dayOfYear) - 1
	case byWeekOfYear:
		start := onOrBefore(day, 1)
		if useDay && s.get(dayOfWeek) != 1 {
			start = onOrBefore(start+6, s.get(dayOfWeek))
		}
		day = start + 7*(s.get(weekOfYearField)-1)
	}
	return day
}

// mixedDay chooses between the calendars. extra days come from the time of day.
// Source: GregorianCalendar.computeTime.
func (s *fields) mixedDay(y, extra int64) int64 {
	switch {
	case y > cutoverYear:
		if g := extra + s.dayIn(y, true); g >= cutoverDay {
			return g
		}
		return s.between(extra+s.dayIn(y, true), extra+s.dayIn(y, false))
	case y < cutoverYear:
		j := extra + s.dayIn(y, false)
		if j < cutoverDay {
			return j
		}
		return s.between(j, j)
	}
	return s.between(extra+s.dayIn(y, true), extra+s.dayIn(y, false))
}

func (s *fields) between(g, j int64) int64 {
	if r, _, _ := s.selectRule(); r == byDayOfYear || r == byWeekOfYear {
		return j
	}
	if g >= cutoverDay {
		return g
	}
	return j
}

// timeOfDay is in milliseconds; it may be negative or longer than a day.
func (s *fields) timeOfDay() int64 {
	var t int64
	of24, of12 := s.stamp[hourOfDay], s.both(hour12, amPm)
	best := max(of24, of12)
	if best == 0 {
		best = max(s.stamp[hour12], s.stamp[amPm])
	}
	if best > 0 && best == of24 {
		t = s.get(hourOfDay)
	} else {
		t = s.get(hour12)
		if best > 0 && s.has(amPm) {
			t += 12 * s.get(amPm)
		}
	}
	return ((t*60+s.get(minute))*60+s.get(second))*1000 + s.get(millisecond)
}

// instant resolves the fields. It wraps where Java's long does.
func (s *fields) instant() int64 {
	if s.stamp[weekYearField] > s.stamp[year] {
		return s.weekDateInstant()
	}
	y := int64(1970)
	if s.has(year) {
		y = s.get(year)
	}
	if s.has(era) && s.get(era) == 0 {
		y = int64(int32(1 - y))
	}
	t := s.timeOfDay()
	day := s.mixedDay(y, floorDiv(t, dayMs))
	return s.toInstant(day, floorMod(t, dayMs))
}

// weekDateInstant resolves week year, week and weekday. Source: GregorianCalendar.setWeekDate.
func (s *fields) weekDateInstant() int64 {
	week, dow := int64(1), int64(1)
	if s.has(weekOfYearField) {
		week = s.get(weekOfYearField)
	}
	if s.has(dayOfWeek) {
		dow = s.get(dayOfWeek)
	}
	if dow < 1 || dow > 7 {
		if dow >= 8 {
			dow--
			week += dow / 7
			dow = dow%7 + 1
		} else {
			n := -dow/7 + 1
			dow += 7 * n
			week -= n
		}
		dow = calendarDay(dow)
	}
	y := s.get(weekYearField)
	if s.has(era) && s.get(era) == 0 {
		y = 1 - y
	}
	first := fields{}
	first.set(year, y)
	first.set(weekOfYearField, 1)
	first.set(dayOfWeek, 1)
	day := first.mixedDay(y, 0) + dow - 1 + 7*(week-1)
	t := s.timeOfDay()
	return s.toInstant(day+floorDiv(t, dayMs), floorMod(t, dayMs))
}

// calendarDay turns Monday = 1 .. Sunday = 7 into Java's Sunday = 1.
func calendarDay(iso int64) int64 {
	if iso < 1 || iso > 7 {
		return iso
	}
	return iso%7 + 1
}

func (s *fields) toInstant(day, tod int64) int64 {
	wall := day*dayMs + tod
	offset := s.get(zoneOffset) + s.get(dstOffset)
	if !s.has(zoneOffset) {
		offset = s.zone.offsetByWall(wall)
		if s.has(dstOffset) {
			offset = s.zone.rawMs + s.get(dstOffset)
		}
	}
	return wall - offset
}

// toInt narrows a parsed number as Number.intValue of a Long or a Double does.
func toInt(v float64) int64 {
	switch {
	case v >= math.MaxInt32:
		return math.MaxInt32
	case v <= math.MinInt32:
		return math.MinInt32
	}
	return int64(v)
}
