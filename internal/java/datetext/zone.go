package datetext

import (
	"strings"
	"time"
)

// Zone is a java.util.TimeZone.
type Zone struct {
	id       string
	location *time.Location // nil for a fixed offset
	rawMs    int64          // standard offset now, in milliseconds east of Greenwich
	firstMs  int64          // instant of the first rule; before it rawMs holds
	names    *[5]string     // nil for a custom id
}

// UTC is the zone that converters and transforms use.
var UTC = &Zone{id: "UTC", names: namesOf("UTC")}

// ZoneOf resolves an id as TimeZone.getTimeZone: a zone id, GMT+hh:mm in its variants, or GMT for
// anything else.
func ZoneOf(id string) *Zone {
	switch id {
	case "UTC":
		return UTC
	case "GMT":
		return &Zone{id: id, names: namesOf(id)}
	}
	if z := customZone(id); z != nil {
		return z
	}
	names := namesOf(id)
	if names == nil {
		return ZoneOf("GMT")
	}
	load := id
	if target, ok := shortIDs[id]; ok {
		load = target
	}
	location, err := time.LoadLocation(load)
	if err != nil {
		return ZoneOf("GMT")
	}
	return newZone(id, location, names)
}

// ZoneFor wraps a Go location, for the zone of the process.
func ZoneFor(location *time.Location) *Zone {
	if location == time.UTC {
		return UTC
	}
	name := location.String()
	return newZone(name, location, namesOf(name))
}

func newZone(id string, location *time.Location, names *[5]string) *Zone {
	z := &Zone{id: id, location: location, names: names}
	// The rules of 2037 stand for now: the standard offset in force after all known changes.
	january, july := time.Unix(2114380800, 0).In(location), time.Unix(2130105600, 0).In(location)
	for _, t := range []time.Time{january, july} {
		if _, offset := t.Zone(); !t.IsDST() || offset < int(z.rawMs/1000) {
			z.rawMs = int64(offset) * 1000
		}
	}
	// Java knows no rules before 1900.
	z.firstMs = -2208988800000
	return z
}

// customZone reads GMT+h, GMT+hh, GMT+hmm, GMT+hhmm, GMT+h:mm and GMT+hh:mm.
func customZone(id string) *Zone {
	if len(id) < 5 || id[:3] != "GMT" || id[3] != '+' && id[3] != '-' {
		return nil
	}
	var hours, minutes int64
	digits, colon := id[4:], strings.IndexByte(id[4:], ':')
	number := func(s string) int64 {
		v := int64(0)
		for _, c := range []byte(s) {
			if c < '0' || c > '9' {
				return 1000
			}
			v = v*10 + int64(c-'0')
		}
		return v
	}
	switch {
	case colon == 1 || colon == 2:
		if len(digits) != colon+3 {
			return nil
		}
		hours, minutes = number(digits[:colon]), number(digits[colon+1:])
	case colon >= 0 || len(digits) > 4:
		return nil
	case len(digits) <= 2:
		hours = number(digits)
	default:
		hours, minutes = number(digits[:len(digits)-2]), number(digits[len(digits)-2:])
	}
	if hours > 23 || minutes > 59 {
		return nil
	}
	offset := (hours*60 + minutes) * 60000
	if id[3] == '-' {
		offset = -offset
	}
	if offset == 0 {
		return ZoneOf("GMT")
	}
	return &Zone{id: string(appendCustom([]byte("GMT"), offset)), rawMs: offset}
}

// appendCustom appends +hh:mm or -hh:mm.
func appendCustom(dst []byte, offset int64) []byte {
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = append(dst, sign)
	dst = appendPadded(dst, offset/3600000, 2)
	dst = append(dst, ':')
	return appendPadded(dst, offset/60000%60, 2)
}

func namesOf(id string) *[5]string {
	for i := range zoneNames {
		for name := range strings.SplitSeq(zoneNames[i][4], " ") {
			if name == id {
				return &zoneNames[i]
			}
		}
	}
	return nil
}

// lastYearMs is the start of the last year that a long of milliseconds reaches: its daylight time
// ends beyond, and Java's rules overflow to standard time.
const lastYearMs = 9223372017129600000

// ID is TimeZone.getID.
func (z *Zone) ID() string { return z.id }

// offsetAt is the offset east of Greenwich in milliseconds at an instant, and whether it is
// daylight time.
func (z *Zone) offsetAt(ms int64) (offset int64, daylight bool) {
	if z.location == nil || ms < z.firstMs || ms >= lastYearMs {
		return z.rawMs, false
	}
	t := time.UnixMilli(ms).In(z.location)
	_, seconds := t.Zone()
	return int64(seconds) * 1000, t.IsDST()
}

// offsetByWall is the offset that holds at local time ms: in an overlap the later instant
// (standard time), in a gap the offset before it. Source: ZoneInfo.getOffsetsByWall.
func (z *Zone) offsetByWall(ms int64) int64 {
	if z.location == nil {
		return z.rawMs
	}
	before, _ := z.offsetAt(ms - dayMs)
	after, _ := z.offsetAt(ms + dayMs)
	best, found := before, false
	for _, o := range []int64{before, after} {
		if at, _ := z.offsetAt(ms - o); at == o && (!found || o < best) {
			best, found = o, true
		}
	}
	return best
}

// displayName is TimeZone.getDisplayName in English.
func (z *Zone) displayName(daylight, long bool) string {
	i := 0
	if daylight {
		i = 1
	}
	if long {
		i += 2
	}
	if z.names != nil {
		return z.names[i]
	}
	if z.location != nil {
		if z.id == "Local" || z.id == "" {
			return string(appendCustom([]byte("GMT"), z.rawMs))
		}
		return z.id
	}
	return z.id
}

// shortIDs are Java's old three-letter ids that the zone database lacks. Source: ZoneId.SHORT_IDS.
var shortIDs = map[string]string{
	"ACT": "Australia/Darwin", "AET": "Australia/Sydney", "AGT": "America/Argentina/Buenos_Aires",
	"ART": "Africa/Cairo", "AST": "America/Anchorage", "BET": "America/Sao_Paulo",
	"BST": "Asia/Dhaka", "CAT": "Africa/Harare", "CNT": "America/St_Johns", "CST": "America/Chicago",
	"CTT": "Asia/Shanghai", "EAT": "Africa/Addis_Ababa", "ECT": "Europe/Paris",
	"IET": "America/Indiana/Indianapolis", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
	"MIT": "Pacific/Apia", "NET": "Asia/Yerevan", "NST": "Pacific/Auckland", "PLT": "Asia/Karachi",
	"PNT": "America/Phoenix", "PRT": "America/Puerto_Rico", "PST": "America/Los_Angeles",
	"SST": "Pacific/Guadalcanal", "VST": "Asia/Ho_Chi_Minh",
	"EST": "America/Panama", "MST": "America/Phoenix", "HST": "Pacific/Honolulu",
}
