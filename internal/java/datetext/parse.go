package datetext

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/millrace/millrace/internal/java"
)

// Parse reads an instant from the start of text; what follows the pattern is ignored.
// Errors: ParseException `Unparseable date: "x"`. Source: DateFormat.parse(String).
func (f *Format) Parse(text string) (int64, error) {
	ms, end, _ := f.ParsePrefix(text, 0)
	if end <= 0 {
		return 0, &java.Exception{Class: "java.text.ParseException", Message: `Unparseable date: "` + text + `"`}
	}
	return ms, nil
}

// ParsePrefix reads an instant from text at byte start. end is the byte behind what was read, -1
// if nothing fits; then failed is the position of the error.
// Source: SimpleDateFormat.parse(String, ParsePosition).
func (f *Format) ParsePrefix(text string, start int) (ms int64, end, failed int) {
	s := fields{zone: f.zone}
	pos, ambiguous := start, false
	for i := range f.parts {
		p := &f.parts[i]
		if p.letter == 0 {
			if pos, failed = matchLiteral(text, pos, p.literal); failed >= 0 {
				return 0, -1, failed
			}
			continue
		}
		limited := i+1 < len(f.parts) && f.parts[i+1].numeric()
		if pos, failed = f.parsePart(text, pos, p, limited, &s, &ambiguous); failed >= 0 {
			return 0, -1, failed
		}
	}
	ms = s.instant()
	if ambiguous && ms < f.centuryStart {
		s.value[year] += 100
		s.value[weekYearField] += 100
		ms = s.instant()
	}
	return ms, pos, -1
}

// matchLiteral gives the position behind literal, or where it fails.
func matchLiteral(text string, pos int, literal string) (next, failed int) {
	if strings.HasPrefix(text[pos:], literal) {
		return pos + len(literal), -1
	}
	for _, want := range literal {
		if pos >= len(text) {
			return pos, pos
		}
		got, size := utf8.DecodeRuneInString(text[pos:])
		if !sameChar(got, want) {
			return pos, pos
		}
		pos += size
	}
	return pos, -1
}

func (f *Format) parsePart(text string, start int, p *part, limited bool, s *fields, ambiguous *bool) (next, failed int) {
	pos := start
	for pos < len(text) && (text[pos] == ' ' || text[pos] == '\t') {
		pos++
	}
	if pos >= len(text) {
		return 0, start
	}
	names, field := p.texts()
	if names != nil {
		// Java looks for names before the blanks that it skipped.
		if n := matchName(text[start:], names, field, s); n > 0 {
			return start + n, -1
		}
		return 0, pos
	}
	switch p.letter {
	case 'z', 'Z':
		return f.parseZone(text, start, pos, s)
	case 'X':
		return parseISOZone(text, pos, p.count, s)
	}
	limit := len(text)
	if limited {
		if limit = runesEnd(text, start, p.count); limit < 0 {
			return 0, pos
		}
	}
	v, n := parseNumber(text[pos:max(pos, limit)])
	if n == 0 {
		return 0, pos
	}
	next = pos + n
	switch p.letter {
	case 'y', 'Y':
		if p.count <= 2 && twoDigits(text[pos:next]) {
			inCentury := floorMod(f.startYear, 100)
			*ambiguous = v == inCentury
			v += f.startYear / 100 * 100
			if v-f.startYear/100*100 < inCentury {
				v += 100
			}
		}
		if p.letter == 'Y' {
			field = weekYearField
		}
	case 'M', 'L':
		v = int64(int32(v - 1))
	case 'k':
		if v == 24 {
			v = 0
		}
	case 'h':
		if v == 12 {
			v = 0
		}
	case 'u':
		v = calendarDay(v)
	}
	s.set(field, v)
	return next, -1
}

// texts are the names that a part reads, nil for numbers and zones, and its calendar field.
func (p *part) texts() ([]name, int) {
	switch p.letter {
	case 'G':
		return eraTexts, era
	case 'E':
		return dayTexts, dayOfWeek
	case 'a':
		return ampmTexts, amPm
	case 'M', 'L':
		if p.count > 2 {
			return monthTexts, month
		}
		return nil, month
	case 'y':
		return nil, year
	case 'd':
		return nil, dayOfMonth
	case 'k', 'H':
		return nil, hourOfDay
	case 'K', 'h':
		return nil, hour12
	case 'm':
		return nil, minute
	case 's':
		return nil, second
	case 'S':
		return nil, millisecond
	case 'u':
		return nil, dayOfWeek
	case 'D':
		return nil, dayOfYear
	case 'F':
		return nil, dayOfWeekInMonth
	case 'w':
		return nil, weekOfYearField
	case 'W':
		return nil, weekOfMonth
	}
	return nil, zoneOffset
}

// matchName sets field by the longest name at the start of text, whatever its case, and gives the
// length of the name, 0 if none fits.
func matchName(text string, names []name, field int, s *fields) int {
	best := -1
	for i, n := range names {
		if hasPrefixFold(text, n.text) && (best < 0 || len(n.text) > len(names[best].text)) {
			best = i
		}
	}
	if best < 0 {
		return 0
	}
	s.set(field, names[best].value)
	return len(names[best].text)
}

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

func runesEnd(text string, start, count int) int {
	for ; count > 0; count-- {
		if start >= len(text) {
			return -1
		}
		_, size := utf8.DecodeRuneInString(text[start:])
		start += size
	}
	return start
}

func twoDigits(s string) bool {
	return utf8.RuneCountInString(s) == 2 && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) })
}

// What a number may be for a DecimalFormat, in a date too. Source: DecimalFormatSymbols of the root locale.
const (
	notANumber = "NaN"
	infinity   = "∞"
)

// fewDigits reads up to nine ASCII digits, as nearly all numbers in dates are. n is 0 where there are none, or
// what stands behind them may belong to the number.
func fewDigits(text string) (v int64, n int) {
	for n < len(text) && text[n]-'0' <= 9 {
		v = v*10 + int64(text[n]-'0')
		n++
		if n > 9 {
			return 0, 0
		}
	}
	if n < len(text) && (text[n] == 'E' || text[n] >= utf8.RuneSelf) {
		return 0, 0
	}
	return v, n
}

// parseNumber reads an integer like java.text.DecimalFormat in its integer-only form: minus sign,
// digits, and even an exponent (1E3). n is 0 if there is none.
func parseNumber(text string) (v int64, n int) {
	if v, n = fewDigits(text); n > 0 {
		return v, n
	}
	if strings.HasPrefix(text, notANumber) {
		return 0, len(notANumber)
	}
	neg := strings.HasPrefix(text, "-")
	if neg {
		n = 1
	}
	if strings.HasPrefix(text[n:], infinity) {
		if neg {
			return math.MinInt32, n + len(infinity)
		}
		return math.MaxInt32, n + len(infinity)
	}
	var digits []byte
	var buffer [24]byte
	digits = buffer[:0]
	first := n
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		d, ok := digitOf(r)
		if !ok {
			break
		}
		if len(digits) > 0 || d > 0 {
			digits = append(digits, byte('0'+d))
		}
		n += size
	}
	if n == first {
		return 0, 0
	}
	exp := 0
	if n < len(text) && text[n] == 'E' {
		at := n + 1
		negative := at < len(text) && text[at] == '-'
		if negative {
			at++
		}
		begin := at
		for at < len(text) && text[at] >= '0' && text[at] <= '9' {
			if exp < 100000 {
				exp = exp*10 + int(text[at]-'0')
			}
			at++
		}
		if at > begin {
			n = at
			if negative {
				exp = -exp
			}
		}
	}
	if len(digits) == 0 {
		return 0, n
	}
	if exp == 0 && len(digits) <= 18 {
		for _, d := range digits {
			v = v*10 + int64(d-'0')
		}
		if neg {
			v = -v
		}
		return int64(int32(v)), n
	}
	text = string(digits) + "e" + strconv.Itoa(exp)
	if d, err := java.ParseDecimal(text); err == nil && exp < 40 {
		if neg {
			d = d.Neg()
		}
		if l, err := d.LongExact(); err == nil {
			return int64(int32(l)), n
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && f == 0 {
		f = math.Inf(1)
	}
	if neg {
		f = -f
	}
	return toInt(f), n
}

func digitOf(r rune) (int, bool) {
	if r < utf8.RuneSelf {
		return int(r - '0'), r >= '0' && r <= '9'
	}
	if !unicode.IsDigit(r) || r > 0xffff {
		return 0, false
	}
	v, err := java.ParseInt(string(r), 10)
	return int(v), err == nil
}
