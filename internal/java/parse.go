package java

import (
	"fmt"
	"math"
	"strconv"
	"unicode"
)

func forInputString(s string, radix int) *Exception {
	text := `For input string: "` + string(AppendUTF8(nil, []byte(s))) + `"`
	if radix != 10 {
		text += " under radix " + strconv.Itoa(radix)
	}
	return numberFormat(text)
}

// ParseLong reads s as Long.parseLong(s, radix): optional sign, digits of any script; no blanks.
// Errors: NumberFormatException `For input string: "x"`.
func ParseLong(s string, radix int) (int64, error) { return parseInteger(s, radix, 64) }

// ParseInt reads s as Integer.parseInt(s, radix).
func ParseInt(s string, radix int) (int32, error) {
	v, err := parseInteger(s, radix, 32)
	return int32(v), err
}

// ParseShort reads s as Short.parseShort(s, radix).
func ParseShort(s string, radix int) (int16, error) {
	v, err := parseNarrow(s, radix, 16)
	return int16(v), err
}

// ParseByte reads s as Byte.parseByte(s, radix).
func ParseByte(s string, radix int) (int8, error) {
	v, err := parseNarrow(s, radix, 8)
	return int8(v), err
}

func parseNarrow(s string, radix, bits int) (int64, error) {
	v, err := parseInteger(s, radix, 32)
	if err != nil {
		return 0, err
	}
	if v != v<<(64-bits)>>(64-bits) {
		return 0, numberFormat(fmt.Sprintf("Value out of range. Value:%q Radix:%d", rawText(s), radix))
	}
	return v, nil
}

// rawText prints under %q as it is, in quotes.
type rawText string

// Format writes the text in quotes, unescaped.
func (r rawText) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, `"%s"`, string(r))
}

func parseInteger(s string, radix, bits int) (int64, error) {
	if radix < 2 {
		return 0, numberFormat(fmt.Sprintf("radix %d less than Character.MIN_RADIX", radix))
	}
	if radix > 36 {
		return 0, numberFormat(fmt.Sprintf("radix %d greater than Character.MAX_RADIX", radix))
	}
	i, neg := 0, false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		i = 1
	}
	if i == len(s) {
		return 0, forInputString(s, radix)
	}
	// The negative side reaches one further, so numbers are gathered there.
	least := int64(-1) << (bits - 1)
	limit := least
	if !neg {
		limit++
	}
	v := int64(0)
	for _, r := range s[i:] {
		digit := int64(digitIn(r, radix))
		if digit < 0 || v < limit/int64(radix) {
			return 0, forInputString(s, radix)
		}
		v *= int64(radix)
		if v < limit+digit {
			return 0, forInputString(s, radix)
		}
		v -= digit
	}
	if neg {
		return v, nil
	}
	return -v, nil
}

// digitIn is Character.digit(char, radix), -1 for none.
func digitIn(r rune, radix int) int {
	v := digitValue(r)
	if v < 0 {
		switch {
		case r >= 'a' && r <= 'z':
			v = int(r-'a') + 10
		case r >= 'A' && r <= 'Z':
			v = int(r-'A') + 10
		case r >= 0xff41 && r <= 0xff5a: // full-width letters
			v = int(r-0xff41) + 10
		case r >= 0xff21 && r <= 0xff3a:
			v = int(r-0xff21) + 10
		}
	}
	if v >= radix {
		return -1
	}
	return v
}

// ParseBoolean is Boolean.parseBoolean: true for "true" in any case.
func ParseBoolean(s string) bool {
	return len(s) == 4 && s[0]|0x20 == 't' && s[1]|0x20 == 'r' && s[2]|0x20 == 'u' && s[3]|0x20 == 'e'
}

// ParseDouble reads s as Double.parseDouble: blanks around, decimal or hexadecimal, an optional
// f, F, d or D at the end, NaN and Infinity by name. Too large is infinite.
// Errors: NumberFormatException `For input string: "x"`, `empty String` or `multiple points`.
func ParseDouble(s string) (float64, error) {
	number, err := scanFloat(s)
	if err != nil {
		return 0, err
	}
	f, _ := strconv.ParseFloat(number, 64) // the only error left is the range, and f is right then
	if f != f {
		return math.Float64frombits(canonicalNaN), nil
	}
	return f, nil
}

// canonicalNaN is the one NaN that Java makes; Go's has another bit set.
const canonicalNaN = 0x7ff8000000000000

// ParseFloat reads s as Float.parseFloat.
func ParseFloat(s string) (float32, error) {
	number, err := scanFloat(s)
	if err != nil {
		return 0, err
	}
	f, _ := strconv.ParseFloat(number, 32)
	return float32(f), nil
}

// scanFloat checks Java's grammar and gives the part that strconv understands likewise.
func scanFloat(s string) (string, error) {
	begin, end := 0, len(s)
	for begin < end && s[begin] <= ' ' {
		begin++
	}
	if begin == end {
		return "", numberFormat("empty String")
	}
	for s[end-1] <= ' ' {
		end--
	}
	bad := func() (string, error) { return "", badFloat(s) }
	i := begin
	if s[i] == '-' || s[i] == '+' {
		i++
	}
	switch s[i:end] {
	case "Infinity":
		return s[begin:end], nil
	case "NaN":
		return "NaN", nil
	}
	hex := i+1 < end && s[i] == '0' && s[i+1]|0x20 == 'x'
	if hex {
		i += 2
	}
	start, points := i, 0
	for ; i < end; i++ {
		c := s[i]
		if c == '.' {
			if points++; points > 1 {
				return "", numberFormat("multiple points")
			}
			continue
		}
		if c-'0' > 9 && (!hex || c|0x20 < 'a' || c|0x20 > 'f') {
			break
		}
	}
	if i-start <= points {
		return bad()
	}
	mark := byte('e')
	if hex {
		mark = 'p'
	}
	if i < end && s[i]|0x20 == mark {
		i++
		if i < end && (s[i] == '-' || s[i] == '+') {
			i++
		}
		digits := i
		for i < end && s[i]-'0' <= 9 {
			i++
		}
		if i == digits {
			return bad()
		}
	} else if hex {
		return bad()
	}
	number := s[begin:i]
	if i < end && (s[i]|0x20 == 'f' || s[i]|0x20 == 'd') {
		i++
	}
	if i != end {
		return bad()
	}
	return number, nil
}

func badFloat(s string) error {
	const most, omitted = 1000, " ... "
	text := string(AppendUTF8(nil, []byte(s)))
	if n := UTF16Len(text); n > most {
		left := (most - len(omitted)) / 2
		right := most - left - len(omitted)
		a, _ := UTF16Index(text, left)
		b, _ := UTF16Index(text, n-right)
		text = text[:a] + omitted + text[b:]
	}
	return numberFormat(`For input string: "` + text + `"`)
}

// IsBlank is String.isBlank, as far as converters ask for it: only white space, or nothing.
func IsBlank(s string) bool {
	for _, r := range s {
		if !isWhitespace(r) {
			return false
		}
	}
	return true
}

// isWhitespace is Character.isWhitespace: Unicode separators but the non-breaking ones, and the
// control characters tab to carriage return and 1C to 1F.
func isWhitespace(r rune) bool {
	switch {
	case r >= 0x09 && r <= 0x0d, r >= 0x1c && r <= 0x20:
		return true
	case r < 0x80 || r == 0xa0 || r == 0x2007 || r == 0x202f:
		return false
	}
	return unicode.In(r, unicode.Zs, unicode.Zl, unicode.Zp)
}

// Trim is String.trim: characters up to the blank are cut at both ends.
func Trim(s string) string {
	for len(s) > 0 && s[0] <= ' ' {
		s = s[1:]
	}
	for len(s) > 0 && s[len(s)-1] <= ' ' {
		s = s[:len(s)-1]
	}
	return s
}
