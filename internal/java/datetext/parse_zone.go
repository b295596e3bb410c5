package datetext

import "strings"

// parseZone reads z or Z: +hhmm, GMT, GMT+h:mm or the name of a zone.
// Source: SimpleDateFormat.subParse, subParseNumericZone, subParseZoneString.
func (f *Format) parseZone(text string, start, pos int, s *fields) (next, failed int) {
	switch c := text[pos]; {
	case c == '+' || c == '-':
		return parseNumericZone(text, pos+1, c, 0, false, s)
	case (c == 'G' || c == 'g') && hasPrefixFold(text[start:], "GMT"):
		pos = start + 3
		if pos < len(text) && (text[pos] == '+' || text[pos] == '-') {
			return parseNumericZone(text, pos+1, text[pos], 0, true, s)
		}
		s.set(zoneOffset, 0)
		s.set(dstOffset, 0)
		return pos, -1
	}
	return f.parseZoneName(text, pos, s)
}

func parseISOZone(text string, pos, count int, s *fields) (next, failed int) {
	switch c := text[pos]; c {
	case 'Z':
		s.set(zoneOffset, 0)
		s.set(dstOffset, 0)
		return pos + 1, -1
	case '+', '-':
		return parseNumericZone(text, pos+1, c, count, count == 3, s)
	}
	return 0, pos + 1
}

func parseNumericZone(text string, pos int, sign byte, count int, colon bool, s *fields) (next, failed int) {
	at := pos
	digit := func() (int64, bool) {
		if at < len(text) && text[at] >= '0' && text[at] <= '9' {
			at++
			return int64(text[at-1] - '0'), true
		}
		return 0, false
	}
	hours, ok := digit()
	if !ok {
		return 0, at
	}
	if second, ok := digit(); ok {
		hours = hours*10 + second
	} else if count > 0 || !colon || at >= len(text) {
		return 0, at
	}
	if hours > 23 {
		return 0, at - 1
	}
	minutes := int64(0)
	if count != 1 {
		if colon {
			if at >= len(text) || text[at] != ':' {
				return 0, at
			}
			at++
		}
		tens, ok := digit()
		if !ok {
			return 0, at
		}
		ones, ok := digit()
		if !ok {
			return 0, at
		}
		if minutes = tens*10 + ones; minutes > 59 {
			return 0, at - 1
		}
	}
	offset := (hours*60 + minutes) * 60000
	if sign == '-' {
		offset = -offset
	}
	s.set(zoneOffset, offset)
	s.set(dstOffset, 0)
	return at, -1
}

// preferredZones come first where names are ambiguous: CST is Chicago, IST Jerusalem.
// Source: the order of DateFormatSymbols.getZoneStrings.
var preferredZones = [...]string{
	"America/Los_Angeles", "America/Denver", "America/Phoenix", "America/Chicago", "America/New_York",
	"America/Indianapolis", "Pacific/Honolulu", "America/Anchorage", "America/Halifax", "America/Sitka",
	"America/St_Johns", "Europe/Paris", "GMT", "Asia/Jerusalem", "Asia/Tokyo", "Europe/Bucharest",
	"Asia/Shanghai", "UTC",
}

// parseZoneName looks for a name of the format's own zone, then of all others.
func (f *Format) parseZoneName(text string, pos int, s *fields) (next, failed int) {
	if n := matchZone(text[pos:], f.zone.id, f.zone.names, f.zone, s); n > 0 {
		return pos + n, -1
	}
	for _, id := range preferredZones {
		if n := matchZone(text[pos:], id, namesOf(id), nil, s); n > 0 {
			return pos + n, -1
		}
	}
	for i := range zoneNames {
		id, _, _ := strings.Cut(zoneNames[i][4], " ")
		if n := matchZone(text[pos:], id, &zoneNames[i], nil, s); n > 0 {
			return pos + n, -1
		}
	}
	return 0, pos
}

// matchZone tries long standard, short standard, long daylight and short daylight name.
func matchZone(text, id string, names *[5]string, zone *Zone, s *fields) int {
	if names == nil {
		return 0
	}
	for _, i := range [4]int{2, 0, 3, 1} {
		if !hasPrefixFold(text, names[i]) {
			continue
		}
		if zone == nil {
			zone = ZoneOf(id)
		}
		s.zone = zone
		daylight := i == 1 || i == 3
		saving := int64(0)
		if daylight {
			saving = zone.saving()
		}
		same := !daylight && strings.EqualFold(names[i], names[i+1])
		if !same && !(daylight && saving == 0) {
			s.stamp[zoneOffset] = 0
			s.set(dstOffset, saving)
		}
		return len(names[i])
	}
	return 0
}

// saving is TimeZone.getDSTSavings: how far daylight time is ahead, 0 without such rules.
func (z *Zone) saving() int64 {
	if z.location == nil {
		return 0
	}
	january, _ := z.offsetAt(2114380800000)
	july, _ := z.offsetAt(2130105600000)
	return max(january, july) - min(january, july)
}
