package datetext

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/millrace/millrace/internal/java"
)

// Format is a compiled SimpleDateFormat with the symbols of Locale.US. It is lenient, as
// SimpleDateFormat is by default, and immutable.
type Format struct {
	parts        []part
	zone         *Zone
	centuryStart int64 // two-digit years fall into the hundred years from here
	startYear    int64 // its year
}

// part is a pattern letter repeated count times, or literal text if letter is 0.
type part struct {
	letter  byte
	count   int
	literal string
}

const patternLetters = "GyMdkHmsSEDFwWahKzZYuXL"

// New compiles a pattern for a zone; nil means UTC. now fixes how two-digit years are read: into
// the 80 years before and 20 after it.
//
// Errors: IllegalArgumentException `Illegal pattern character 'b'`, `Unterminated quote` or
// `invalid ISO 8601 format: length=4`. Source: SimpleDateFormat.compile.
func New(pattern string, zone *Zone, now time.Time) (*Format, error) {
	if zone == nil {
		zone = UTC
	}
	f := &Format{zone: zone}
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			f.parts = append(f.parts, part{literal: literal.String()})
			literal.Reset()
		}
	}
	quoted := false
	runes := []rune(string(java.AppendUTF8(nil, []byte(pattern))))
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		switch {
		case r == '\'' && i+1 < len(runes) && runes[i+1] == '\'':
			literal.WriteByte('\'')
			i++
		case r == '\'':
			quoted = !quoted
		case quoted || !letter:
			literal.WriteRune(r)
		default:
			if strings.IndexByte(patternLetters, byte(r)) < 0 {
				return nil, illegalArgument("Illegal pattern character '" + string(r) + "'")
			}
			n := 1
			for i+n < len(runes) && runes[i+n] == r {
				n++
			}
			i += n - 1
			if r == 'X' && n >= 4 {
				return nil, illegalArgument("invalid ISO 8601 format: length=" + strconv.Itoa(n))
			}
			flush()
			f.parts = append(f.parts, part{letter: byte(r), count: n})
		}
	}
	if quoted {
		return nil, illegalArgument("Unterminated quote")
	}
	flush()
	f.setCentury(now)
	return f, nil
}

func (f *Format) setCentury(now time.Time) {
	ms := now.UnixMilli()
	offset, _ := f.zone.offsetAt(ms)
	local := ms + offset
	day := floorDiv(local, dayMs)
	c := civilOf(day)
	c.year -= 80
	last := mixedStart(c.year, c.month) + 27
	if c.day > 28 && civilOf(last+int64(c.day)-28).month == c.month || c.day <= 28 {
		last = mixedStart(c.year, c.month) + int64(c.day) - 1
	}
	wall := last*dayMs + floorMod(local, dayMs)
	f.centuryStart = wall - f.zone.offsetByWall(wall)
	f.startYear = c.year
}

func illegalArgument(text string) error {
	return &java.Exception{Class: "java.lang.IllegalArgumentException", Message: text}
}

// numeric says whether a part reads a number, so that a field before it takes only its own digits.
func (p part) numeric() bool {
	switch p.letter {
	case 0, 'G', 'E', 'a', 'z', 'Z', 'X':
		return false
	case 'M', 'L':
		return p.count <= 2
	}
	return true
}

// sameChar compares literal text: any two space separators are equal.
func sameChar(a, b rune) bool {
	return a == b || unicode.Is(unicode.Zs, a) && unicode.Is(unicode.Zs, b)
}
