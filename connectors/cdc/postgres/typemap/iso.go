package typemap

// appendISODate appends a date as Java's ISO_LOCAL_DATE: four digits of the year, a sign for more, minus before year 0.
func appendISODate(dst []byte, days int64) []byte {
	year, month, day := dateOf(days)
	switch {
	case year > 9999:
		dst = append(dst, '+')
	case year < 0:
		dst, year = append(dst, '-'), -year
	}
	width := 4
	for p := int64(10_000); p <= year; p *= 10 {
		width++
	}
	dst = appendPadded(dst, year, width)
	dst = appendPadded(append(dst, '-'), month, 2)
	return appendPadded(append(dst, '-'), day, 2)
}

// appendISOTime appends microseconds of the day with seconds and fraction digits: as many as given, or for 0 as many as
// it needs.
func appendISOTime(dst []byte, micros int64, fraction int) []byte {
	seconds := micros / 1_000_000
	dst = appendPadded(dst, seconds/3600, 2)
	dst = appendPadded(append(dst, ':'), seconds/60%60, 2)
	dst = appendPadded(append(dst, ':'), seconds%60, 2)
	rest := micros % 1_000_000
	if fraction > 0 {
		from := len(dst) + 1 + fraction
		return appendPadded(append(dst, '.'), rest, 6)[:from]
	}
	if rest == 0 {
		return dst
	}
	dst = appendPadded(append(dst, '.'), rest, 6)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func appendPadded(dst []byte, v int64, width int) []byte {
	for range width {
		dst = append(dst, '0')
	}
	for i := len(dst) - 1; v > 0; i-- {
		dst[i] = byte('0' + v%10)
		v /= 10
	}
	return dst
}

// appendISOStamp appends a moment in UTC as ISO_OFFSET_DATE_TIME does.
func appendISOStamp(dst []byte, micros int64, fraction int) []byte {
	d := micros / dayMicros
	t := micros % dayMicros
	if t < 0 {
		d, t = d-1, t+dayMicros
	}
	dst = appendISODate(dst, d)
	return append(appendISOTime(append(dst, 'T'), t, fraction), 'Z')
}

// appendZoned appends a timestamptz: infinities by name.
func appendZoned(dst []byte, micros int64, fraction int) []byte {
	switch micros {
	case infinityMicros:
		return append(dst, "infinity"...)
	case minusInfinityMicros:
		return append(dst, "-infinity"...)
	}
	return appendISOStamp(dst, micros, fraction)
}
